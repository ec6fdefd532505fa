#include <gtest/gtest.h>

#include <array>
#include <string>

#include "domains/spot/features.h"
#include "domains/spot/market.h"
#include "domains/spot/scenario.h"
#include "judge/certify/certify.h"
#include "judge/certify/shield.h"
#include "policy/compile.h"
#include "tests/domains/spot/sample_markets.h"

// The safety net: what the public one gambles away, and that the strict one never does.
//
// Why it never does. Let L be the whole ticks left and n(k) the ticks that the work left takes with k starts. As long
// as the net does not rule, n(1) < L; whatever runs in that tick, work does not grow, so n(1) <= L after it: the net
// takes over in time. Where it rules with n(1) <= L, either
//   - a spot instance that has started up runs on: a whole tick of work, so n(1) and L both fall by one; or
//   - on-demand starts: with its start, what is left takes n(1) <= L ticks, and each of them runs, since from then on
//     n(1) >= L holds at every tick (both sides fall by one; the start is spent only once), so the net never lets go.
// In both cases the job is done by tick L. TheInductionStepHoldsInEveryState checks these steps state by state;
// NoPolicyMisses checks the conclusion over every market and every sequence of answers of small jobs.
namespace syswright::spot {
namespace {

/// What the argument keeps: on-demand that rules needs no start any more, everything else needs one.
bool safe(const Setting& setting, const Job& job) {
  if (finished(setting, job)) return !missed(setting, job);
  const std::int64_t left = ticks_left(setting, job);
  if (ticks_needed(setting, job, 1) <= left) return true;
  return job.last == Mode::on_demand && ceil_divide(setting.job - job.done + job.pending, setting.tick) <= left;
}

TEST(StrictNet, TheInductionStepHoldsInEveryState) {
  // In units of a fifth of a tick, so that starts end within ticks, at their ends, and after several.
  std::size_t states = 0;
  for (const Milliseconds overhead : {0, 1, 3, 5, 7, 11}) {
    const Setting setting{.tick = 5, .job = 40, .deadline = 63, .overhead = overhead, .net = Net::strict};
    for (std::int64_t tick = 0; tick <= setting.ticks(); ++tick) {
      for (Milliseconds done = 0; done < setting.job; ++done) {
        for (Milliseconds pending = 0; pending <= overhead; ++pending) {
          for (const Mode last : {Mode::spot, Mode::idle, Mode::on_demand}) {
            const Job job{tick, done, pending, last};
            if (!safe(setting, job)) continue;
            for (const bool available : {false, true}) {
              for (const Mode asked : {Mode::spot, Mode::idle, Mode::on_demand}) {
                Job after = job;
                run_tick(setting, after, net_rules(setting, job) ? net_answer(setting, job, available) : asked,
                         available);
                ++states;
                ASSERT_TRUE(safe(setting, after)) << "tick " << tick << ", done " << done << ", pending " << pending;
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(states, 50'000u);
}

/// Every sequence of answers, from here to the end of the job; counts the late ones.
std::size_t late_runs(const Setting& setting, const Job& job, std::uint32_t market) {
  if (finished(setting, job)) return missed(setting, job) ? 1 : 0;
  const bool available = job.tick < 16 && (market >> job.tick & 1) != 0;
  std::size_t late = 0;
  const bool ruled = net_rules(setting, job);
  for (const Mode asked : {Mode::spot, Mode::idle, Mode::on_demand}) {
    Job after = job;
    run_tick(setting, after, ruled ? net_answer(setting, job, available) : asked, available);
    late += late_runs(setting, after, market);
    if (ruled) break;
  }
  return late;
}

std::size_t late_runs(Net net, Milliseconds overhead) {
  const Setting setting{.tick = 4, .job = 16, .deadline = 32, .overhead = overhead, .net = net};
  std::size_t late = 0;
  for (std::uint32_t market = 0; market < 256; ++market) late += late_runs(setting, {}, market);
  return late;
}

TEST(StrictNet, NoPolicyMisses) {
  for (const Milliseconds overhead : {0, 1, 4, 6}) EXPECT_EQ(late_runs(Net::strict, overhead), 0u) << overhead;
}

TEST(GamblingNet, LosesDeadlinesWhereStartsCostTime) {
  EXPECT_GT(late_runs(Net::gamble, 1), 0u);
  EXPECT_GT(late_runs(Net::gamble, 4), 0u);
  // The net never takes over from a spot instance whose start was free: work left and time left fall together.
  EXPECT_EQ(late_runs(Net::gamble, 0), 0u);
}

/// 58 minutes of work, 70 to the deadline, starts of 2: 6 ticks are needed and 7 are left, so the policy may take spot.
/// Of its tick 8 minutes are work; 50 and a start still need 6 ticks, and 6 are left: the net takes over, just as spot
/// goes. On demand from there is in time to the minute. Asking for spot once more loses a tick.
TEST(GamblingNet, AsksForSpotThatIsGoneAndIsLateByATick) {
  const auto run = [](Net net) {
    return SpotScenario(one_job("1000000000", 10, 58, 70, 2, net)).evaluate(Policy::native("spot_until_the_net"));
  };
  const Evaluation gambled = run(Net::gamble);
  const Evaluation strict = run(Net::strict);
  EXPECT_EQ(gambled.metrics[1], 1);
  EXPECT_EQ(strict.metrics[1], 0);
  // One tick on spot and 6 on demand in both; ten times 6 ticks on demand tell them apart.
  EXPECT_NEAR(strict.metrics[0], (0.9731 + 6 * 3.06) / 6, 1e-12);
  EXPECT_NEAR(gambled.metrics[2], strict.metrics[2], 1e-12);
  EXPECT_NEAR(gambled.metrics[0] - strict.metrics[0], 10 * 6 * 3.06 / 6, 1e-9);
}

/// The guard under which no policy loses a deadline to the gambling net either: a start of spot leaves at least a tick
/// to spare. The net can find a started spot instance only where the start ate all that was spare; after a start with
/// more to spare than the start takes and a tick, one is left, and a spot instance that runs keeps it.
const std::string guard = "ensure reserve > overhead + tick or holds_spot or not spot_available or output != spot;";

/// Every sequence of answers that keeps the guard.
std::size_t late_guarded_runs(const Setting& setting, const Job& job, std::uint32_t market, std::size_t& refused) {
  if (finished(setting, job)) return missed(setting, job) ? 1 : 0;
  const bool available = job.tick < 16 && (market >> job.tick & 1) != 0;
  const bool ruled = net_rules(setting, job);
  const std::int64_t reserve = (ticks_left(setting, job) - ticks_needed(setting, job, 1)) * setting.tick;
  std::size_t late = 0;
  for (const Mode asked : {Mode::spot, Mode::idle, Mode::on_demand}) {
    const bool holds_spot = surviving(job, available) == Mode::spot;
    if (!ruled && asked == Mode::spot && available && !holds_spot && reserve <= setting.overhead + setting.tick) {
      ++refused;
      continue;
    }
    Job after = job;
    run_tick(setting, after, ruled ? net_answer(setting, job, available) : asked, available);
    late += late_guarded_runs(setting, after, market, refused);
    if (ruled) break;
  }
  return late;
}

TEST(GamblingNet, LosesNothingToAGuardedPolicy) {
  for (const Milliseconds overhead : {0, 1, 4, 6}) {
    const Setting setting{.tick = 4, .job = 16, .deadline = 36, .overhead = overhead, .net = Net::gamble};
    std::size_t refused = 0;
    std::size_t late = 0;
    for (std::uint32_t market = 0; market < 512; ++market) late += late_guarded_runs(setting, {}, market, refused);
    EXPECT_EQ(late, 0u) << overhead;
    EXPECT_GT(refused, 0u);
  }
}

/// The guard as a contract: refuted of a policy that waits for the net, proved once a shield keeps it, and then no job
/// of a drawn market is late.
TEST(GamblingNet, AShieldKeepsTheGuard) {
  const auto compiled = [](const std::string& text) {
    return policy::compile(text, "test", std::array{spot_signature()});
  };
  const policy::ProgramPtr waits =
      compiled("policy waits for spot { value instance(reserve, overhead, tick, holds_spot, spot_available) { " +
               guard + " return spot; } }");
  const policy::ProgramPtr fallback = compiled("policy safe for spot { value instance() { return on_demand; } }");
  EXPECT_TRUE(judge::certify(*waits).any_refuted());
  const judge::Shielded shielded = judge::shield(*waits, fallback.get());
  EXPECT_TRUE(shielded.certificate.all_proved());

  spot::Setup setup;
  setup.setting = {.tick = 600'000, .job = 36'000'000, .deadline = 46'800'000, .overhead = 360'000};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    setup.instances.push_back({series_of(sample_bits(seed, 90)), 0, "job"});
  }
  const SpotScenario scenario(setup);
  EXPECT_GT(scenario.evaluate(Policy::of(waits)).metrics[1], 0);
  EXPECT_EQ(scenario.evaluate(Policy::of(shielded.program)).metrics[1], 0);
}

}  // namespace
}  // namespace syswright::spot
