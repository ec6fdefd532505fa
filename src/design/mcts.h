#pragma once

#include <cstddef>

#include "design/race.h"
#include "design/strategy.h"

namespace syswright::design {

struct MctsOptions {
  std::size_t batch = 48;     ///< programs of a turn
  double exploration = 0.25;  ///< weight of the confidence term
  double of_the_best = 0.5;   ///< share of a node's value that is its best program's, the rest the mean's
  double widening = 1.5;      ///< a node that was visited n times has at most widening * n^growth children
  double growth = 0.45;
  std::size_t tune_every = 4;  ///< turns
  std::size_t tuned = 3;       ///< programs at a time
  RaceRules race{.keep = 0.15, .patience = 1.5};
};

/// Monte-Carlo tree search over the grammar. A node is a program derived in part, with typed holes (derivation.h); a
/// step fills the first hole by a production. A turn walks down the tree many times by upper confidence bounds, opens
/// one more production where a node was visited often enough for its children (progressive widening), lets the grammar
/// fill the remaining holes by chance, and tries the programs at the cheapest level in one batch. What a program is
/// worth is its rank among all that were tried, on a logarithmic scale: 1 for the best, 0 for the last; a node's value
/// mixes the mean of its programs with the best of them, since one good program is what is looked for. The best of a
/// turn race up the levels; now and then the constants of the best are tuned.
///
/// Memory: a node a program. Source: UCT, Kocsis and Szepesvári, ECML 2006; over a grammar, with the best reward beside
/// the mean: Sun, Liu, Wang and Sun, "Symbolic physics learner", ICLR 2023; progressive widening: Couëtoux et al., LION
/// 2011.
class Mcts final : public StrategyDesigner {
 public:
  explicit Mcts(MctsOptions options = {})
      : StrategyDesigner("mcts", "tree search over the grammar: programs derived in part, completed by chance", "tree"),
        options_(options) {}
  std::unique_ptr<Strategy> start(Search& search) const override;

 private:
  MctsOptions options_;
};

}  // namespace syswright::design
