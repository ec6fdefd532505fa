#pragma once

#include <cstddef>

#include "design/race.h"
#include "design/strategy.h"

namespace syswright::design {

struct EvolveOptions {
  double part = 1;  ///< of the budget that it plans for: less where it shares the search with others
  std::size_t islands = 4;
  std::size_t population = 24;  ///< of an island
  std::size_t brood = 24;       ///< children of an island and generation
  std::size_t tournament = 3;
  double fresh = 0.08;              ///< share of a brood that is random
  double from_archive = 0.2;        ///< how often a parent comes from the archive instead of the island
  std::size_t promotions = 2;       ///< candidates a generation that are tried on the whole training scenarios
  std::size_t migration_every = 6;  ///< generations
  std::size_t migrants = 3;
  std::size_t retests = 1;     ///< members of an island that are tried on the whole scenarios before a migration
  std::size_t tune_every = 6;  ///< generations
  double polish = 0.1;         ///< share of what is spent that may go to constants tuned on the whole scenarios
  std::size_t patience = 15;   ///< generations without progress after which an island starts anew
  /// A node more must lower the loss by this share, or the smaller program counts as the better.
  double parsimony = 5e-5;
  RaceRules race{.keep = 0.15, .patience = 1.5};
};

/// Typed genetic programming on islands. Every generation breeds a brood on each island by tournament, crossover and
/// mutation, races all of them on miniatures of the training scenarios, and lets the winners join; the most promising
/// are tried on the whole scenarios. An archive keeps behaviourally different programs to breed from, constants of the
/// best are tuned by CMA-ES, on miniatures and, now and then, on the whole scenarios, neighbours exchange migrants, and
/// an island that no longer improves starts anew.
///
/// A low loss on a miniature may be luck, so elites are retested on the whole scenarios before they spread: the leader
/// of an island gives way only to a member that is surely better there, by the paired interval, and only leaders and
/// members that hold their own there migrate. What a retest says also counts for a member's rank at home.
class Evolve final : public StrategyDesigner {
 public:
  explicit Evolve(EvolveOptions options = {})
      : StrategyDesigner("evolve", "typed genetic programming on islands, with racing, an archive and tuned constants",
                         "evolved"),
        options_(options) {}
  std::unique_ptr<Strategy> start(Search& search) const override;

 private:
  EvolveOptions options_;
};

}  // namespace syswright::design
