#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "domain/domain.h"

namespace syswright {

/// The options of a request, with the domain's defaults for those that are missing.
class OptionValues {
 public:
  /// Throws InputError for an option that the domain does not have; names the nearest one that it has.
  OptionValues(std::string_view domain, std::span<const Option> options, const ScenarioRequest& request);

  /// As written. Asserts that the domain has the option.
  const std::string& text(std::string_view name) const;
  /// A whole number. Throws InputError for anything else, and for a number out of [low, high].
  std::uint64_t count(std::string_view name, std::uint64_t low, std::uint64_t high) const;
  /// A number. Throws InputError for anything else, and for a number out of [low, high].
  double number(std::string_view name, double low, double high) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace syswright
