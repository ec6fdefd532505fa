#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "domain/stepping.h"

/// The objective while a run goes on, for whoever learns from each answer: an ability that a Simulation may have
/// besides.
namespace syswright {

class RunningCost {
 public:
  virtual ~RunningCost() = default;
  /// What the answers so far have cost, in the unit of Block::cost; never less than before. At the end of a run that
  /// did not fail it is the sum of the costs of result().blocks, up to rounding. O(1), allocates nothing.
  virtual double cost_so_far() const = 0;
};

/// A mechanism that keeps it.
template <typename M>
concept CostedMechanism = Mechanism<M> && requires(const M& machine) {
  { machine.cost_so_far() } -> std::same_as<double>;
};

template <CostedMechanism M>
class CostedSimulation final : public SteppedSimulation<M>, public RunningCost {
 public:
  using SteppedSimulation<M>::SteppedSimulation;
  double cost_so_far() const override { return this->machine().cost_so_far(); }
  std::unique_ptr<Simulation> fork() const override {
    auto copy = std::make_unique<CostedSimulation>(*this);
    copy->log_to(nullptr);
    return copy;
  }
};

}  // namespace syswright
