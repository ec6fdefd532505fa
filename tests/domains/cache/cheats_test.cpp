#include "domains/cache/cheats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domains/cache/cache.h"
#include "domains/cache/features.h"
#include "domains/cache/scenario.h"
#include "judge/audit/audit.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"

namespace syswright::cache {
namespace {

using judge::AuditCheck;

class CacheCheats : public ::testing::Test {
 protected:
  CacheCheats() : domain_(make_cache_domain()) {
    const auto requests = sample_requests(5, {.sizes = true, .times = true});
    const std::uint64_t size = requests->size();
    add({requests, {0, 0, size}, {90'000, true}});
    add({requests, {0, size / 3, size}, {50, false}});
    const auto lru =
        policy::compile("policy by_recency for cache { rank evict(recency) by sample { return recency; } }", "test",
                        std::array{cache_signature()});
    policies_ = {Policy::of(lru), Policy::native("s3fifo")};
  }

  void add(ScenarioSetup setup) {
    setup.label = "sample " + std::to_string(scenarios_.size());
    scenarios_.push_back(std::make_shared<CacheScenario>(std::move(setup)));
  }

  Claim honest(const Policy& policy) const { return honest_claim(policy, scenarios_, true); }
  static const Cheat& cheat(const std::string& name) {
    return *std::find_if(cache_cheats().begin(), cache_cheats().end(), [&](const Cheat& c) { return c.name == name; });
  }
  /// Kinds of the findings, each once.
  std::vector<AuditCheck> caught_by(const std::string& name, const Policy& policy) const {
    std::vector<AuditCheck> checks;
    for (const auto& finding :
         judge::audit(*domain_, cheat(name).make(honest(policy)).value(), scenarios_).all_findings()) {
      checks.push_back(finding.check);
    }
    std::sort(checks.begin(), checks.end());
    checks.erase(std::unique(checks.begin(), checks.end()), checks.end());
    return checks;
  }

  std::unique_ptr<const Domain> domain_;
  std::vector<ScenarioPtr> scenarios_;
  std::vector<Policy> policies_;
};

// A cheat that gains nothing would test nothing.
TEST_F(CacheCheats, LookBetterThanTheHonestRun) {
  for (const Policy& policy : policies_) {
    const Claim claim = honest(policy);
    for (const Cheat& cheat : cache_cheats()) {
      const auto dishonest = cheat.make(claim);
      ASSERT_TRUE(dishonest.has_value()) << cheat.name;
      if (cheat.name == "leaves_writes_uncounted") {
        EXPECT_EQ(dishonest->objective, claim.objective);
        EXPECT_LT(dishonest->runs[0].evaluation.metrics[2], claim.runs[0].evaluation.metrics[2]);
      } else {
        EXPECT_LT(dishonest->objective, claim.objective) << cheat.name << " with " << policy.name();
      }
    }
  }
}

TEST_F(CacheCheats, ArePure) {
  const Claim claim = honest(policies_[0]);
  for (const Cheat& cheat : cache_cheats()) {
    const auto one = cheat.make(claim).value();
    const auto two = cheat.make(claim).value();
    for (std::size_t i = 0; i < one.runs.size(); ++i) {
      EXPECT_EQ(one.runs[i].evaluation, two.runs[i].evaluation) << cheat.name;
      EXPECT_EQ(one.runs[i].log.records, two.runs[i].log.records) << cheat.name;
    }
  }
}

// Its decisions lead to its numbers and break no rule: only the reference simulation knows that they are not the
// program's.
TEST_F(CacheCheats, ReadingTheFutureIsFoundByTheDecisionsAlone) {
  EXPECT_EQ(caught_by("reads_the_future", policies_[0]), (std::vector{AuditCheck::repetition, AuditCheck::decisions}));
}

TEST_F(CacheCheats, AreFoundByTheCheckThatIsMeantForThem) {
  for (const auto& [name, check] : std::vector<std::pair<std::string, AuditCheck>>{
           {"hides_misses", AuditCheck::recomputation},
           {"skips_hard_requests", AuditCheck::recomputation},
           {"overfills", AuditCheck::rules},
           {"evicts_twice", AuditCheck::rules},
           {"edits_its_inputs", AuditCheck::inputs},
           {"exhausts_its_budget", AuditCheck::rules},
           {"leaves_writes_uncounted", AuditCheck::recomputation},
           {"hides_a_crash", AuditCheck::rules},
       }) {
    for (const Policy& policy : policies_) {
      EXPECT_THAT(caught_by(name, policy), testing::Contains(check)) << name << " with " << policy.name();
    }
  }
}

TEST_F(CacheCheats, FindNoOccasionInRunsThatFailed) {
  Claim claim = honest(policies_[0]);
  for (Claim::Run& run : claim.runs) run.evaluation = run.scenario->failed("for a test");
  for (const Cheat& cheat : cache_cheats()) EXPECT_FALSE(cheat.make(claim).has_value()) << cheat.name;
}

}  // namespace
}  // namespace syswright::cache
