#include "judge/explain/shapley.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "tests/judge/explain/explain_ground.h"

namespace syswright::judge {
namespace {

using ::testing::HasSubstr;

TEST(ShapleyValues, OfKnownGames) {
  // Additive: everybody gets what they bring.
  const std::vector<double> brings{3, -1, 0.5};
  const auto additive = shapley_values(3, [&](std::uint64_t who) {
    double sum = 7;  // the empty coalition's worth is nobody's
    for (std::size_t i = 0; i < 3; ++i) sum += who >> i & 1 ? brings[i] : 0;
    return sum;
  });
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(additive[i], brings[i], 1e-12);
  // One left glove, two right ones: a pair is worth 1. Of the 6 orders the left glove completes a pair in 4, and each
  // right one in 1.
  const auto gloves = shapley_values(3, [](std::uint64_t who) { return (who & 1) && (who & 6) ? 1.0 : 0.0; });
  EXPECT_NEAR(gloves[0], 4.0 / 6, 1e-12);
  EXPECT_NEAR(gloves[1], 1.0 / 6, 1e-12);
  EXPECT_NEAR(gloves[2], 1.0 / 6, 1e-12);
}

std::vector<double> by_all_orders(std::size_t players, const std::vector<double>& worth) {
  std::vector<std::size_t> order(players);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> values(players, 0);
  double orders = 0;
  do {
    std::uint64_t before = 0;
    for (const std::size_t player : order) {
      const std::uint64_t after = before | std::uint64_t{1} << player;
      values[player] += worth[after] - worth[before];
      before = after;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& value : values) value /= orders;
  return values;
}

TEST(ShapleyValues, AreTheMeanOverAllOrdersAndAddUp) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed, "games");
    const std::size_t players = 1 + random.below(6);
    std::vector<double> worth(std::size_t{1} << players);
    for (double& one : worth) one = random.normal();
    const auto values = shapley_values(players, [&](std::uint64_t who) { return worth[who]; });
    const auto reference = by_all_orders(players, worth);
    double sum = 0;
    for (std::size_t i = 0; i < players; ++i) {
      EXPECT_NEAR(values[i], reference[i], 1e-12) << "seed " << seed;
      sum += values[i];
    }
    EXPECT_NEAR(sum, worth.back() - worth.front(), 1e-12) << "seed " << seed;
  }
}

class AttributeTest : public ::testing::Test {
 protected:
  Attribution attributed(const policy::ProgramPtr& program, const ShapleyOptions& options = {}) {
    Experiments experiments(toy.ground());
    return attribute(experiments, program, options);
  }
  static double sum(const Attribution& attribution) {
    double total = 0;
    for (const Share& share : attribution.shares) total += share.value;
    return total;
  }
  static const Share& find(const Attribution& attribution, const std::string& name) {
    for (const Share& share : attribution.shares) {
      if (share.player.name == name) return share;
    }
    throw Error("no player " + name);
  }

  ToyGround toy;
};

/// Six features in five terms, some of them useless.
policy::ProgramPtr busy(ToyGround& toy) {
  return toy.program(
      "rank dispatch(work, cost, size, history, urgent, waiting) by all {"
      "  let order = (cost * 1s / $1) / (work / 1s);"
      "  return order + (urgent ? 0.05 : 0) - 0.001 * (size / 1KB) + 0.02 * history[1] * history[2] +"
      "         0.01 * waiting;"
      "}");
}

TEST_F(AttributeTest, SharesAddUpToTheGain) {
  const policy::ProgramPtr program = busy(toy);
  for (const PlayerKind kind : {PlayerKind::terms, PlayerKind::features}) {
    const Attribution result = attributed(program, {.players = kind});
    EXPECT_TRUE(result.exact);
    EXPECT_EQ(result.objective, toy.objective(program));
    EXPECT_NEAR(result.gain, result.empty_objective - result.objective, 1e-12);
    EXPECT_NEAR(sum(result), result.gain, 1e-9 * std::abs(result.gain));
    EXPECT_GT(result.gain, 0);
    EXPECT_EQ(result.coalitions, std::size_t{1} << result.shares.size());
    for (const Share& share : result.shares) {
      EXPECT_TRUE(share.over_blocks.contains(share.value)) << share.player.name;
      EXPECT_EQ(share.over_orders, (Interval{share.value, share.value, share.value}));
    }
  }
}

TEST_F(AttributeTest, SharesAreThoseOfTheGameOfRuns) {
  const policy::ProgramPtr program = toy.cluttered();
  const Attribution result = attributed(program, {.players = PlayerKind::features});
  std::vector<Player> players;
  for (const Share& share : result.shares) players.push_back(share.player);
  ASSERT_EQ(players.size(), 3u);  // work, cost, history
  std::vector<double> worth;
  for (std::uint64_t who = 0; who < 8; ++who) {
    worth.push_back(-toy.objective(coalition_program(*program, players, who)));
  }
  const auto reference = by_all_orders(3, worth);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(result.shares[i].value, reference[i], 1e-9 * result.gain);
  // The old rating decides only where nothing else does, and then no better than the order of arrival.
  EXPECT_NEAR(find(result, "history").value, 0, 0.1 * result.gain);
  EXPECT_GT(find(result, "cost").over_blocks.low, 0);
  EXPECT_GT(find(result, "work").over_blocks.low, 0);
}

