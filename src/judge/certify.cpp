#include "judge/certify.h"

#include <algorithm>

namespace syswright::judge {

std::string_view to_string(Ruling ruling) {
  return ruling == Ruling::proved ? "proved" : ruling == Ruling::refuted ? "refuted" : "undecided";
}

std::string_view to_string(Arithmetic arithmetic) { return arithmetic == Arithmetic::doubles ? "doubles" : "reals"; }

std::string_view to_string(Method method) {
  switch (method) {
    case Method::none:
      return "none";
    case Method::intervals:
      return "intervals";
    case Method::derivatives:
      return "derivatives";
    case Method::structure:
      return "structure";
    case Method::solver:
      return "solver";
    case Method::sampling:
      return "sampling";
  }
  return "";
}

bool Certificate::all_proved() const {
  bool some = false;
  for (const RuleCertificate& rule : rules) {
    for (const PropertyCertificate& property : rule.properties) {
      some = true;
      if (property.ruling != Ruling::proved) return false;
    }
  }
  return some;
}

bool Certificate::any_refuted() const {
  return std::ranges::any_of(rules, [](const RuleCertificate& rule) {
    return std::ranges::any_of(rule.properties, [](const auto& each) { return each.ruling == Ruling::refuted; });
  });
}

}  // namespace syswright::judge
