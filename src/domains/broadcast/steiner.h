#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domains/broadcast/network.h"

namespace syswright::broadcast {

struct Link {
  Region from = 0;
  Region to = 0;
  friend bool operator==(const Link&, const Link&) = default;
};

/// Cheapest trees from every region to every subset of the destinations, exactly.
///
/// costs         [regions][regions]  of a link, not negative; infinite where there is none
/// destinations  bit i of a mask stands for destinations[i]; at most 16
/// O(3^d·n + 2^d·n²) time, O(2^d·n) memory: 0.3 ms for 6 of 71 regions.
/// Source: Dreyfus and Wagner, "The Steiner problem in graphs", Networks 1(3), 1971, in its directed form.
class SteinerTable {
 public:
  SteinerTable(std::span<const double> costs, std::size_t regions, std::span<const Region> destinations);

  /// Cost of the cheapest tree that leads from `root` to all destinations of the mask; 0 for none.
  double cost(std::uint32_t mask, Region root) const { return cost_[mask * regions_ + root]; }
  std::uint32_t all() const { return static_cast<std::uint32_t>((std::size_t{1} << destinations_) - 1); }
  /// Such a tree; links in an order in which each starts at the root or where an earlier one ends. Where several are
  /// cheapest, which one it is depends on the numbering only.
  std::vector<Link> tree(std::uint32_t mask, Region root) const;

 private:
  /// What the cheapest tree does first: follow a link (to `hop`), or split in `part` and the rest.
  struct Choice {
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    std::uint32_t part = none;
    std::uint32_t hop = none;
  };
  void close(std::span<const double> into, std::uint32_t mask);
  void collect(std::uint32_t mask, Region at, std::vector<bool>& reached, std::vector<Link>& links) const;

  std::size_t regions_;
  std::size_t destinations_;
  std::vector<double> cost_;    // [mask][region]
  std::vector<Choice> choice_;  // the same
};

}  // namespace syswright::broadcast
