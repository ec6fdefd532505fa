#pragma once

#include <cstdint>
#include <span>

namespace syswright::policy {

enum class Op : std::uint8_t;

/// A closed interval of finite doubles.
struct Interval {
  double low = 0;
  double high = 0;
  bool contains(double x) const { return low <= x && x <= high; }
  bool is_point() const { return low == high; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Interval from low to high, infinities cut to the largest double.
Interval cut_to_finite(double low, double high);

/// Interval that holds every value of `op` (neither constant nor input) for operands in these intervals. Sound for the
/// arithmetic of policy/semantics.h, rounding included: + - * / and sqrt round monotonically, so the rounded ends bound
/// the rounded values; log, exp and pow, whose library versions promise no such thing, are widened by a few units in
/// the last place. Booleans are [0,0], [1,1] or [0,1].
Interval apply_interval(Op op, std::span<const Interval> operands);

}  // namespace syswright::policy
