#pragma once

#include <stop_token>

#include "judge/certify/contract_box.h"

namespace syswright::judge {

/// Where a test wants to know what was proved: called with boxes over the inputs of the statement's formula.
using ProvedObserver = std::function<void(const Box& box, const Finding& finding)>;

/// Examines one `ensure` of a contract.
PropertyCertificate examine_property(const ContractBox& contract, const policy::Clause& clause,
                                     const CertifyOptions& options, std::stop_token stop,
                                     const ProvedObserver& on_proved = {});

/// The formula of a condition on the output; case by case where the rule chooses between answers, so that what the
/// choice rests on is known in each.
Formula condition_formula(const ContractBox& contract, const policy::Clause& clause);

/// The formula of bounded overtaking: inputs are those of the younger candidate, then the candidate inputs of the older
/// one without the one that grows, and last what the older one has waited beyond the rounds stated.
struct Overtaking {
  Formula formula;
  SearchSpace space;
  bool possible = true;             ///< false: no two candidates of the box are so far apart
  std::vector<std::size_t> copies;  ///< place of the older candidate's inputs; of the one that grows, the excess
};
Overtaking overtaking_formula(const ContractBox& contract, const policy::Clause& clause);

}  // namespace syswright::judge
