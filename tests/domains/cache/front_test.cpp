#include "domains/cache/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "base/error.h"
#include "domains/cache/auditor.h"
#include "domains/cache/bounds.h"
#include "domains/cache/native.h"
#include "domains/cache/options.h"
#include "domains/cache/scenario.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/domains/cache/slow_admission.h"
#include "tests/domains/cache/slow_models.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Case {
  std::shared_ptr<const Requests> requests;
  Capacity capacity;
  FrontRule rule;
  std::uint64_t seed = 0;
};

/// Every combination of sizes, times, lifetimes and defaults comes up.
Case random_case(std::uint64_t index, const std::string& admission) {
  Random random(31, "front test", index);
  SmallTrace shape;
  const bool adaptive = admission == "adaptsize";
  shape.requests = adaptive ? 30'000 : 20 + random.below(200);
  shape.objects = adaptive ? 300 : 2 + random.below(20);
  const bool in_bytes = index % 2 == 0;
  shape.largest_size = in_bytes || index % 3 == 0 ? (adaptive ? 200 : 8) : 0;
  shape.sizes_change = index % 4 < 2;
  trace::CacheTrace trace = small_trace(shape, random);
  double time = 100;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    time += static_cast<double>(random.below(3));
    if (index % 5 < 3) trace.times.push_back(time);
    if (index % 5 < 4) trace.ttls.push_back(random.chance(0.4) ? 1 + static_cast<std::uint32_t>(random.below(30)) : 0);
  }
  Case test;
  test.requests = prepare(std::move(trace));
  test.capacity = {adaptive ? (in_bytes ? 3000 : 40) : 1 + random.below(in_bytes ? 40 : 12), in_bytes};
  test.rule.admission = read_admission(admission);
  test.rule.trace_lifetimes = index % 7 != 0;
  if (index % 3 == 1) test.rule.default_lifetime = 0.5 + static_cast<double>(random.below(20));
  test.seed = index;
  return test;
}

std::uint64_t expected_by_hand(const Case& test) {
  if (!test.capacity.in_bytes) return test.capacity.amount;
  double sum = 0;
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < test.requests->size(); ++i) {
    if (seen.insert(test.requests->trace.keys[i]).second) sum += test.requests->trace.sizes[i];
  }
  const double mean = sum / static_cast<double>(seen.size());
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(test.capacity.amount) / mean));
}

struct SlowRun {
  Counts counts;
  DecisionLog log;
};

/// The page's words, one after the other, around a slow model of the policy.
SlowRun run_slow(slow::Model& model, const Case& test) {
  SlowRun run;
  const trace::CacheTrace& trace = test.requests->trace;
  const auto gate = slow::make_gate(
      test.rule.admission,
      {test.capacity.amount, test.capacity.in_bytes, test.requests->object_count(), expected_by_hand(test), test.seed});
  std::set<Object> in;
  std::map<Object, double> dies;
  std::map<Object, double> lives;
  for (std::uint64_t i = 0; i < trace.size(); ++i) {
    const Object object = test.requests->objects[i];
    const std::uint32_t bytes = trace.sizes.empty() ? 1 : trace.sizes[i];
    const std::uint32_t size = test.capacity.in_bytes ? bytes : 1;
    const double now = trace.times.empty() ? static_cast<double>(i) : trace.times[i];
    if (test.rule.trace_lifetimes && !trace.ttls.empty() && trace.ttls[i] > 0) lives[object] = trace.ttls[i];
    if (gate != nullptr) gate->meet(trace.keys[i], bytes);
    ++run.counts.requests;
    run.counts.bytes_requested += bytes;
    bool written = false;
    bool missed = true;
    bool refused = false;
    if (in.count(object) != 0) {
      std::vector<Object> nobody;
      EXPECT_EQ(model.request(object, size, nobody), Reply::hit);
      missed = now >= dies.at(object);
      written = missed;
      run.counts.expired_misses += missed ? 1 : 0;
    } else if (gate != nullptr && size <= test.capacity.amount && !gate->takes(i, trace.keys[i], bytes)) {
      refused = true;
    } else {
      std::vector<Object> evicted;
      const Reply reply = model.request(object, size, evicted);
      for (const Object gone : evicted) {
        run.log.records.push_back({i, evict_decision, test.requests->keys[gone], 1});
        in.erase(gone);
      }
      written = reply == Reply::inserted;
      refused = !written;
      if (written) in.insert(object);
    }
    if (refused) run.log.records.push_back({i, admit_decision, trace.keys[i], 0});
    if (written) dies[object] = now + (lives.count(object) != 0 ? lives[object] : test.rule.default_lifetime);
    run.counts.misses += missed ? 1 : 0;
    run.counts.bytes_missed += missed ? bytes : 0;
    run.counts.bytes_written += written ? bytes : 0;
  }
  return run;
}

