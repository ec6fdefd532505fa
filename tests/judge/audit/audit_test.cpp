#include "judge/audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "judge/audit/audit_replay.h"
#include "policy/compile.h"
#include "tests/support/toy_domain.h"
#include "tests/support/wrapped_scenario.h"

namespace syswright::judge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::WrappedScenario;

std::vector<AuditCheck> checks_of(const std::vector<AuditFinding>& findings) {
  std::vector<AuditCheck> checks;
  for (const AuditFinding& finding : findings) checks.push_back(finding.check);
  return checks;
}

std::string text_of(const std::vector<AuditFinding>& findings) {
  std::string text;
  for (const AuditFinding& finding : findings)
    text += std::string(to_string(finding.check)) + ": " + finding.text + "\n";
  return text;
}

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() : scenarios{domain.scenario({.batches = 8}), domain.scenario({.batches = 6, .seed = 7})} {
    for (const Baseline& baseline : domain.baselines()) policies.push_back(Policy::native(baseline.name));
    for (const char* text : {
             "policy cheapest for toy { rank dispatch(cost) by all { return -cost; } }",
             "policy ratio for toy { rank dispatch(work, cost) { return cost / work; } }",
             "policy hasty for toy { rank dispatch(work, now) by all { return -work; }\n"
             "  value gear(work) { return work > 20s ? turbo : normal; } }",
             "policy recent for toy { stat pace = ewma(finished_work, 0.5);\n"
             "  rank dispatch(work) { return -abs(work - pace); } }",
             "policy speed for toy { value gear(waiting) { return waiting > 8 ? turbo : normal; } }",
         }) {
      policies.push_back(program(text));
    }
  }

  Policy program(const std::string& text) const {
    return Policy::of(policy::compile(text, "test", std::vector{domain.signature()}));
  }
  Policy named(const std::string& name) const {
    return *std::find_if(policies.begin(), policies.end(), [&](const Policy& p) { return p.name() == name; });
  }
  RunAudit audit_one(const Policy& policy, const ScenarioPtr& scenario, const Evaluation& evaluation,
                     const AuditOptions& options = {}) const {
    const ScoredRun score{policy, scenario, evaluation};
    return audit(domain, std::span(&score, 1), options).front();
  }
  ClaimAudit audit_claim(const Claim& claim) const { return audit(domain, claim, scenarios); }

  toy::ToyDomain domain;
  std::vector<ScenarioPtr> scenarios;
  std::vector<Policy> policies;
  SerialEvaluator evaluator;
};

TEST_F(AuditTest, HonestRunsHoldAndEveryDecisionIsReplayed) {
  const std::vector<RunAudit> audits = audit(domain, policies, scenarios, evaluator);
  ASSERT_EQ(audits.size(), policies.size() * scenarios.size());
  for (std::size_t i = 0; i < audits.size(); ++i) {
    const RunAudit& one = audits[i];
    EXPECT_EQ(one.policy.name(), policies[i % policies.size()].name());
    EXPECT_EQ(one.scenario, scenarios[i / policies.size()]);
    EXPECT_TRUE(one.holds()) << one.policy.name() << "\n" << text_of(one.findings);
    EXPECT_TRUE(one.complete());
    EXPECT_GE(one.decisions, one.scenario->events());
    EXPECT_EQ(one.replayed, one.decisions);
    ASSERT_EQ(one.metrics.size(), 2u);
    const Evaluation evaluation = one.scenario->evaluate(one.policy);
    for (std::size_t m = 0; m < 2; ++m) {
      EXPECT_EQ(one.metrics[m].claimed, evaluation.metrics[m]);
      EXPECT_NEAR(one.metrics[m].recomputed, evaluation.metrics[m], 1e-12 * evaluation.metrics[m]);
    }
  }
  const AuditSummary summary = summarise(audits);
  EXPECT_EQ(summary.runs, audits.size());
  EXPECT_EQ(summary.disagreeing, 0u);
  EXPECT_EQ(summary.incomplete, 0u);
  EXPECT_EQ(summary.replayed, summary.decisions);
  EXPECT_TRUE(summary.holds());
}

