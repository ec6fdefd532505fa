#include "domains/cache/admission/admission.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace syswright::cache {
namespace {

using Kind = AdmissionRule::Kind;

struct Form {
  const char* name;
  Kind kind;
  const char* parameter;  // an example; nullptr: it takes none
};
constexpr std::array forms{Form{"all", Kind::all, nullptr},
                           Form{"size", Kind::size, "64KiB"},
                           Form{"probability", Kind::probability, "0.5"},
                           Form{"size-probability", Kind::size_probability, "64KiB"},
                           Form{"bloom", Kind::bloom, nullptr},
                           Form{"adaptsize", Kind::adaptsize, nullptr}};

const Form& form_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Form& form : forms) {
    if (name == form.name) return form;
    names.emplace_back(form.name);
  }
  throw InputError(
      fmt::format("unknown admission '{}'{} (there are: {})", name, did_you_mean(name, names), join(names)));
}

double read_parameter(const Form& form, const std::string& text) {
  if (form.kind == Kind::probability) {
    const double probability = parse_fraction(text, "admission");
    if (probability <= 1) return probability;
    throw InputError(fmt::format("admission 'probability:{}' is no probability: give 0 to 1, or 0% to 100%", text));
  }
  const double bytes = parse_size(text, "admission").value();
  if (bytes >= 1) return bytes;
  throw InputError(fmt::format("admission '{}:{}' needs at least 1 byte", form.name, text));
}

}  // namespace

AdmissionRule read_admission(const std::string& text) {
  const std::size_t colon = text.find(':');
  const Form& form = form_of(text.substr(0, colon));
  if ((colon != text.npos) != (form.parameter != nullptr)) {
    throw InputError(form.parameter == nullptr
                         ? fmt::format("admission '{}' takes no parameter: write '{}'", text, form.name)
                         : fmt::format("admission '{}' needs a parameter: {}:{}", text, form.name, form.parameter));
  }
  return {form.kind, form.parameter == nullptr ? 0 : read_parameter(form, text.substr(colon + 1)), text};
}

AdmissionGate::AdmissionGate(const AdmissionRule& rule, const AdmissionSetup& setup)
    : draws_(setup.seed, "cache admission"), state_(TakeAll{}) {
  switch (rule.kind) {
    case Kind::all:
      return;
    case Kind::size:
      state_ = SizeThreshold(rule.parameter);
      return;
    case Kind::probability:
      state_ = FixedChance{rule.parameter};
      return;
    case Kind::size_probability:
      state_ = SizeChance(rule.parameter);
      return;
    case Kind::bloom:
      state_ = BloomFilters(setup);
      return;
    case Kind::adaptsize:
      state_ = AdaptSize(setup);
      return;
  }
}

bool AdmissionGate::takes(std::uint64_t request, std::uint64_t key, std::uint32_t bytes) {
  if (const auto* rule = std::get_if<SizeThreshold>(&state_)) return rule->takes(bytes);
  if (const auto* rule = std::get_if<FixedChance>(&state_)) return draw(request) < rule->probability;
  if (const auto* rule = std::get_if<SizeChance>(&state_)) return rule->takes(bytes, draw(request));
  if (auto* rule = std::get_if<BloomFilters>(&state_)) return rule->takes(key);
  if (const auto* rule = std::get_if<AdaptSize>(&state_)) return rule->takes(bytes, draw(request));
  return true;
}

}  // namespace syswright::cache
