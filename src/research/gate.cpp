#include "research/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "judge/certify/certify.h"

namespace syswright::research {
namespace {

constexpr judge::CertifyOptions effort{.max_boxes = 20000, .solver_limit = 2'000'000};

/// What is refuted of a program's contracts, each with its counterexample; empty where nothing is.
std::string refuted(const policy::Program& program) {
  std::string text;
  if (program.contracts().empty()) return text;
  for (const judge::RuleCertificate& rule : judge::certify(program, effort).rules) {
    for (const judge::PropertyCertificate& property : rule.properties) {
      if (property.ruling != judge::Ruling::refuted) continue;
      text += fmt::format("{}{}: '{}' is false", text.empty() ? "" : "\n", rule.decision_name, property.property);
      if (property.counterexample) text += fmt::format(", for example for {}", property.counterexample->text);
    }
  }
  return text;
}

}  // namespace

Gate::Gate(const std::vector<policy::ProgramPtr>& inherited) {
  const auto found = std::find_if(inherited.begin(), inherited.end(),
                                  [](const policy::ProgramPtr& one) { return !one->contracts().empty(); });
  if (found != inherited.end()) contract_ = *found;
}

Gate::Passage Gate::examine(policy::ProgramPtr program) const {
  if (std::string refusal = refuted(*program); !refusal.empty()) return {nullptr, std::move(refusal)};
  if (!contract_) return {std::move(program), ""};
  for (const policy::Contract& contract : contract_->contracts()) {
    if (program->rule_for(contract.decision) != nullptr) continue;
    return {nullptr, fmt::format("there is a contract for '{}', and the program leaves it open",
                                 program->signature().decisions[contract.decision].name)};
  }
  try {
    program = program->with_contracts_of(*contract_);
  } catch (const InputError& error) {
    return {nullptr, error.what()};
  }
  if (std::string refusal = refuted(*program); !refusal.empty()) return {nullptr, std::move(refusal)};
  return {std::move(program), ""};
}

std::string Gate::statements() const {
  std::string text;
  if (!contract_) return text;
  for (const policy::Contract& contract : contract_->contracts()) {
    text += fmt::format("{}:\n", contract_->signature().decisions[contract.decision].name);
    for (const policy::Clause& clause : contract.clauses) {
      text += fmt::format("  {}\n", policy::to_source(clause, contract, *contract_));
    }
  }
  return text;
}

}  // namespace syswright::research
