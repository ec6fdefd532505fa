#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace syswright {

/// Physical dimension of a quantity, as exponents of the base dimensions. Counts and ratios are pure numbers: all
/// exponents are 0. Used at run time by the policy language and by features and metrics; C++ boundaries use Quantity.
struct Dimension {
  std::int8_t time = 0;   ///< base unit: second
  std::int8_t bytes = 0;  ///< base unit: byte
  std::int8_t money = 0;  ///< base unit: dollar

  friend constexpr bool operator==(Dimension, Dimension) = default;
  constexpr bool is_number() const { return *this == Dimension{}; }
};

inline constexpr Dimension number_dimension{};
inline constexpr Dimension time_dimension{1, 0, 0};
inline constexpr Dimension bytes_dimension{0, 1, 0};
inline constexpr Dimension money_dimension{0, 0, 1};

/// Largest exponent, in absolute value, that a dimension may have; beyond it an expression is refused.
inline constexpr int max_dimension_exponent = 16;

/// Dimension of a product, a quotient and a power; nullopt if an exponent passes max_dimension_exponent.
std::optional<Dimension> multiply(Dimension a, Dimension b);
std::optional<Dimension> divide(Dimension a, Dimension b);
std::optional<Dimension> power(Dimension a, int exponent);
/// Dimension of a square root; nullopt if an exponent is odd.
std::optional<Dimension> square_root(Dimension a);

/// "number", "time", "bytes/time", "money*bytes^2": for messages and documentation.
std::string to_string(Dimension dimension);

/// A named unit: value_in_base = value * scale.
struct Unit {
  std::string_view name;
  Dimension dimension;
  double scale;
};

/// Every unit that the policy language, options and reports know: ns us ms s min h d, B KB MB GB TB KiB MiB GiB TiB,
/// $, and % (0.01).
std::span<const Unit> units();
const Unit* find_unit(std::string_view name);

/// Shortest text that reads back as the same double with a unit of its dimension where a plain one exists:
/// "3h", "512KiB", "$0.97", "0.5". Products of units, which have no literal, are written in base units without one.
std::string format_quantity(double value, Dimension dimension);

/// A number whose dimension is checked at compile time. Values are in base units (seconds, bytes, dollars).
template <Dimension D>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}
  constexpr double value() const { return value_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.value_); }
  friend constexpr Quantity operator*(double a, Quantity b) { return Quantity(a * b.value_); }
  friend constexpr Quantity operator*(Quantity a, double b) { return Quantity(a.value_ * b); }
  friend constexpr Quantity operator/(Quantity a, double b) { return Quantity(a.value_ / b); }

 private:
  double value_ = 0;
};

namespace detail {
template <Dimension A, Dimension B, int Sign>
inline constexpr Dimension combined{static_cast<std::int8_t>(A.time + Sign * B.time),
                                    static_cast<std::int8_t>(A.bytes + Sign * B.bytes),
                                    static_cast<std::int8_t>(A.money + Sign * B.money)};
}  // namespace detail

template <Dimension A, Dimension B>
constexpr Quantity<detail::combined<A, B, 1>> operator*(Quantity<A> a, Quantity<B> b) {
  return Quantity<detail::combined<A, B, 1>>(a.value() * b.value());
}
/// The quotient of two quantities of one dimension is a plain double.
template <Dimension A, Dimension B>
constexpr auto operator/(Quantity<A> a, Quantity<B> b) {
  if constexpr (A == B) {
    return a.value() / b.value();
  } else {
    return Quantity<detail::combined<A, B, -1>>(a.value() / b.value());
  }
}

using Seconds = Quantity<time_dimension>;
using Bytes = Quantity<bytes_dimension>;
using Dollars = Quantity<money_dimension>;

}  // namespace syswright
