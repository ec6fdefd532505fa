#include "judge/explain/shapley.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

using Coalition = std::uint64_t;
/// 65,536 programs: more would not be worth the wait.
constexpr std::size_t most_exact = 16;
/// How often, on balance, each coalition's worth enters the share of a player.
using Weights = std::map<Coalition, double>;

/// Rounding may put the estimate just outside where nothing varies.
Interval holding(Interval interval) {
  interval.low = std::min(interval.low, interval.estimate);
  interval.high = std::max(interval.high, interval.estimate);
  return interval;
}

Coalition everybody(std::size_t players) { return players == 64 ? ~Coalition{0} : (Coalition{1} << players) - 1; }

/// |S|! (n - 1 - |S|)! / n!, for all sizes of S.
std::vector<double> exact_weights(std::size_t players) {
  std::vector<double> weights(players);
  const auto n = static_cast<double>(players);
  weights[0] = 1 / n;
  for (std::size_t size = 1; size < players; ++size) {
    weights[size] = weights[size - 1] * static_cast<double>(size) / (n - static_cast<double>(size));
  }
  return weights;
}

std::vector<Weights> exact_shares(std::size_t players) {
  const std::vector<double> weight = exact_weights(players);
  std::vector<Weights> shares(players);
  for (Coalition with = 0; with <= everybody(players); ++with) {
    const auto size = static_cast<std::size_t>(std::popcount(with));
    for (std::size_t i = 0; i < players; ++i) {
      const bool member = with >> i & 1;
      shares[i][with] = member ? weight[size - 1] : -weight[size];
    }
  }
  return shares;
}

/// Contributions of one order: each player's worth to those before it.
void add_order(const std::vector<std::size_t>& order, double weight, std::vector<Weights>& shares) {
  Coalition before = 0;
  for (const std::size_t player : order) {
    const Coalition after = before | Coalition{1} << player;
    shares[player][after] += weight;
    shares[player][before] -= weight;
    before = after;
  }
}

/// One element for each pair of an order and its reverse: [pairs][players].
std::vector<std::vector<Weights>> sampled_shares(std::size_t players, std::size_t pairs, std::uint64_t seed) {
  std::vector<std::vector<Weights>> result;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    std::vector<std::size_t> order(players);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed, "shapley orders", pair);
    random.shuffle(std::span(order));
    std::vector<Weights>& shares = result.emplace_back(players);
    add_order(order, 0.5, shares);
    std::reverse(order.begin(), order.end());
    add_order(order, 0.5, shares);
  }
  return result;
}

template <typename Worth>
double total(const Weights& weights, Worth worth) {
  double sum = 0;
  for (const auto& [coalition, weight] : weights) sum += weight * worth(coalition);
  return sum;
}

/// Values of coalitions, from runs.
class Game {
 public:
  Game(Experiments& experiments, const policy::Program& program, const std::vector<Player>& players)
      : experiments_(experiments), program_(program), players_(players) {}

  bool measure(const std::set<Coalition>& coalitions) {
    std::vector<Policy> policies;
    for (const Coalition coalition : coalitions) {
      const Policy policy = Policy::of(coalition_program(program_, players_, coalition));
      policies_.emplace(coalition, policy);
      policies.push_back(policy);
      distinct_.insert(policy.digest());
    }
    if (!experiments_.measure(policies)) return false;
    for (const auto& [coalition, policy] : policies_) {
      const Score& score = experiments_.score(policy);
      if (!score.ran()) {
        throw InputError("the gain of '" + program_.name() + "' cannot be shared out: with " + names(coalition) +
                         " alone it fails: " + score.failure);
      }
      scores_.emplace(coalition, &score);
    }
    return true;
  }

  const Score& score(Coalition coalition) const { return *scores_.at(coalition); }
  double worth(Coalition coalition) const { return experiments_.improvement(score(coalition).objective); }
  std::size_t programs() const { return distinct_.size(); }

  /// Interval of a share by resampling blocks: it is a sum over coalitions, block by block.
  Interval over_blocks(const Weights& weights, double estimate) const {
    const auto scenarios = score(0).evaluations.size();
    Interval result{estimate, 0, 0};
    for (std::size_t s = 0; s < scenarios; ++s) {
      const Interval part = scenario_interval(weights, s);
      result.low += part.low / static_cast<double>(scenarios);
      result.high += part.high / static_cast<double>(scenarios);
    }
    return holding(result);
  }

