#include "judge/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <utility>

#include "base/error.h"
#include "domain/aggregate.h"
#include "judge/audit_replay.h"
#include "judge/audit_threads.h"

namespace syswright::judge {
namespace {

/// Sums of blocks may be taken in any order, and over many.
constexpr double block_rounding = 1e-9;

bool close(double a, double b, double rounding) {
  // Equal infinities are close, and nothing else is close to one; NaN is close to nothing.
  if (!std::isfinite(a) || !std::isfinite(b)) return a == b;
  return std::abs(a - b) <= rounding * std::max(std::abs(a), std::abs(b));
}

/// Audits one run.
class RunAuditor {
 public:
  RunAuditor(const Domain& domain, const AuditOptions& options, std::stop_token stop, RunAudit& audit)
      : domain_(domain), options_(options), stop_(std::move(stop)), audit_(audit) {}

  /// log: as claimed; nullptr: the policy's own is taken.
  void run(const Evaluation& claimed, const DecisionLog* log) {
    audit_.status = claimed.status;
    if (claimed.status == Evaluation::Status::cancelled || stop_.stop_requested()) return give_up();
    DecisionLog own;
    const Evaluation again = evaluate_checked(*audit_.scenario, audit_.policy, {.log = &own, .stop = stop_});
    if (again.status == Evaluation::Status::cancelled) return give_up();
    const DecisionLog& shown = log != nullptr ? *log : own;
    audit_.decisions = shown.records.size();
    check_repetition(claimed, again);
    if (claimed.status == Evaluation::Status::failed) return;
    if (check_result(claimed)) check_recomputation(claimed, shown);
    if (log != nullptr) check_own(*log, own);
    if (audit_.policy.program() != nullptr) {
      check_replay(claimed, shown);
    } else {
      audit_.replayed = own.records.size();
    }
  }

 private:
  void give_up() {
    audit_.status = Evaluation::Status::cancelled;
    audit_.findings.clear();
  }
  void find(AuditCheck check, std::string text) { audit_.findings.push_back({check, std::move(text)}); }

  void check_repetition(const Evaluation& claimed, const Evaluation& again) {
    if (claimed == again) return;
    if (claimed.status != again.status) {
      return find(AuditCheck::repetition,
                  again.status == Evaluation::Status::failed
                      ? fmt::format("the policy fails when it is run again: {}", again.failure)
                      : std::string("the policy is said to fail, and does not when it is run again"));
    }
    for (std::size_t i = 0; i < std::min(claimed.metrics.size(), again.metrics.size()); ++i) {
      if (claimed.metrics[i] == again.metrics[i]) continue;
      return find(AuditCheck::repetition, fmt::format("{} is claimed to be {}; run again, it is {}", metric(i),
                                                      claimed.metrics[i], again.metrics[i]));
    }
    find(AuditCheck::repetition, claimed.blocks != again.blocks
                                     ? "run again, the objective falls otherwise on the blocks than is claimed"
                                     : "run again, the evaluation is another than is claimed");
  }

  std::string metric(std::size_t i) const {
    return i < domain_.metrics().size() ? domain_.metrics()[i].name : fmt::format("metric {}", i);
  }

  bool check_result(const Evaluation& claimed) {
    if (const std::string why = unsoundness(claimed); !why.empty()) {
      find(AuditCheck::result, "the claim is no result: " + why);
      return false;
    }
    if (claimed.metrics.size() != domain_.metrics().size()) {
      find(AuditCheck::result, fmt::format("the claim has {} metrics, and the domain {}", claimed.metrics.size(),
                                           domain_.metrics().size()));
      return false;
    }
    check_blocks(claimed);
    return true;
  }

  void check_blocks(const Evaluation& claimed) {
    double cost = 0;
    double weight = 0;
    for (const Block& block : claimed.blocks) {
      cost += block.cost;
      weight += block.weight;
    }
    if (weight == 0 || close(cost / weight, claimed.objective(), block_rounding)) return;
    find(AuditCheck::result,
         fmt::format("the blocks come to {} {}, and the claim to {}", metric(0), cost / weight, claimed.objective()));
  }

