#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "design/prompt.h"

namespace syswright::research {

/// What one question to vulcan's models is about.
struct VulcanQuestion {
  std::vector<design::ShownProgram> shown;  ///< of the island, the leader first
  std::size_t decision = 0;                 ///< the rule to work on
  std::string contract;                     ///< Gate::statements()
};

/// System and user message: the language, how decisions part into values and ranks, every decision with its features,
/// the statistics that the runtime keeps for a policy, the contract, the programs, and which rule to work on.
std::vector<design::ChatMessage> ask_vulcan(const Domain& domain, const VulcanQuestion& question);

/// The statistics that a policy of this domain may declare, each signal by name with what each kind tells of it.
std::string describe_statistics(const policy::Signature& signature);

/// What a model is told of a program whose contract is refuted.
std::string refuted_complaint(const std::string& refusal);

}  // namespace syswright::research
