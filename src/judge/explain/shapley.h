#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "judge/explain/explain_experiments.h"
#include "judge/explain/shapley_players.h"

/// shapley: the gain of a program, shared out among its parts.
namespace syswright::judge {

/// The part of the gain that is due to one player.
struct Share {
  Player player;
  double value = 0;  ///< in the objective's unit; positive: it improves the objective
  /// Around value, 95 %: how it varies over the blocks of the workload. Exact Shapley values are linear in the blocks,
  /// so this is the interval of a paired difference.
  Interval over_blocks;
  Interval over_orders;  ///< 95 % over the sampled orders; a point where all were counted
};

struct ShapleyOptions {
  PlayerKind players = PlayerKind::terms;
  std::size_t most_terms = 8;
  std::size_t exact_up_to = 10;    ///< players, 16 at most: 2^10 programs are run, or fewer
  std::size_t order_pairs = 32;    ///< beyond: so many random orders, each with its reverse
  std::uint64_t events = 100'000;  ///< of each run, at most: miniatures of larger scenarios. 0: no limit
  std::uint64_t observed_events = 100'000;
};

struct Attribution {
  std::vector<ScenarioPtr> scenarios;  ///< in which it was measured: the ground's, or miniatures
  double objective = 0;                ///< of the whole program
  double empty_objective = 0;          ///< with every player absent
  double gain = 0;                     ///< by which the former is better: the sum of the shares, but for rounding
  std::vector<Share> shares;           ///< in the order of list_players()
  bool exact = true;                   ///< every coalition was counted
  std::size_t coalitions = 0;          ///< whose value was needed
  std::size_t programs = 0;            ///< distinct ones among them
  bool complete = true;                ///< false: a stop came first, and there are no shares
};

/// Shapley values (Shapley, "A Value for n-Person Games", 1953) of the game in which a coalition is worth the objective
/// of the program with all other players absent. Exact for few players; else sampled over random orders and their
/// reverses (Castro, Gomez and Tejada, Computers and Operations Research 36(5), 2009): every order's contributions add
/// up to the gain, and so do their means.
/// Throws InputError if a coalition's program fails, or there is no player.
Attribution attribute(Experiments& experiments, const policy::ProgramPtr& program, const ShapleyOptions& options = {});

/// The shares of a game given by its characteristic function, all 2^players coalitions. O(players · 2^players).
std::vector<double> shapley_values(std::size_t players, const std::function<double(std::uint64_t)>& worth);

}  // namespace syswright::judge
