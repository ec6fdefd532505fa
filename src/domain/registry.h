#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace syswright {

/// Named things of one kind (domains, designers, studies), in the order of registration. A value: there is no global
/// registry. T has name().
template <typename T>
class Registry {
 public:
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  /// Throws Error if the name is taken.
  void add(std::unique_ptr<const T> item) {
    for (const auto& other : items_) {
      if (other->name() == item->name())
        throw Error(kind_ + " '" + std::string(item->name()) + "' is registered twice");
    }
    items_.push_back(std::move(item));
  }
  const std::vector<std::unique_ptr<const T>>& items() const { return items_; }
  /// Throws InputError that names the nearest valid choice.
  const T& find(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& item : items_) {
      if (item->name() == name) return *item;
      names.emplace_back(item->name());
    }
    std::string all;
    for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
    throw InputError("unknown " + kind_ + " '" + std::string(name) + "'" + did_you_mean(name, names) +
                     " (there are: " + all + ")");
  }

 private:
  std::string kind_;
  std::vector<std::unique_ptr<const T>> items_;
};

}  // namespace syswright