ReplayResult run_fast(const std::string& policy, const Case& test, DecisionLog* log = nullptr,
                      Outcome* outcomes = nullptr) {
  const FrontSetup front{*test.requests, whole(*test.requests), test.capacity, test.seed, test.rule};
  return replay_native(policy, *test.requests, whole(*test.requests), test.capacity,
                       {.seed = test.seed, .log = log, .front = &front, .outcomes = outcomes});
}

const std::vector<std::string> rules{"all", "size:5", "probability:0.6", "size-probability:4B", "bloom", "adaptsize"};

TEST(Front, EqualsASlowModelInFrontOfSlowPolicies) {
  std::uint64_t expired = 0;
  for (const std::string& rule : rules) {
    std::uint64_t refused = 0;
    for (const char* policy : {"lru", "fifo", "sieve", "s3fifo", "arc"}) {
      const bool dear = rule == "adaptsize";
      for (std::uint64_t index = 0; index < (dear ? 12u : 400u); ++index) {
        const Case test = random_case(index, rule);
        const auto model = slow::make_model(policy, test.capacity.amount);
        const SlowRun slow = run_slow(*model, test);
        DecisionLog log;
        const ReplayResult fast = run_fast(policy, test, &log);
        ASSERT_EQ(fast.counts, slow.counts) << rule << ", " << policy << ", case " << index;
        ASSERT_EQ(log.records, slow.log.records) << rule << ", " << policy << ", case " << index;
        expired += slow.counts.expired_misses;
        for (const auto& record : log.records) refused += record.decision == admit_decision ? 1 : 0;
      }
    }
    EXPECT_GT(refused, rule == "all" ? 0u : 100u) << rule;
  }
  EXPECT_GT(expired, 1000u);
}

TEST(Front, EveryPolicyIsAuditedCleanBehindIt) {
  for (const NativePolicy& policy : native_policies()) {
    for (const std::string& rule : rules) {
      for (std::uint64_t index = 0; index < (rule == "adaptsize" ? 2u : 25u); ++index) {
        const Case test = random_case(index, rule);
        DecisionLog log;
        std::vector<Outcome> outcomes(test.requests->size());
        const ReplayResult result = run_fast(std::string(policy.name), test, &log, outcomes.data());
        const CacheAudit audited = audit(*test.requests, whole(*test.requests), test.capacity, log, test.rule);
        ASSERT_EQ(audited.violations, std::vector<std::string>{}) << policy.name << ", " << rule << ", case " << index;
        ASSERT_EQ(audited.metrics, metrics_of(result.counts)) << policy.name << ", " << rule << ", case " << index;
        ASSERT_EQ(audited.expired_misses, result.counts.expired_misses);
        const auto hits = static_cast<std::uint64_t>(std::count(outcomes.begin(), outcomes.end(), Outcome::hit));
        ASSERT_EQ(result.counts.requests - hits, result.counts.misses);
        const auto refreshed =
            static_cast<std::uint64_t>(std::count(outcomes.begin(), outcomes.end(), Outcome::expired));
        ASSERT_EQ(refreshed, result.counts.expired_misses);
      }
    }
  }
}

TEST(Front, AnIdleOneChangesNothing) {
  for (const NativePolicy& policy : native_policies()) {
    for (std::uint64_t index = 4; index < 100; index += 5) {
      Case test = random_case(index, "all");
      test.rule = {};
      ASSERT_TRUE(test.rule.idle(*test.requests));
      const ReplayResult plain =
          replay_native(policy.name, *test.requests, whole(*test.requests), test.capacity, {.seed = test.seed});
      const ReplayResult fronted = run_fast(std::string(policy.name), test);
      ASSERT_EQ(plain.counts, fronted.counts) << policy.name;
      ASSERT_EQ(plain.blocks, fronted.blocks) << policy.name;
    }
  }
}