  void check_recomputation(const Evaluation& claimed, const DecisionLog& log) {
    const std::optional<Audit> own = recompute(log);
    if (!own) return;
    for (const std::string& violation : own->violations) find(AuditCheck::rules, violation);
    if (own->metrics.size() != claimed.metrics.size()) {
      return find(AuditCheck::recomputation, fmt::format("the auditor gives {} metrics, and the claim has {}",
                                                         own->metrics.size(), claimed.metrics.size()));
    }
    for (std::size_t i = 0; i < claimed.metrics.size(); ++i) {
      audit_.metrics.push_back({claimed.metrics[i], own->metrics[i]});
      if (std::isnan(own->metrics[i]) || close(claimed.metrics[i], own->metrics[i], options_.rounding)) continue;
      find(AuditCheck::recomputation, fmt::format("{} is claimed to be {}; recomputed from the decisions it is {}",
                                                  metric(i), claimed.metrics[i], own->metrics[i]));
    }
  }

  std::optional<Audit> recompute(const DecisionLog& log) {
    try {
      return audit_.scenario->audit(log);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      find(AuditCheck::rules, fmt::format("the auditor cannot read the decisions: {}", error.what()));
      return std::nullopt;
    }
  }

  void check_own(const DecisionLog& log, const DecisionLog& own) {
    if (const auto difference = describe_log_difference(*domain_.signature(), log, own)) {
      find(AuditCheck::repetition, "run again, the policy decides otherwise: " + *difference);
    }
  }

  void check_replay(const Evaluation& claimed, const DecisionLog& log) {
    const Replay replay =
        replay_decisions(*audit_.scenario, audit_.policy.program(), log, options_.replay_events, stop_);
    if (replay.stopped) return give_up();
    audit_.replayed = replay.decisions;
    if (replay.difference) {
      find(AuditCheck::decisions, "in the reference simulation the policy decides otherwise: " + *replay.difference);
    } else if (replay.result && !(*replay.result == claimed)) {
      find(AuditCheck::decisions,
           fmt::format(
               "the reference simulation takes the same decisions and comes to {} {}, not {}, or to other blocks",
               metric(0), replay.result->objective(), claimed.objective()));
    }
  }

  const Domain& domain_;
  const AuditOptions& options_;
  std::stop_token stop_;
  RunAudit& audit_;
};

std::vector<Evaluation> evaluations_of(const Claim& claim) {
  std::vector<Evaluation> evaluations;
  for (const Claim::Run& run : claim.runs) evaluations.push_back(run.evaluation);
  return evaluations;
}

/// The claimed run that belongs to a scenario: the one in its place, or, where the numbers differ, one of its digest.
const Claim::Run* run_for(const Claim& claim, std::span<const ScenarioPtr> scenarios, std::size_t place) {
  if (claim.runs.size() == scenarios.size()) return &claim.runs[place];
  const Digest digest = scenarios[place]->digest();
  const auto found = std::find_if(claim.runs.begin(), claim.runs.end(), [&](const Claim::Run& run) {
    return run.scenario != nullptr && run.scenario->digest() == digest;
  });
  return found == claim.runs.end() ? nullptr : &*found;
}

std::optional<AuditFinding> inputs_finding(const Claim::Run& run, const Scenario& set) {
  if (run.scenario != nullptr && run.scenario->digest() == set.digest()) return std::nullopt;
  return AuditFinding{AuditCheck::inputs,
                      run.scenario == nullptr
                          ? std::string("the claim does not say in which scenario it ran")
                          : fmt::format("it ran in a scenario of digest {}, and the one that was set has {}",
                                        run.scenario->digest().hex(), set.digest().hex())};
}

std::optional<AuditFinding> objective_finding(const Claim& claim, bool lower, double rounding) {
  const std::vector<Evaluation> evaluations = evaluations_of(claim);
  const double mean = mean_objective(evaluations, lower).value_or(worst_objective(lower));
  if (close(claim.objective, mean, rounding)) return std::nullopt;
  return AuditFinding{AuditCheck::objective,
                      fmt::format("the claim states a mean of {}; that of its runs is {}", claim.objective, mean)};
}

}  // namespace

std::string_view to_string(AuditCheck check) {
  switch (check) {
    case AuditCheck::coverage:
      return "coverage";
    case AuditCheck::inputs:
      return "inputs";
    case AuditCheck::result:
      return "result";
    case AuditCheck::rules:
      return "rules";
    case AuditCheck::recomputation:
      return "recomputation";
    case AuditCheck::repetition:
      return "repetition";
    case AuditCheck::decisions:
      return "decisions";
    case AuditCheck::objective:
      return "objective";
  }
  return "";
}

std::vector<RunAudit> audit(const Domain& domain, std::span<const ScoredRun> scores, const AuditOptions& options,
                            std::stop_token stop) {
  std::vector<RunAudit> audits;
  audits.reserve(scores.size());
  for (const ScoredRun& score : scores) audits.push_back({.policy = score.policy, .scenario = score.scenario});
  for_each_index(scores.size(), options.threads, [&](std::size_t i) {
    RunAuditor(domain, options, stop, audits[i]).run(scores[i].evaluation, nullptr);
  });
  return audits;
}

std::vector<RunAudit> audit(const Domain& domain, std::span<const Policy> policies,
                            std::span<const ScenarioPtr> scenarios, Evaluator& evaluator, const AuditOptions& options,
                            std::stop_token stop) {
  std::vector<Job> jobs;
  for (const ScenarioPtr& scenario : scenarios) {
    for (const Policy& policy : policies) jobs.push_back({policy, scenario});
  }
  std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, stop);
  std::vector<ScoredRun> scores;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    scores.push_back({jobs[i].policy, jobs[i].scenario, std::move(evaluations[i])});
  }
  return audit(domain, scores, options, stop);
}

