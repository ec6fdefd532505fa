#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cheat.h"
#include "domain/domain.h"
#include "domain/evaluator.h"

/// audit: is what is said of a policy true? Three questions, each answered without the code that is being questioned:
/// do the decisions lead to these numbers (the domain's auditor recomputes them from the raw workload); are they this
/// policy's decisions (the reference interpreter answers the questions of the reference simulation again); and is the
/// claim about the scenarios that were set, all of them, with failures counted as the worst?
namespace syswright::judge {

/// What was checked.
enum class AuditCheck {
  coverage,       ///< a run for each scenario that was set
  inputs,         ///< the scenario that ran is the one that was set: equal digests
  result,         ///< a number for each metric, all finite; blocks that add up to the objective
  rules,          ///< no decision breaks a rule of the system
  recomputation,  ///< the auditor's metrics are the claimed ones
  repetition,     ///< the same run again gives the same evaluation and the same decisions
  decisions,      ///< the reference simulation takes the logged decisions too, and comes to the same
  objective,      ///< the stated mean is that of the runs, failures being the worst
};
std::string_view to_string(AuditCheck check);

/// Something that does not hold.
struct AuditFinding {
  AuditCheck check = AuditCheck::result;
  std::string text;  ///< one line: what was claimed, what was found, where
  friend bool operator==(const AuditFinding&, const AuditFinding&) = default;
};

struct MetricAudit {
  double claimed = 0;
  double recomputed = std::numeric_limits<double>::quiet_NaN();  ///< NaN: the auditor cannot know it
};

/// One policy in one scenario.
struct RunAudit {
  Policy policy;
  ScenarioPtr scenario;  ///< that was set
  Evaluation::Status status = Evaluation::Status::ok;
  std::vector<MetricAudit> metrics;  ///< in the order of Domain::metrics(); empty for a failed or a cancelled run
  std::uint64_t decisions = 0;       ///< in the log
  /// Decisions that were taken again by the reference simulation (programs) or in the second run (natives).
  std::uint64_t replayed = 0;
  std::vector<AuditFinding> findings;

  bool holds() const { return findings.empty(); }
  /// Whether it was audited to the end: false where a stop came first, and then nothing is known.
  bool complete() const { return status != Evaluation::Status::cancelled; }
};

struct AuditOptions {
  /// Relative difference between a claimed metric and the recomputed one that counts as rounding: the auditor may add
  /// in another order. Everything else is compared exactly.
  double rounding = 1e-12;
  /// How many of a scenario's events the reference simulation replays for a program, from the first decision on; it
  /// takes about 15 times as long as the evaluation. 0: none; `all_events`: all, and then the
  /// simulation's result must also be the claimed evaluation.
  std::uint64_t replay_events = all_events;
  unsigned threads = 0;  ///< 0: as many as the machine runs at once

  static constexpr std::uint64_t all_events = std::numeric_limits<std::uint64_t>::max();
};

/// An evaluation as it was given out, by an Evaluator, the ledger or a comparison.
struct ScoredRun {
  Policy policy;
  ScenarioPtr scenario;
  Evaluation evaluation;
};

/// Audits scores: each is run again with a log, on threads of its own, and everything is checked. Results stand in the
/// order of the scores and do not depend on the number of threads; cancelled scores, and those not reached when a stop
/// came, are not complete. A failed score holds if it fails again.
/// Cost a score: a logged evaluation, the domain's auditor (about as much again), and the replay.
std::vector<RunAudit> audit(const Domain& domain, std::span<const ScoredRun> scores, const AuditOptions& options = {},
                            std::stop_token stop = {});

/// Evaluates every policy in every scenario (scenarios outermost) and audits what comes back.
std::vector<RunAudit> audit(const Domain& domain, std::span<const Policy> policies,
                            std::span<const ScenarioPtr> scenarios, Evaluator& evaluator,
                            const AuditOptions& options = {}, std::stop_token stop = {});

/// Totals, for a sentence.
struct AuditSummary {
  std::size_t runs = 0;
  std::size_t incomplete = 0;
  std::size_t disagreeing = 0;  ///< runs with a finding
  std::uint64_t decisions = 0;
  std::uint64_t replayed = 0;
  bool holds() const { return disagreeing == 0; }
};
AuditSummary summarise(std::span<const RunAudit> audits);

/// What came of a claim from outside.
struct ClaimAudit {
  std::vector<RunAudit> runs;          ///< one for each scenario that was set and claimed
  std::vector<AuditFinding> findings;  ///< of the claim as a whole
  bool holds() const;
  /// Those of the whole and of every run, these with their scenario before them.
  std::vector<AuditFinding> all_findings() const;
};

/// Audits a claim about `scenarios`, the ones that were set, in their order. Trusts nothing in the claim: not its
/// scenarios, its logs, nor that a native policy is what its name says.
ClaimAudit audit(const Domain& domain, const Claim& claim, std::span<const ScenarioPtr> scenarios,
                 const AuditOptions& options = {}, std::stop_token stop = {});

/// One planted cheat.
struct PlantedCheat {
  std::string name;
  std::string doc;
  bool common = false;      ///< of common_cheats(), not the domain's own
  std::size_t planted = 0;  ///< claims made with it
  std::size_t caught = 0;
  /// Of these, how many would have been caught without running the policy again: by another check than repetition,
  /// which a host that always errs in the same way passes.
  std::size_t independent = 0;
  std::vector<AuditCheck> by;            ///< the checks that caught it, in their order
  std::string example;                   ///< the first finding of the first claim that was caught
  std::vector<std::string> got_through;  ///< policies whose dishonest claim was believed
};

struct SelfTest {
  std::vector<PlantedCheat> cheats;       ///< the domain's own, then the common ones
  std::size_t honest = 0;                 ///< honest claims that were audited
  std::vector<std::string> false_alarms;  ///< policy, and the finding that an honest claim was charged with
  bool complete = true;                   ///< false: a stop came first
  /// Every cheat was caught each time, and at least once by more than repetition; the domain's own were planted at
  /// least once; and no honest claim was charged.
  bool passed() const;
};

/// Tests the auditor: every policy's honest claim over the scenarios must hold, and every dishonest one made from it
/// must not. Give the scenarios as the domain made them, not wrapped. Cost: for each policy, scenario and cheat about
/// an evaluation and the domain's audit, and the reference simulation twice for a program: small scenarios will do. The
/// whole of a scenario is replayed, whatever the options say.
SelfTest self_test(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                   const AuditOptions& options = {}, std::stop_token stop = {});

}  // namespace syswright::judge
