#pragma once

#include <cstdint>

namespace syswright {

/// Probability that a standard normal draw is at most x; relative error below 1e-13, also far out in the tails.
double normal_probability(double x);

/// The x with normal_probability(x) = p, for 0 < p < 1; absolute error below 1e-12. Infinite for p of 0 and 1.
double normal_quantile(double p);

/// Probability that a draw from Student's t distribution with `degrees` of freedom (positive) is at most x.
double student_probability(double x, double degrees);

/// The x with student_probability(x, degrees) = p, for 0 < p < 1; relative error below 1e-9 for degrees of at least 1.
double student_quantile(double p, double degrees);

/// Probability that `tosses` of a fair coin show at most `heads` heads. Exact but for rounding; O(heads).
double fair_coin_tail(std::uint64_t tosses, std::uint64_t heads);

}  // namespace syswright