AuditSummary summarise(std::span<const RunAudit> audits) {
  AuditSummary summary;
  for (const RunAudit& audit : audits) {
    ++summary.runs;
    summary.incomplete += audit.complete() ? 0 : 1;
    summary.disagreeing += audit.holds() ? 0 : 1;
    summary.decisions += audit.decisions;
    summary.replayed += audit.replayed;
  }
  return summary;
}

bool ClaimAudit::holds() const {
  return findings.empty() && std::all_of(runs.begin(), runs.end(), [](const RunAudit& run) { return run.holds(); });
}

std::vector<AuditFinding> ClaimAudit::all_findings() const {
  std::vector<AuditFinding> all = findings;
  for (const RunAudit& run : runs) {
    for (const AuditFinding& finding : run.findings) {
      all.push_back({finding.check, run.scenario->label() + ": " + finding.text});
    }
  }
  return all;
}

ClaimAudit audit(const Domain& domain, const Claim& claim, std::span<const ScenarioPtr> scenarios,
                 const AuditOptions& options, std::stop_token stop) {
  ClaimAudit result;
  if (claim.runs.size() != scenarios.size()) {
    result.findings.push_back({AuditCheck::coverage, fmt::format("{} scenarios were set, and the claim has {} runs",
                                                                 scenarios.size(), claim.runs.size())});
  }
  const bool lower = domain.metrics().front().lower_is_better;
  if (auto finding = objective_finding(claim, lower, options.rounding)) result.findings.push_back(*std::move(finding));
  std::vector<const Claim::Run*> claimed;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const Claim::Run* run = run_for(claim, scenarios, i);
    if (run == nullptr) {
      result.findings.push_back({AuditCheck::coverage, scenarios[i]->label() + " has no run in the claim"});
      continue;
    }
    claimed.push_back(run);
    RunAudit& audit = result.runs.emplace_back(RunAudit{.policy = claim.policy, .scenario = scenarios[i]});
    if (auto finding = inputs_finding(*run, *scenarios[i])) audit.findings.push_back(*std::move(finding));
  }
  for_each_index(claimed.size(), options.threads, [&](std::size_t i) {
    RunAuditor(domain, options, stop, result.runs[i]).run(claimed[i]->evaluation, &claimed[i]->log);
  });
  return result;
}

}  // namespace syswright::judge
