#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/json.h"
#include "app/panel.h"
#include "domain/domain.h"
#include "judge/audit/audit.h"
#include "judge/bound/bound.h"
#include "judge/certify/certify.h"
#include "judge/compare/compare_pairs.h"
#include "judge/explain/explain.h"
#include "studies/design_run.h"

/// The judges' part of `run` and `design`.
namespace syswright::app {

/// Audits what a comparison shows. `scenarios`: those compared, as the domain made them. Programs' decisions are taken
/// again for the first events only (see replayed_events): `judge audit` does it for all.
std::vector<judge::RunAudit> audit_comparison(const Domain& domain, const judge::Comparison& comparison,
                                              std::span<const ScenarioPtr> scenarios, unsigned threads,
                                              std::stop_token stop = {});
inline constexpr std::uint64_t replayed_events = 20'000;

/// All that the judges say of a designed policy on the held-out part.
struct Evidence {
  std::vector<judge::RunAudit> audits;  ///< of the designed policy
  std::vector<Policy> policies;         ///< compared: the designed one first
  judge::PairedComparison pairs;        ///< the designed policy is the reference
  judge::BoundResult bounds;
  std::optional<judge::Certificate> certificate;  ///< if it states a contract
  std::optional<judge::ExplainTask> task;         ///< if an explanation was asked for
  std::optional<judge::Explanation> explanation;

  /// The auditor agrees, no bound is passed, and nothing stated in a contract is refuted.
  bool holds() const;
};

struct EvidenceOptions {
  unsigned threads = 0;
  bool explain = false;
  std::function<void(std::string_view)> began = {};  ///< called before each part of an explanation
  std::stop_token stop;
};

/// Asks every judge about the winner of a search. Cost: an audit for each held-out scenario, some seconds for the
/// pairs; an explanation some hundred evaluations.
Evidence gather_evidence(const Domain& domain, const Suite& suite, const studies::DesignRun& run, Evaluator& evaluator,
                         const EvidenceOptions& options);

/// One sentence from each judge, with what it says about the policy.
std::vector<Statement> evidence_statements(const Domain& domain, const studies::DesignRun& run,
                                           const Evidence& evidence);
/// The same at length.
std::vector<Panel> evidence_panels(const Domain& domain, const studies::DesignRun& run, const Evidence& evidence);
Json evidence_json(const Domain& domain, const studies::DesignRun& run, const Evidence& evidence);

}  // namespace syswright::app