/// Programs, evaluated and stepped.
TEST(Front, SimulationsAndHostsDoTheSame) {
  for (const char* text :
       {"policy a for cache { rank evict(recency, hits) by sample { return recency / (1 + hits); } }",
        "policy b for cache { stat p = percentile(hits, 0.5); rank evict(last_access) by queue { return p - "
        "last_access; "
        "} value admit(gap) { return gap < 40 ? take : refuse; } }"}) {
    const auto program = policy::compile(text, "test", std::array{cache_signature()});
    for (const std::string& rule : rules) {
      for (std::uint64_t index = 0; index < (rule == "adaptsize" ? 4u : 40u); ++index) {
        const Case test = random_case(index, rule);
        const std::uint64_t n = test.requests->size();
        const CacheScenario scenario({.requests = test.requests,
                                      .window = {n / 9, n / 3, n - n / 8},
                                      .capacity = test.capacity,
                                      .seed = index,
                                      .front = test.rule});
        DecisionLog log;
        const Evaluation evaluation = scenario.evaluate(Policy::of(program), {.log = &log});
        ASSERT_EQ(scenario.evaluate(Policy::of(program)), evaluation);
        const auto simulation = scenario.start(program);
        DecisionLog stepped;
        simulation->log_to(&stepped);
        std::unique_ptr<Simulation> fork;
        for (int asked = 0; const Question* question = simulation->next(); ++asked) {
          if (asked == 20) fork = simulation->fork();
          simulation->answer(interpret_answers(*program, *question));
        }
        ASSERT_EQ(simulation->result(), evaluation) << rule << ", case " << index;
        ASSERT_EQ(stepped.records, log.records) << rule << ", case " << index;
        while (const Question* question = fork ? fork->next() : nullptr) {
          fork->answer(interpret_answers(*program, *question));
        }
        ASSERT_TRUE(!fork || fork->result() == evaluation);
        const Audit audit = scenario.audit(log);
        ASSERT_THAT(audit.violations, IsEmpty());
        ASSERT_EQ(audit.metrics, evaluation.metrics);
      }
    }
  }
}

TEST(Front, ExpiryByHand) {
  trace::CacheTrace trace;
  trace.name = "test";
  trace.keys = {1, 1, 1, 2, 1, 1};
  trace.times = {0, 9, 10, 10, 12, 20};
  trace.ttls = {10, 0, 0, 0, 3, 0};
  const Case test{prepare(trace), {2, false}, {}, 0};
  std::vector<Outcome> outcomes(6);
  const ReplayResult result = run_fast("lru", test, nullptr, outcomes.data());
  // Written at 0 for 10 s: alive at 9, dead at 10; written at 10 for 10 s again. The 3 s stated at 12 count from the
  // next write on, so it is alive until 20, and dead then.
  EXPECT_THAT(outcomes, ElementsAre(Outcome::inserted, Outcome::hit, Outcome::expired, Outcome::inserted, Outcome::hit,
                                    Outcome::expired));
  EXPECT_EQ(result.counts.expired_misses, 2u);
  // Longest lifetimes: 10 s for 1, so misses at 0, 10 and 20, and 2's first request.
  EXPECT_EQ(expiry_misses(*test.requests, whole(*test.requests), test.rule), 4u);
  EXPECT_EQ(expiry_misses(*test.requests, {0, 2, 6}, test.rule), 2u);  // 1 was fetched at 9 at the latest
}

TEST(Front, NoRunBeatsTheBoundOfExpiry) {
  for (std::uint64_t index = 0; index < 300; ++index) {
    const Case test = random_case(index, "all");
    if (!test.rule.expires(*test.requests)) continue;
    const Window window{0, test.requests->size() / 3, test.requests->size()};
    const FrontSetup front{*test.requests, window, {1000, false}, 0, test.rule};
    const ReplayResult result = replay_native("lru", *test.requests, window, {1000, false}, {.front = &front});
    ASSERT_GE(result.counts.misses, expiry_misses(*test.requests, window, test.rule)) << index;
    for (const Bound& bound : cache_bounds(*test.requests, window, {1000, false}, test.rule)) {
      ASSERT_TRUE(bound.provable);
      ASSERT_LE(bound.value, metrics_of(result.counts)[bound.metric] + 1e-12) << bound.name << ", " << index;
    }
  }
}

