#pragma once

#include <optional>
#include <span>
#include <vector>

#include "judge/certify/enclosure.h"

namespace syswright::judge {

/// What becomes of a value when some inputs are all multiplied by one c > 0.
struct Scale {
  enum class Kind : std::uint8_t {
    multiplied,  ///< by c^degree; of degree 0 nothing changes
    shifted,     ///< by degree * log c
    unknown,
  };
  Kind kind = Kind::unknown;
  double degree = 0;
  friend bool operator==(const Scale&, const Scale&) = default;
  bool invariant() const { return kind == Kind::multiplied && degree == 0; }
};

/// How the graph's root scales, by following its operations over the reals, for inputs that stay in the box. Sound
/// where nothing saturates; conditions and choices that the box decides are taken as decided. O(nodes).
Scale scale_of(const policy::Graph& graph, NodeId root, std::span<const policy::Interval> ranges,
               const std::vector<bool>& scaled_inputs);

}  // namespace syswright::judge
