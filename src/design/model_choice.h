#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "design/chat.h"

namespace syswright::design {

/// Which of several models to ask next: a bandit on gain per money. Each model is tried once, in order; then the one
/// with the highest upper confidence bound of its mean gain, divided by its mean cost. Deterministic: ties go to the
/// first. Cost: dollars; tokens where no model has a price. A model that costs next to nothing counts as costing a
/// hundredth of the dearest, so that its gain still matters.
/// Source: UCB1, Auer, Cesa-Bianchi and Fischer, Machine Learning 47, 2002; bounds per cost, Tran-Thanh et al., AAAI
/// 2012.
class ModelChoice {
 public:
  explicit ModelChoice(std::size_t models) : arms_(models) {}

  /// A model that is not retired; nullopt if none is left. Counts as asked from now on: until its gain is told it
  /// counts with its mean so far, so that a round's conversations may be chosen before any is held.
  std::optional<std::size_t> choose();
  /// Takes back a choice: the model was not asked after all.
  void take_back(std::size_t model) { --arms_[model].asked; }
  /// What a conversation with the model was worth, from 0 to 1, and its cost. One for each choose() not taken
  /// back.
  void learn(std::size_t model, double gain, const ChatCost& cost);
  /// The model is not asked any more.
  void retire(std::size_t model) { arms_[model].retired = true; }
  bool any_left() const;

  std::uint64_t asked(std::size_t model) const { return arms_[model].asked; }

 private:
  struct Arm {
    std::uint64_t asked = 0;  ///< with those not yet told of
    std::uint64_t told = 0;
    double gain = 0;
    double tokens = 0;
    double money = 0;
    bool retired = false;
  };
  double mean_cost(const Arm& arm) const;

  std::vector<Arm> arms_;
};

}  // namespace syswright::design
