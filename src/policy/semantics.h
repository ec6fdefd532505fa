#pragma once

#include <cmath>
#include <limits>

#include "policy/graph.h"

/// The one meaning of every operation, on every finite input. Values are always finite doubles, so that no order of
/// evaluation can meet a NaN or an infinity: a result too large becomes the largest double of its sign, and one that is
/// not a number becomes 0. The sign of zero is not observable. The interpreter calls these; the JIT and the exporters
/// reproduce them bit for bit (tests/policy/agreement_test.cpp).
namespace syswright::policy::semantics {

inline constexpr double largest = std::numeric_limits<double>::max();

inline double finite(double x) {
  if (x != x) return 0;
  if (x > largest) return largest;
  if (x < -largest) return -largest;
  return x;
}
inline double add(double a, double b) { return finite(a + b); }
inline double subtract(double a, double b) { return finite(a - b); }
inline double multiply(double a, double b) { return finite(a * b); }
/// x / 0 is the largest double with the sign of x, and 0 / 0 is 0.
inline double divide(double a, double b) {
  if (b == 0) return a > 0 ? largest : a < 0 ? -largest : 0;
  return finite(a / b);
}
inline double minimum(double a, double b) { return a < b ? a : b; }
inline double maximum(double a, double b) { return a > b ? a : b; }
/// The square root of a negative number is 0.
inline double square_root(double x) { return x > 0 ? std::sqrt(x) : 0; }
/// The natural logarithm of 0 and of a negative number is the lowest double.
inline double logarithm(double x) { return x > 0 ? std::log(x) : -largest; }
inline double exponential(double x) { return finite(std::exp(x)); }
/// As C's pow, made finite; a negative base with a fractional exponent gives 0. 0 to a negative power is the largest
/// double (of C's pow alone, the sign of zero could be observed).
inline double power(double x, double y) {
  if (x == 0) return y > 0 ? 0 : y < 0 ? largest : 1;
  return finite(std::pow(x, y));
}

/// Value of any operation but constant and input; booleans are 0 and 1.
double apply(Op op, double a, double b, double c);

}  // namespace syswright::policy::semantics
