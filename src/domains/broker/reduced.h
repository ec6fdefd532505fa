#pragma once

#include <cstdint>
#include <vector>

#include "domains/broker/job.h"

namespace syswright::broker {

/// What a planner knows: what was placed, what was lost, what is not to be had.
struct Situation {
  const Instance* job = nullptr;
  std::vector<std::uint8_t> blocked;  ///< [offers]; empty: none
  Plan placed;                        ///< of the first tasks: these stay
  std::vector<double> lost;           ///< [tasks or fewer] hours before each starts
};

/// The placements that can be part of a cheapest plan: in each region those that no other one beats in all that counts.
/// What a transfer costs depends on the regions alone, so nothing is lost, and some 70 placements become 5 to 20.
struct Reduced {
  struct Choice {
    std::uint32_t candidate = 0;
    std::uint32_t region = 0;
    double cost = 0;   ///< dollars that count, without egress from parents
    double hours = 0;  ///< of the task, with what was lost before it
  };
  explicit Reduced(const Situation& situation);

  const Catalogue* catalogue;
  double dollar = 1;                         ///< what a dollar counts: 1, or 0 where only time does
  double hour = 0;                           ///< what an hour counts
  std::vector<std::vector<Choice>> choices;  ///< [tasks], by region
  std::vector<std::vector<Edge>> parents;    ///< [tasks]
  std::vector<std::vector<Edge>> children;   ///< [tasks]; Edge::parent is the child

  /// Dollars that count, and hours, for data that moves.
  double moving_cost(std::uint32_t from, std::uint32_t to, double gb) const {
    return dollar == 0 ? 0 : gb * catalogue->egress_price(from, to);
  }
  double moving_hours(std::uint32_t from, std::uint32_t to, double gb) const {
    return catalogue->transfer_hours(from, to, gb);
  }
  /// Every task waits for at most one and at most one waits for it, and there is one beginning.
  bool is_chain() const;
  /// [tasks] places in `choices` → what it comes to.
  double total(const std::vector<std::uint32_t>& chosen) const;
  /// [tasks] places in `choices` → places in Task::candidates.
  Plan plan(const std::vector<std::uint32_t>& chosen) const;
};

}  // namespace syswright::broker