TEST_F(AttributeTest, SampledOrdersAddUpExactlyToo) {
  const policy::ProgramPtr program = busy(toy);
  const Attribution exact = attributed(program, {.players = PlayerKind::features});
  const Attribution sampled =
      attributed(program, {.players = PlayerKind::features, .exact_up_to = 0, .order_pairs = 24});
  EXPECT_FALSE(sampled.exact);
  EXPECT_NEAR(sum(sampled), sampled.gain, 1e-9 * sampled.gain);
  EXPECT_LT(sampled.coalitions, exact.coalitions);
  ASSERT_EQ(sampled.shares.size(), exact.shares.size());
  for (std::size_t i = 0; i < exact.shares.size(); ++i) {
    const Interval& interval = sampled.shares[i].over_orders;
    const double width = interval.high - interval.low;
    EXPECT_TRUE(interval.contains(sampled.shares[i].value));
    // Twice the half width of a 95 % interval: missed once in 10,000.
    EXPECT_NEAR(sampled.shares[i].value, exact.shares[i].value, width + 1e-9) << exact.shares[i].player.name;
  }
  const Attribution again = attributed(program, {.players = PlayerKind::features, .exact_up_to = 0, .order_pairs = 24});
  for (std::size_t i = 0; i < again.shares.size(); ++i) {
    EXPECT_EQ(again.shares[i].value, sampled.shares[i].value);
  }
}

TEST_F(AttributeTest, ManyPlayersAreSampled) {
  const policy::ProgramPtr program = busy(toy);
  const Attribution result = attributed(program, {.most_terms = 12, .exact_up_to = 4, .order_pairs = 4});
  EXPECT_GT(result.shares.size(), 4u);
  EXPECT_FALSE(result.exact);
  EXPECT_NEAR(sum(result), result.gain, 1e-9 * result.gain);
}

TEST_F(AttributeTest, TermsAreSplitUpToTheLimit) {
  const policy::ProgramPtr program = busy(toy);
  const Observations observations(*toy.scenarios[0], program);
  const ObservedValues values = observations.values(*program);
  for (std::size_t most = 1; most <= 10; ++most) {
    const auto players = list_players(*program, values, PlayerKind::terms, most);
    EXPECT_LE(players.size(), most);
    EXPECT_GE(players.size(), std::min<std::size_t>(most, 2));
  }
  std::vector<std::string> names;
  for (const Player& player : list_players(*program, values, PlayerKind::terms, 10)) names.push_back(player.name);
  // Constants go with what they scale.
  EXPECT_THAT(
      names, ::testing::UnorderedElementsAre("1s * cost / $1", "work / 1s", "urgent ? 0.05 : 0", "0.001 * (size / 1KB)",
                                             "history[2]", "0.02 * history[1]", "0.01 * waiting"));
}

TEST_F(AttributeTest, RulesAreLeftOut) {
  const policy::ProgramPtr program = toy.program(
      "rank dispatch(work, cost) by all { return cost / work; }"
      "value gear(work) { return work > 45s ? turbo : normal; }");
  const Attribution result = attributed(program, {.players = PlayerKind::rules});
  ASSERT_EQ(result.shares.size(), 2u);
  EXPECT_NEAR(sum(result), result.gain, 1e-9 * std::abs(result.gain));
  EXPECT_GT(find(result, "rule dispatch").value, 0);
  EXPECT_LT(find(result, "rule gear").value, 0) << "the fee is not worth it";
  EXPECT_EQ(result.empty_objective, toy.scenarios[0]->evaluate(Policy::native("fifo")).objective());
}

TEST_F(AttributeTest, EverybodyIsTheProgramItself) {
  const policy::ProgramPtr program = busy(toy);
  const Observations observations(*toy.scenarios[0], program);
  for (const PlayerKind kind : {PlayerKind::terms, PlayerKind::features, PlayerKind::rules}) {
    const auto players = list_players(*program, observations.values(*program), kind);
    const std::uint64_t all = (std::uint64_t{1} << players.size()) - 1;
    EXPECT_EQ(coalition_program(*program, players, all)->digest(), program->digest());
    EXPECT_LE(coalition_program(*program, players, 0)->size(), 1u);
  }
}

TEST_F(AttributeTest, SeveralScenariosAddUp) {
  toy.scenarios.push_back(toy.domain.scenario({.batches = 20, .seed = 5}));
  const Attribution result = attributed(toy.smith());
  EXPECT_NEAR(result.objective, toy.objective(toy.smith()), 1e-9);
  EXPECT_NEAR(sum(result), result.gain, 1e-9 * result.gain);
}

TEST_F(AttributeTest, LargeScenariosAreRunInMiniature) {
  const Attribution result = attributed(toy.smith(), {.events = 200});
  EXPECT_EQ(result.scenarios[0]->events(), 200u);
  EXPECT_NEAR(sum(result), result.gain, 1e-9 * result.gain);
}

TEST_F(AttributeTest, AFailingCoalitionIsAnError) {
  const policy::ProgramPtr program = toy.smith();
  toy.evaluator.fails = [&](const Policy& policy) { return policy.digest() != program->digest(); };
  try {
    attributed(program);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the gain of 'p' cannot be shared out: with nothing alone it fails: toy"));
  }
}

TEST_F(AttributeTest, AConstantHasNoPlayers) {
  const policy::ProgramPtr program = toy.program("value gear() { return turbo; }");
  try {
    attributed(program);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'p' has no terms that a gain could be shared out among"));
  }
}

}  // namespace
}  // namespace syswright::judge
