#include "domain/options.h"

#include <fmt/format.h>

#include <cassert>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace syswright {

OptionValues::OptionValues(std::string_view domain, std::span<const Option> options, const ScenarioRequest& request) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    names.push_back(option.name);
    values_[option.name] = option.default_value;
  }
  for (const auto& [name, value] : request.options) {
    const auto known = values_.find(name);
    if (known == values_.end()) {
      throw InputError(fmt::format("the domain '{}' has no option '{}'{} (there are: {})", domain, name,
                                   did_you_mean(name, names), join(names)));
    }
    known->second = value;
  }
}

const std::string& OptionValues::text(std::string_view name) const {
  const auto found = values_.find(name);
  assert(found != values_.end());
  return found->second;
}

std::uint64_t OptionValues::count(std::string_view name, std::uint64_t low, std::uint64_t high) const {
  const std::uint64_t value = parse_count(text(name), name);
  if (value >= low && value <= high) return value;
  throw InputError(fmt::format("{} '{}' is not between {} and {}", name, text(name), low, high));
}

double OptionValues::number(std::string_view name, double low, double high) const {
  const double value = parse_number(text(name), name);
  if (value >= low && value <= high) return value;
  throw InputError(fmt::format("{} '{}' is not between {} and {}", name, text(name), low, high));
}

}  // namespace syswright