 private:
  Interval scenario_interval(const Weights& weights, std::size_t s) const {
    const Evaluation& empty = score(0).evaluations[s];
    PairedBlocks blocks = paired_blocks(empty, empty);
    std::fill(blocks.a.begin(), blocks.a.end(), 0);
    std::fill(blocks.b.begin(), blocks.b.end(), 0);
    const double infinity = std::numeric_limits<double>::infinity();
    for (const auto& [coalition, weight] : weights) {
      const Evaluation& evaluation = score(coalition).evaluations[s];
      if (!comparable(evaluation, empty)) return {0, -infinity, infinity};
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        blocks.a[i] += experiments_.improvement(weight * evaluation.blocks[i].cost);
      }
    }
    blocks = decorrelated(std::move(blocks));
    return difference_interval(blocks.series_a(), blocks.series_b(), {.seed = experiments_.ground().seed});
  }

  std::string names(Coalition coalition) const {
    std::string text;
    for (std::size_t i = 0; i < players_.size(); ++i) {
      if (coalition >> i & 1) text += (text.empty() ? "'" : ", '") + players_[i].name + "'";
    }
    return text.empty() ? "nothing" : text;
  }

  Experiments& experiments_;
  const policy::Program& program_;
  const std::vector<Player>& players_;
  std::map<Coalition, Policy> policies_;
  std::map<Coalition, const Score*> scores_;
  std::set<Digest> distinct_;
};

std::set<Coalition> coalitions_of(const std::vector<std::vector<Weights>>& samples, std::size_t players) {
  std::set<Coalition> coalitions{0, everybody(players)};
  for (const auto& sample : samples) {
    for (const Weights& weights : sample) {
      for (const auto& [coalition, weight] : weights) coalitions.insert(coalition);
    }
  }
  return coalitions;
}

/// Mean of the weights of all samples.
Weights mean_weights(const std::vector<std::vector<Weights>>& samples, std::size_t player) {
  Weights mean;
  for (const auto& sample : samples) {
    for (const auto& [coalition, weight] : sample[player]) {
      mean[coalition] += weight / static_cast<double>(samples.size());
    }
  }
  return mean;
}

Share share_of(const Player& player, const std::vector<std::vector<Weights>>& samples, std::size_t number,
               const Game& game, std::uint64_t seed) {
  Share share{player, 0, {}, {}};
  const auto worth = [&](Coalition coalition) { return game.worth(coalition); };
  const Weights weights = mean_weights(samples, number);
  share.value = total(weights, worth);
  share.over_blocks = game.over_blocks(weights, share.value);
  share.over_orders = {share.value, share.value, share.value};
  if (samples.size() > 1) {
    std::vector<double> values;
    for (const auto& sample : samples) values.push_back(total(sample[number], worth));
    share.over_orders = mean_interval(values, {.seed = seed});
    share.over_orders.estimate = share.value;
    share.over_orders = holding(share.over_orders);
  }
  return share;
}

}  // namespace

std::vector<double> shapley_values(std::size_t players, const std::function<double(std::uint64_t)>& worth) {
  std::vector<double> values;
  for (const Weights& weights : exact_shares(players)) values.push_back(total(weights, worth));
  return values;
}

Attribution attribute(Experiments& experiments, const policy::ProgramPtr& program, const ShapleyOptions& options) {
  Experiments& ground = experiments.in_miniature(options.events);
  Attribution result;
  result.scenarios = ground.ground().scenarios;
  const ScenarioPtr observed = sampled(result.scenarios.front(), options.observed_events);
  const Observations observations(*observed, program, {}, ground.ground().stop);
  const std::vector<Player> players =
      list_players(*program, observations.values(*program), options.players, options.most_terms);
  if (players.empty()) {
    throw InputError("'" + program->name() + "' has no " + std::string(to_string(options.players)) +
                     " that a gain could be shared out among");
  }
  result.exact = players.size() <= std::min(options.exact_up_to, most_exact);
  const std::uint64_t seed = ground.ground().seed;
  std::vector<std::vector<Weights>> samples;
  if (result.exact) {
    samples.push_back(exact_shares(players.size()));
  } else {
    samples = sampled_shares(players.size(), std::max<std::size_t>(options.order_pairs, 1), seed);
  }
  const std::set<Coalition> coalitions = coalitions_of(samples, players.size());
  result.coalitions = coalitions.size();
  Game game(ground, *program, players);
  result.complete = observations.complete() && game.measure(coalitions);
  if (!result.complete) return result;
  result.programs = game.programs();
  const Coalition all = everybody(players.size());
  result.objective = game.score(all).objective;
  result.empty_objective = game.score(0).objective;
  result.gain = game.worth(all) - game.worth(0);
  for (std::size_t i = 0; i < players.size(); ++i) {
    result.shares.push_back(share_of(players[i], samples, i, game, seed));
  }
  return result;
}

}  // namespace syswright::judge
