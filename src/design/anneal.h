#pragma once

#include <cstddef>

#include "design/strategy.h"

namespace syswright::design {

struct AnnealOptions {
  std::size_t chains = 8;        ///< side by side, so that a step is a batch
  std::size_t first_round = 40;  ///< steps of the first round; each round is twice as long as the one before
  double hot = 0.03;             ///< temperature at the start of a round, as a share of the loss
  double cold = 0.0005;          ///< at its end
  double patience = 2.5;         ///< of the race on the smallest miniature, against the chain's current program
};

/// Simulated annealing with restarts: several chains step side by side by the same variations as `evolve`; each round
/// cools from hot to cold, then half of the chains start anew from random programs and the others from the best.
/// Source: Kirkpatrick, Gelatt and Vecchi, Science 220, 1983.
class Anneal final : public StrategyDesigner {
 public:
  explicit Anneal(AnnealOptions options = {})
      : StrategyDesigner("anneal", "simulated annealing from random programs, with restarts", "annealed"),
        options_(options) {}
  std::unique_ptr<Strategy> start(Search& search) const override;

 private:
  AnnealOptions options_;
};

}  // namespace syswright::design
