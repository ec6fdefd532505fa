#pragma once

#include "design/strategy.h"

namespace syswright::design {

/// Samples programs from the grammar, one independent of another, and races them: what a cleverer search has to beat.
class RandomSearch final : public StrategyDesigner {
 public:
  RandomSearch() : StrategyDesigner("random", "independent random programs, raced on growing samples", "random") {}
  std::unique_ptr<Strategy> start(Search& search) const override;
};

}  // namespace syswright::design
