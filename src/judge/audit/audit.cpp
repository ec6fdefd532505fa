#include "judge/audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <utility>

#include "base/error.h"
#include "domain/aggregate.h"
#include "judge/audit/audit_run.h"
#include "judge/audit/audit_threads.h"

namespace syswright::judge {
namespace {

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
    audit_run(domain, scores[i].evaluation, nullptr, nullptr, options, stop, audits[i]);
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
  return audit_claim(domain, claim, scenarios, {}, options, std::move(stop));
}

ClaimAudit audit_claim(const Domain& domain, const Claim& claim, std::span<const ScenarioPtr> scenarios,
                       std::span<const KnownRun> known, const AuditOptions& options, std::stop_token stop) {
  ClaimAudit result;
  if (claim.runs.size() != scenarios.size()) {
    result.findings.push_back({AuditCheck::coverage, fmt::format("{} scenarios were set, and the claim has {} runs",
                                                                 scenarios.size(), claim.runs.size())});
  }
  const bool lower = domain.metrics().front().lower_is_better;
  if (auto finding = objective_finding(claim, lower, options.rounding)) result.findings.push_back(*std::move(finding));
  std::vector<const Claim::Run*> claimed;
  std::vector<const KnownRun*> known_of;  // those claimed
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const Claim::Run* run = run_for(claim, scenarios, i);
    if (run == nullptr) {
      result.findings.push_back({AuditCheck::coverage, scenarios[i]->label() + " has no run in the claim"});
      continue;
    }
    claimed.push_back(run);
    known_of.push_back(known.empty() ? nullptr : &known[i]);
    RunAudit& audit = result.runs.emplace_back(RunAudit{.policy = claim.policy, .scenario = scenarios[i]});
    if (auto finding = inputs_finding(*run, *scenarios[i])) audit.findings.push_back(*std::move(finding));
  }
  for_each_index(claimed.size(), options.threads, [&](std::size_t i) {
    audit_run(domain, claimed[i]->evaluation, &claimed[i]->log, known_of[i], options, stop, result.runs[i]);
  });
  return result;
}

}  // namespace syswright::judge