TEST_F(AuditTest, IsTheSameOnAnyNumberOfThreads) {
  const std::vector<RunAudit> one = audit(domain, policies, scenarios, evaluator, {.threads = 1});
  const std::vector<RunAudit> many = audit(domain, policies, scenarios, evaluator, {.threads = 8});
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].policy.name(), many[i].policy.name());
    EXPECT_EQ(one[i].findings, many[i].findings);
    EXPECT_EQ(one[i].decisions, many[i].decisions);
  }
}

// What a ledger of a wrong machine would give.
TEST_F(AuditTest, ANumberThatIsOffByOneBitIsFound) {
  for (const char* name : {"fifo", "ratio"}) {
    Evaluation evaluation = scenarios[0]->evaluate(named(name));
    evaluation.metrics[0] = std::nextafter(evaluation.metrics[0], 0);
    const RunAudit found = audit_one(named(name), scenarios[0], evaluation, {.replay_events = 0});
    EXPECT_EQ(checks_of(found.findings), std::vector{AuditCheck::repetition}) << text_of(found.findings);
    EXPECT_THAT(found.findings.front().text, HasSubstr("cost is claimed to be"));
  }
}

TEST_F(AuditTest, AForgedMetricFailsRepetitionAndRecomputationAndReplay) {
  Evaluation evaluation = scenarios[0]->evaluate(named("ratio"));
  evaluation.metrics[1] = 5;
  const RunAudit found = audit_one(named("ratio"), scenarios[0], evaluation);
  EXPECT_EQ(checks_of(found.findings),
            (std::vector{AuditCheck::repetition, AuditCheck::recomputation, AuditCheck::decisions}))
      << text_of(found.findings);
  EXPECT_THAT(found.findings[1].text, HasSubstr("turbo is claimed to be 5; recomputed from the decisions it is 0"));
}

/// The auditor's metrics are off by a share.
class InexactAuditor final : public WrappedScenario {
 public:
  InexactAuditor(ScenarioPtr inner, double share) : WrappedScenario(std::move(inner)), share_(share) {}
  Audit audit(const DecisionLog& log) const override {
    Audit audit = inner()->audit(log);
    audit.metrics[0] *= 1 + share_;
    audit.metrics[1] = std::numeric_limits<double>::quiet_NaN();
    return audit;
  }

 private:
  double share_;
};

TEST_F(AuditTest, RoundingIsForgivenUpToItsStatedSize) {
  const Policy policy = named("fifo");
  const Evaluation evaluation = scenarios[0]->evaluate(policy);
  const auto found = [&](double share, double rounding) {
    const auto scenario = std::make_shared<InexactAuditor>(scenarios[0], share);
    return audit_one(policy, scenario, evaluation, {.rounding = rounding}).findings;
  };
  EXPECT_THAT(found(0.9e-12, 1e-12), IsEmpty());
  EXPECT_EQ(checks_of(found(1.2e-12, 1e-12)), std::vector{AuditCheck::recomputation});
  EXPECT_THAT(found(0.9e-3, 1e-3), IsEmpty());
  EXPECT_EQ(checks_of(found(1.2e-3, 1e-3)), std::vector{AuditCheck::recomputation});
}

TEST_F(AuditTest, AMetricThatTheAuditorCannotKnowIsPassedOver) {
  const auto scenario = std::make_shared<InexactAuditor>(scenarios[0], 0);
  const RunAudit found = audit_one(named("fifo"), scenario, scenarios[0]->evaluate(named("fifo")));
  EXPECT_TRUE(found.holds());
  EXPECT_TRUE(std::isnan(found.metrics[1].recomputed));
}

/// A host that answers every program with Smith's order, as if a feature had told it: the numbers follow from the
/// decisions, and the same comes out each time.
class CrookedHost final : public WrappedScenario {
 public:
  using WrappedScenario::WrappedScenario;
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    return inner()->evaluate(policy.program() ? Policy::native("smith") : policy, options);
  }
};

