#pragma once

#include <optional>
#include <span>
#include <stop_token>

#include "judge/audit/audit.h"
#include "judge/audit/audit_replay.h"

/// The audit of one run, of which audits of scores and of claims are made.
namespace syswright::judge {

/// What a policy does in a scenario when it is run again. Where several claims are made about the same, it is found
/// out once.
struct KnownRun {
  Evaluation evaluation;
  DecisionLog log;
  std::optional<ReferenceRun> reference;  ///< of a program
};
KnownRun run_again(const Policy& policy, const Scenario& scenario, std::stop_token stop = {});

/// Fills status, metrics, counts and findings of an audit whose policy and scenario are set; findings that it has
/// already stay. Where a stop comes first the status is cancelled and there are no findings.
/// log: as claimed; nullptr: the policy's own decisions are audited. known: nullptr if it is to be found out, with a
/// replay as far as the options say.
void audit_run(const Domain& domain, const Evaluation& claimed, const DecisionLog* log, const KnownRun* known,
               const AuditOptions& options, std::stop_token stop, RunAudit& audit);

/// Audits a claim; known: empty, or what is known of the policy in each of the scenarios.
ClaimAudit audit_claim(const Domain& domain, const Claim& claim, std::span<const ScenarioPtr> scenarios,
                       std::span<const KnownRun> known, const AuditOptions& options, std::stop_token stop);

/// Equal up to a relative difference of `rounding`. Infinities are close to themselves only, NaN to nothing.
bool close(double a, double b, double rounding);

}  // namespace syswright::judge
