#include "studies/budget.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace syswright::studies {
namespace {

constexpr std::string_view form = "a budget is a duration or a number of evaluations: '60s', '5min', '2000evals'";

/// The number in front of "eval", "evals" or "evaluations"; empty if `part` does not end so.
std::string_view evaluations_in(std::string_view part) {
  for (const std::string_view unit : {"evaluations", "evals", "eval"}) {
    if (!part.ends_with(unit)) continue;
    part.remove_suffix(unit.size());
    while (part.ends_with(' ')) part.remove_suffix(1);
    return part;
  }
  return {};
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view why) {
  throw InputError(fmt::format("{} '{}' {}; {}", what, text, why, form));
}

double read_evaluations(std::string_view number, std::string_view part, std::string_view what) {
  const std::uint64_t count = parse_count(number, what);
  if (count == 0) refuse(what, part, "buys nothing");
  return static_cast<double>(count);
}

double read_seconds(std::string_view part, std::string_view what) {
  double seconds = 0;
  try {
    seconds = parse_duration(part, what).value();
  } catch (const InputError&) {
    refuse(what, part, "cannot be read");
  }
  if (!(seconds > 0)) refuse(what, part, "buys nothing");
  return seconds;
}

}  // namespace

design::Budget parse_budget(std::string_view text, std::string_view what) {
  design::Budget budget;
  for (const std::string& part : split_list(text, what)) {
    const std::string_view number = evaluations_in(part);
    const bool given = number.empty() ? budget.seconds.has_value() : budget.evaluations.has_value();
    if (given) refuse(what, text, "gives the same limit twice");
    if (number.empty()) {
      budget.seconds = read_seconds(part, what);
    } else {
      budget.evaluations = read_evaluations(number, part, what);
    }
  }
  return budget;
}

}  // namespace syswright::studies