TEST_F(AuditTest, AHostThatKnowsMoreThanItsFeaturesIsFoundByTheReferenceAlone) {
  const auto crooked = std::make_shared<CrookedHost>(scenarios[0]);
  const Evaluation claimed = crooked->evaluate(named("ratio"), {});
  const RunAudit found = audit_one(named("ratio"), crooked, claimed);
  EXPECT_EQ(checks_of(found.findings), std::vector{AuditCheck::decisions}) << text_of(found.findings);
  EXPECT_THAT(found.findings.front().text, HasSubstr("the policy decides otherwise: decision "));
  EXPECT_THAT(found.findings.front().text, HasSubstr("of the log is dispatch "));
  EXPECT_TRUE(audit_one(named("ratio"), crooked, claimed, {.replay_events = 0}).holds())
      << "recomputation alone cannot know whose decisions these are";
}

/// Takes another job than the policy says at one place, and the rest in arrival order.
class LateSlip final : public WrappedScenario {
 public:
  LateSlip(ScenarioPtr inner, std::size_t batch) : WrappedScenario(std::move(inner)), batch_(batch) {}
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    const auto toy = std::dynamic_pointer_cast<const toy::ToyScenario>(inner());
    DecisionLog log;
    inner()->evaluate(policy, {.log = &log});
    toy::cheating::Service service{.order = toy::cheating::order_of(log)};
    std::swap(service.order[batch_ * toy::jobs_per_batch], service.order[batch_ * toy::jobs_per_batch + 1]);
    Claim::Run run = toy::cheating::serve(toy, service);
    if (options.log != nullptr) *options.log = run.log;
    return run.evaluation;
  }

 private:
  std::size_t batch_;
};

TEST_F(AuditTest, AReplayOfTheFirstEventsSeesThoseOnly) {
  const Policy policy = named("ratio");
  const auto slipping = std::make_shared<LateSlip>(scenarios[0], 4);  // event 40
  const Evaluation claimed = slipping->evaluate(policy, {});
  const auto found = [&](std::uint64_t events) {
    return audit_one(policy, slipping, claimed, {.replay_events = events});
  };
  EXPECT_TRUE(found(40).holds());
  EXPECT_EQ(found(40).replayed, 40u);
  EXPECT_EQ(checks_of(found(41).findings), std::vector{AuditCheck::decisions});
  EXPECT_EQ(found(41).replayed, 40u);
  EXPECT_THAT(found(41).findings.front().text, HasSubstr("decision 41 of the log"));
  EXPECT_THAT(found(41).findings.front().text, HasSubstr("at event 40"));
}

TEST_F(AuditTest, AReplayFindsDecisionsThatAreMissingOrTooMany) {
  const Policy policy = named("hasty");
  DecisionLog log;
  scenarios[0]->evaluate(policy, {.log = &log});
  const Replay whole = replay_decisions(*scenarios[0], policy.program(), log, AuditOptions::all_events);
  EXPECT_EQ(whole.difference, std::nullopt);
  EXPECT_EQ(whole.decisions, log.records.size());
  ASSERT_TRUE(whole.result.has_value());
  EXPECT_EQ(*whole.result, scenarios[0]->evaluate(policy));

  DecisionLog fewer = log;
  fewer.records.pop_back();
  EXPECT_THAT(*replay_decisions(*scenarios[0], policy.program(), fewer, AuditOptions::all_events).difference,
              HasSubstr("of the log is none; the policy's own is gear"));
  DecisionLog more = log;
  more.records.push_back({80, 0, 3, 1});
  const Replay late = replay_decisions(*scenarios[0], policy.program(), more, AuditOptions::all_events);
  EXPECT_THAT(*late.difference, HasSubstr("dispatch 3 = 1 at event 80; the policy's own is none"));
  EXPECT_EQ(late.result, std::nullopt);
  // One more in the midst, with only the events before the next replayed.
  more = log;
  more.records.insert(more.records.begin() + 10, {4, 0, 3, 1});
  EXPECT_EQ(log.records[10].event, 5u);
  EXPECT_TRUE(replay_decisions(*scenarios[0], policy.program(), more, 5).difference.has_value());
  EXPECT_FALSE(replay_decisions(*scenarios[0], policy.program(), more, 4).difference.has_value());
}

