#include "studies/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace syswright::studies {

std::string option_value(const Study& study, const StudyContext& context, const std::string& name) {
  if (const auto given = context.options.find(name); given != context.options.end()) return given->second;
  for (const Option& option : study.options()) {
    if (option.name == name) return option.default_value;
  }
  assert(false && "a study asks for an option that it does not declare");
  return "";
}

void conclude(Result& result, bool complete, const std::string& words) {
  const auto held = static_cast<std::size_t>(
      std::count_if(result.figures.begin(), result.figures.end(), [](const Figure& figure) { return figure.holds; }));
  result.complete = complete;
  result.holds = complete && held == result.figures.size();
  result.verdict = fmt::format("{} of {} figures are as claimed", held, result.figures.size());
  if (!words.empty()) result.verdict += "; " + words;
  if (!complete) result.verdict += "; interrupted before the end";
}

}  // namespace syswright::studies
