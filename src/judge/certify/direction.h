#pragma once

#include <span>
#include <vector>

#include "policy/graph.h"

namespace syswright::judge {

/// How a value moves as one input grows and the others stay.
enum class Direction : std::uint8_t { constant, up, down, unknown };

struct Trend {
  Direction direction = Direction::unknown;
  /// Passes through log, exp or pow, whose library versions need not be monotone in the last place: speaks of the
  /// reals.
  bool reals = false;
};

/// Trend of every node in an input over a box, given ranges of the nodes over it. It follows the operations: rounding
/// to nearest is monotone, so that what holds of an operation holds of its rounded result, saturation included, and the
/// answer is exact for the program as it runs. Weak: `up` never falls. O(nodes).
void trends(const policy::Graph& graph, std::span<const policy::Interval> ranges, std::uint32_t input,
            std::vector<Trend>& result);

}  // namespace syswright::judge