TEST_F(AuditTest, AFailureHoldsIfItFailsAgain) {
  const ScenarioPtr narrow = domain.scenario({.batches = 4, .max_nodes = 3});
  const Policy large =
      program("policy large for toy { rank dispatch(work, cost, now) { return cost / (work + now); } }");
  const Evaluation failed = narrow->evaluate(large);
  ASSERT_EQ(failed.status, Evaluation::Status::failed);
  EXPECT_TRUE(audit_one(large, narrow, failed).holds());

  const RunAudit denied = audit_one(large, narrow, scenarios[0]->evaluate(large));
  EXPECT_THAT(text_of(denied.findings),
              HasSubstr("repetition: the policy fails when it is run again: the policy broke"));
  const RunAudit invented = audit_one(large, scenarios[0], failed);
  EXPECT_THAT(text_of(invented.findings), HasSubstr("said to fail, and does not"));
}

TEST_F(AuditTest, AStopLeavesRunsIncompleteAndUncharged) {
  std::stop_source source;
  source.request_stop();
  std::vector<ScoredRun> scores;
  for (const Policy& policy : policies) scores.push_back({policy, scenarios[0], scenarios[0]->evaluate(policy)});
  for (const RunAudit& one : audit(domain, scores, {}, source.get_token())) {
    EXPECT_FALSE(one.complete());
    EXPECT_TRUE(one.holds());
  }
  EXPECT_FALSE(self_test(domain, policies, scenarios, {}, source.get_token()).passed());
}

TEST_F(AuditTest, APolicyOfAnotherDomainIsAnError) {
  EXPECT_THROW(audit_one(Policy::native("no_such"), scenarios[0], scenarios[0]->evaluate(named("fifo"))), InputError);
}

TEST_F(AuditTest, AnHonestClaimHolds) {
  for (const Policy& policy : policies) {
    const Claim claim = honest_claim(policy, scenarios, true);
    EXPECT_EQ(claim.objective, (claim.runs[0].evaluation.objective() + claim.runs[1].evaluation.objective()) / 2);
    const ClaimAudit found = audit_claim(claim);
    EXPECT_TRUE(found.holds()) << text_of(found.all_findings());
    EXPECT_EQ(found.runs.size(), 2u);
  }
}

TEST_F(AuditTest, AFailingPolicysHonestClaimIsTheWorstAndHolds) {
  const std::vector<ScenarioPtr> set{scenarios[0], domain.scenario({.batches = 4, .max_nodes = 2})};
  const Claim claim = honest_claim(named("ratio"), set, true);
  EXPECT_EQ(claim.objective, std::numeric_limits<double>::infinity());
  const ClaimAudit found = audit(domain, claim, set);
  EXPECT_TRUE(found.holds()) << text_of(found.all_findings());
}

TEST_F(AuditTest, ARunThatIsLeftOutIsMissed) {
  Claim claim = honest_claim(named("ratio"), scenarios, true);
  claim.runs.erase(claim.runs.begin());
  claim.objective = stated_objective(claim);
  const ClaimAudit found = audit_claim(claim);
  EXPECT_EQ(checks_of(found.all_findings()), (std::vector{AuditCheck::coverage, AuditCheck::coverage}));
  EXPECT_THAT(found.findings[1].text, HasSubstr("8 batches, seed 1 has no run in the claim"));
  EXPECT_EQ(found.runs.size(), 1u) << "the other is audited all the same";
  EXPECT_TRUE(found.runs[0].holds());
}

TEST_F(AuditTest, RunsInOtherScenariosAreFoundByTheirDigest) {
  Claim claim = honest_claim(named("ratio"), scenarios, true);
  claim.runs[1].scenario = scenarios[0];
  EXPECT_EQ(checks_of(audit_claim(claim).runs[1].findings), std::vector{AuditCheck::inputs});
  claim.runs[1].scenario = nullptr;
  EXPECT_THAT(text_of(audit_claim(claim).runs[1].findings), HasSubstr("does not say in which scenario"));
}