TEST(Front, AnAuditorKnowsExpiryAndTheSizeThreshold) {
  trace::CacheTrace trace;
  trace.name = "test";
  trace.keys = {1, 1};
  trace.sizes = {9, 9};
  trace.times = {0, 5};
  const auto requests = prepare(trace);
  FrontRule rule;
  rule.default_lifetime = 5;
  EXPECT_THAT(audit(*requests, whole(*requests), {20, true}, {}, rule).metrics, ElementsAre(1, 1, 18));
  rule.default_lifetime = 5.5;
  EXPECT_THAT(audit(*requests, whole(*requests), {20, true}, {}, rule).metrics, ElementsAre(0.5, 0.5, 9));
  rule.admission = read_admission("size:8");
  EXPECT_THAT(audit(*requests, whole(*requests), {20, true}, {}, rule).violations,
              ElementsAre("event 0: object 1 of 9 bytes is taken in, but the admission is size:8"));
}

TEST(Admission, IsReadWithItsParameter) {
  EXPECT_EQ(read_admission("size:64KiB").parameter, 65536);
  EXPECT_EQ(read_admission("probability:5%").parameter, 0.05);
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      read_admission(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("adaptsise"),
            "unknown admission 'adaptsise'; did you mean 'adaptsize'? (there are: all, size, probability, "
            "size-probability, bloom, adaptsize)");
  EXPECT_EQ(refusal("size"), "admission 'size' needs a parameter: size:64KiB");
  EXPECT_EQ(refusal("bloom:3"), "admission 'bloom:3' takes no parameter: write 'bloom'");
  EXPECT_THAT(refusal("probability:1.5"), HasSubstr("is no probability"));
  EXPECT_THAT(refusal("size:0.5B"), HasSubstr("at least 1 byte"));
}

TEST(Admission, BloomFiltersTakeOneNewNameInAHundredForAKnownOne) {
  BloomFilters filters({.expected_objects = 10'000, .seed = 3});
  int known = 0;
  for (std::uint64_t key = 0; key < 40'000; ++key) known += filters.takes(mix64(key)) ? 1 : 0;
  EXPECT_LT(known, 400);  // of a filter that fills up; a full one: 0.8 %
  for (std::uint64_t key = 0; key < 40'000; ++key) ASSERT_TRUE(filters.takes(mix64(key)));
}

/// Small objects in plenty, and large ones that push them out: the model must find that large ones cost more than they
/// give, and do about as well as the best c that stays as it is.
TEST(Admission, AdaptSizeDoesAboutAsWellAsTheBestFixedParameter) {
  Random random(5, "adaptsize test");
  trace::CacheTrace trace;
  trace.name = "mixed";
  for (int i = 0; i < 300'000; ++i) {
    const bool large = random.chance(0.3);
    const std::uint64_t rank = random.below(large ? 400 : 2000);
    trace.keys.push_back(mix64(rank + (large ? 1'000'000 : 0)));
    trace.sizes.push_back(large ? 400'000 : 1'000);
  }
  const auto requests = prepare(trace);
  const Capacity capacity{2'000'000, true};
  const auto misses = [&](const std::string& admission) {
    FrontRule rule;
    rule.admission = read_admission(admission);
    const FrontSetup front{*requests, {0, 100'000, 300'000}, capacity, 1, rule};
    return replay_native("lru", *requests, front.window, capacity, {.seed = 1, .front = &front}).counts.misses;
  };
  std::uint64_t best = misses("all");
  EXPECT_GT(best, 190'000u);
  for (int octave = 8; octave < 24; ++octave) {
    best = std::min(best, misses("size-probability:" + std::to_string(1 << octave) + "B"));
  }
  const std::uint64_t adaptive = misses("adaptsize");
  EXPECT_LT(static_cast<double>(adaptive), 1.1 * static_cast<double>(best));
  EXPECT_LT(static_cast<double>(best), 0.5 * static_cast<double>(misses("all")));
}

TEST(CacheOptions, LifetimesAndAdmissionsMakeScenarios) {
  EXPECT_EQ(read_options({.options = {{"ttl", "90s"}}}).default_lifetime, 90);
  EXPECT_FALSE(read_options({.options = {{"ttl", "none"}}}).trace_lifetimes);
  EXPECT_EQ(read_options({.options = {{"admission", "all,bloom"}}}).admissions.size(), 2u);
  EXPECT_THROW(read_options({.options = {{"ttl", "0s"}}}), InputError);
}

}  // namespace
}  // namespace syswright::cache
