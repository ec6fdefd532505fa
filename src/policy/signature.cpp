#include "policy/signature.h"

namespace syswright::policy {
namespace {

template <typename T>
std::optional<std::size_t> find_named(const std::vector<T>& items, std::string_view name) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> Decision::find_feature(std::string_view feature) const {
  return find_named(features, feature);
}
std::optional<std::size_t> Signature::find_decision(std::string_view decision) const {
  return find_named(decisions, decision);
}
std::optional<std::size_t> Signature::find_signal(std::string_view signal) const { return find_named(signals, signal); }

}  // namespace syswright::policy
