#include "judge/certify/certify.h"

#include <algorithm>

#include "judge/certify/contract_box.h"
#include "judge/certify/property.h"

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

Certificate certify(const policy::Program& program, const CertifyOptions& options, std::stop_token stop) {
  Certificate certificate{.policy = program.name(), .digest = program.digest(), .rules = {}};
  for (const policy::Contract& contract : program.contracts()) {
    ContractBox box(program, contract);
    box.look_for_inputs(options, stop);
    RuleCertificate rule{.decision = contract.decision,
                         .decision_name = box.decision().name,
                         .box = box.sides(),
                         .assumptions = {},
                         .properties = {}};
    for (const policy::Clause& clause : contract.clauses) {
      if (clause.kind == policy::ClauseKind::require) {
        rule.assumptions.push_back(policy::to_source(clause, contract, program));
      } else {
        rule.properties.push_back(examine_property(box, clause, options, stop));
      }
    }
    certificate.rules.push_back(std::move(rule));
  }
  certificate.complete = !stop.stop_requested();
  return certificate;
}

}  // namespace syswright::judge
