#pragma once

#include <string>
#include <vector>

#include "policy/program.h"

namespace syswright::research {

/// What a program must pass before it is tried: nothing that its contract states (`ensure`) may be refuted. It is held
/// to its own contract, and to one that it inherits from a program to start from. What can neither be proved nor
/// refuted within the gate's effort passes: the certificate of the policy that is handed over says so.
///
/// Thread-safe. Deterministic. Cost: some milliseconds a statement, at most about a second.
class Gate {
 public:
  /// inherited: the contract is that of the first of these that has one.
  explicit Gate(const std::vector<policy::ProgramPtr>& inherited);

  /// The program under the contract that it inherits; or, where it does not pass, no program and the reason, with a
  /// counterexample where there is one.
  struct Passage {
    policy::ProgramPtr program;
    std::string refusal;
  };
  Passage examine(policy::ProgramPtr program) const;

  /// Whose contract all programs inherit; nullptr if there is none.
  const policy::ProgramPtr& contract() const { return contract_; }
  /// The inherited statements as the language writes them, by decision; empty where there is no contract.
  std::string statements() const;

 private:
  policy::ProgramPtr contract_;
};

}  // namespace syswright::research
