#include "studies/study.h"

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

}  // namespace syswright::studies