TEST_F(AuditTest, AStatedMeanIsCheckedWhateverItIs) {
  Claim claim = honest_claim(named("ratio"), scenarios, true);
  for (const double stated : {claim.objective * 0.999, -1.0, std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    Claim other = claim;
    other.objective = stated;
    EXPECT_EQ(checks_of(audit_claim(other).findings), std::vector{AuditCheck::objective}) << stated;
  }
}

TEST_F(AuditTest, LogsThatNoHonestRunWritesAreReadWithoutHarm) {
  Claim claim = honest_claim(named("ratio"), scenarios, true);
  claim.runs[0].log.records[3] = {~std::uint64_t{0}, 77, ~std::uint64_t{0}, std::nan("")};
  const ClaimAudit found = audit_claim(claim);
  EXPECT_THAT(text_of(found.runs[0].findings), HasSubstr("decision 77 18446744073709551615 = nan"));
  EXPECT_THAT(text_of(found.runs[0].findings), HasSubstr("rules: there is no job 18446744073709551615"));
}

/// The toy domain's own cheats need a policy that breaks its limit to find every occasion.
TEST_F(AuditTest, SelfTestCatchesEveryCheatOfTheToyDomain) {
  const std::vector<ScenarioPtr> set{domain.scenario({.batches = 8, .max_nodes = 4}), scenarios[1]};
  const SelfTest test = self_test(domain, policies, set);
  EXPECT_TRUE(test.passed());
  EXPECT_THAT(test.false_alarms, IsEmpty());
  EXPECT_EQ(test.honest, policies.size());
  ASSERT_EQ(test.cheats.size(), domain.cheats().size() + common_cheats().size());
  for (const PlantedCheat& cheat : test.cheats) {
    EXPECT_GT(cheat.planted, 0u) << cheat.name;
    EXPECT_EQ(cheat.caught, cheat.planted) << cheat.name;
    EXPECT_GT(cheat.independent, 0u) << cheat.name;
    EXPECT_LE(cheat.independent, cheat.caught) << cheat.name;
    EXPECT_THAT(cheat.got_through, IsEmpty()) << cheat.name;
    EXPECT_FALSE(cheat.by.empty() || cheat.example.empty()) << cheat.name;
  }
}

/// The toy domain with cheats of a test's choice.
class OtherCheats final : public Domain {
 public:
  explicit OtherCheats(std::vector<Cheat> cheats) : cheats_(std::move(cheats)) {}
  const std::string& name() const override { return toy_.name(); }
  const std::string& summary() const override { return toy_.summary(); }
  const std::shared_ptr<const policy::Signature>& signature() const override { return toy_.signature(); }
  std::span<const Metric> metrics() const override { return toy_.metrics(); }
  std::span<const Baseline> baselines() const override { return toy_.baselines(); }
  std::span<const Option> options() const override { return toy_.options(); }
  std::span<const std::string> exemplars() const override { return toy_.exemplars(); }
  std::span<const Cheat> cheats() const override { return cheats_; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override { return toy_.open(request); }

 private:
  toy::ToyDomain toy_;
  std::vector<Cheat> cheats_;
};

TEST_F(AuditTest, SelfTestSaysWhatGetsThrough) {
  const OtherCheats other({{"harmless", "changes nothing", [](const Claim& honest) { return std::optional(honest); }}});
  const SelfTest test = self_test(other, std::span(policies).subspan(0, 2), scenarios);
  EXPECT_FALSE(test.passed());
  EXPECT_EQ(test.cheats[0].planted, 2u);
  EXPECT_EQ(test.cheats[0].caught, 0u);
  EXPECT_EQ(test.cheats[0].independent, 0u);
  EXPECT_EQ(test.cheats[0].got_through, (std::vector<std::string>{"fifo", "shortest"}));
}

TEST_F(AuditTest, SelfTestDoesNotPassWithACheatThatFoundNoOccasion) {
  const OtherCheats other({{"shy", "never dares", [](const Claim&) { return std::optional<Claim>(); }}});
  const SelfTest test = self_test(other, std::span(policies).subspan(0, 1), scenarios);
  EXPECT_EQ(test.cheats[0].planted, 0u);
  EXPECT_FALSE(test.passed());
}

TEST_F(AuditTest, SelfTestReportsFalseAlarms) {
  const std::vector<ScenarioPtr> inexact{std::make_shared<InexactAuditor>(scenarios[0], 0.01)};
  const SelfTest test = self_test(domain, std::span(policies).subspan(0, 1), inexact);
  EXPECT_FALSE(test.passed());
  ASSERT_EQ(test.false_alarms.size(), 1u);
  EXPECT_THAT(test.false_alarms[0], HasSubstr("fifo: toy, 8 batches, seed 1: cost is claimed to be"));
}

}  // namespace
}  // namespace syswright::judge
