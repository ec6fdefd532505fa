#include <algorithm>

#include "judge/audit/audit.h"
#include "judge/audit/audit_run.h"
#include "judge/audit/audit_threads.h"

namespace syswright::judge {
namespace {

/// What one policy's claims came to.
struct Trial {
  struct Outcome {
    bool planted = false;
    std::vector<AuditFinding> findings;  ///< empty: it was believed
  };
  std::vector<Outcome> outcomes;  ///< [cheats]
  std::vector<AuditFinding> honest;
  bool complete = false;
};

struct Plan {
  const Domain& domain;
  std::span<const ScenarioPtr> scenarios;
  std::vector<const Cheat*> cheats;
  AuditOptions options;
  std::stop_token stop;
};

bool complete(const ClaimAudit& audit) {
  return std::all_of(audit.runs.begin(), audit.runs.end(), [](const RunAudit& run) { return run.complete(); });
}

Trial try_policy(const Plan& plan, const Policy& policy) {
  Trial trial;
  const bool lower = plan.domain.metrics().front().lower_is_better;
  const Claim honest = honest_claim(policy, plan.scenarios, lower, plan.stop);
  std::vector<KnownRun> known;
  for (const ScenarioPtr& scenario : plan.scenarios) known.push_back(run_again(policy, *scenario, plan.stop));
  const auto judge = [&](const Claim& claim) {
    return audit_claim(plan.domain, claim, plan.scenarios, known, plan.options, plan.stop);
  };
  const ClaimAudit clean = judge(honest);
  trial.honest = clean.all_findings();
  trial.complete = complete(clean);
  for (const Cheat* cheat : plan.cheats) {
    if (plan.stop.stop_requested()) trial.complete = false;
    Trial::Outcome& outcome = trial.outcomes.emplace_back();
    if (!trial.complete) continue;
    const std::optional<Claim> dishonest = cheat->make(honest);
    if (!dishonest) continue;
    const ClaimAudit judged = judge(*dishonest);
    if (plan.stop.stop_requested()) continue;
    outcome.planted = true;
    outcome.findings = judged.all_findings();
  }
  return trial;
}

void count(PlantedCheat& cheat, const Policy& policy, const Trial::Outcome& outcome) {
  if (!outcome.planted) return;
  ++cheat.planted;
  if (outcome.findings.empty()) {
    cheat.got_through.push_back(policy.name());
    return;
  }
  ++cheat.caught;
  cheat.independent += std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                   [](const AuditFinding& finding) { return finding.check != AuditCheck::repetition; });
  if (cheat.example.empty()) cheat.example = outcome.findings.front().text;
  for (const AuditFinding& finding : outcome.findings) {
    if (std::find(cheat.by.begin(), cheat.by.end(), finding.check) == cheat.by.end()) cheat.by.push_back(finding.check);
  }
}

SelfTest table(const Plan& plan, std::span<const Policy> policies, const std::vector<Trial>& trials,
               std::size_t own_cheats) {
  SelfTest test;
  for (std::size_t c = 0; c < plan.cheats.size(); ++c) {
    PlantedCheat cheat{.name = plan.cheats[c]->name, .doc = plan.cheats[c]->doc, .common = c >= own_cheats};
    for (std::size_t p = 0; p < policies.size(); ++p) count(cheat, policies[p], trials[p].outcomes[c]);
    std::sort(cheat.by.begin(), cheat.by.end());
    test.cheats.push_back(std::move(cheat));
  }
  for (std::size_t p = 0; p < policies.size(); ++p) {
    test.complete = test.complete && trials[p].complete;
    if (!trials[p].complete) continue;
    ++test.honest;
    for (const AuditFinding& finding : trials[p].honest) {
      test.false_alarms.push_back(policies[p].name() + ": " + finding.text);
    }
  }
  return test;
}

}  // namespace

bool SelfTest::passed() const {
  return complete && honest > 0 && false_alarms.empty() &&
         std::all_of(cheats.begin(), cheats.end(), [](const PlantedCheat& cheat) {
           return cheat.planted > 0 ? cheat.caught == cheat.planted && cheat.independent > 0 : cheat.common;
         });
}

SelfTest self_test(const Domain& domain, std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                   const AuditOptions& options, std::stop_token stop) {
  Plan plan{.domain = domain, .scenarios = scenarios, .cheats = {}, .options = options, .stop = std::move(stop)};
  plan.options.threads = 1;  // policies are what the threads share
  for (const Cheat& cheat : domain.cheats()) plan.cheats.push_back(&cheat);
  const std::size_t own = plan.cheats.size();
  for (const Cheat& cheat : common_cheats()) plan.cheats.push_back(&cheat);
  std::vector<Trial> trials(policies.size());
  for_each_index(policies.size(), options.threads, [&](std::size_t i) { trials[i] = try_policy(plan, policies[i]); });
  return table(plan, policies, trials, own);
}

}  // namespace syswright::judge
