#include "base/units.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>

#include "base/random.h"

namespace syswright {
namespace {

TEST(Units, DimensionsMultiplyDivideAndTakePowers) {
  EXPECT_EQ(*multiply(bytes_dimension, time_dimension), (Dimension{1, 1, 0}));
  EXPECT_EQ(*divide(bytes_dimension, time_dimension), (Dimension{-1, 1, 0}));
  EXPECT_EQ(*divide(time_dimension, time_dimension), number_dimension);
  EXPECT_EQ(*power(money_dimension, -3), (Dimension{0, 0, -3}));
  EXPECT_EQ(*power(money_dimension, 0), number_dimension);
  EXPECT_EQ(*square_root(Dimension{2, -4, 0}), (Dimension{1, -2, 0}));
}

TEST(Units, ExponentsStopAtTheLimitOnBothSides) {
  const Dimension largest{max_dimension_exponent, 0, 0};
  EXPECT_TRUE(power(time_dimension, max_dimension_exponent));
  EXPECT_FALSE(power(time_dimension, max_dimension_exponent + 1));
  EXPECT_TRUE(power(time_dimension, -max_dimension_exponent));
  EXPECT_FALSE(power(time_dimension, -max_dimension_exponent - 1));
  EXPECT_FALSE(multiply(largest, time_dimension));
  EXPECT_TRUE(divide(largest, time_dimension));
  EXPECT_FALSE(divide(Dimension{-max_dimension_exponent, 0, 0}, time_dimension));
  EXPECT_TRUE(power(number_dimension, 1'000'000'000));  // a pure number stays one
  EXPECT_FALSE(power(Dimension{16, 16, 16}, 16));
}

TEST(Units, OddExponentsHaveNoSquareRoot) {
  EXPECT_FALSE(square_root(time_dimension));
  EXPECT_FALSE(square_root(Dimension{2, -1, 0}));
}

TEST(Units, DimensionsReadAsText) {
  EXPECT_EQ(to_string(number_dimension), "number");
  EXPECT_EQ(to_string(time_dimension), "time");
  EXPECT_EQ(to_string(Dimension{-1, 1, 0}), "bytes/time");
  EXPECT_EQ(to_string(Dimension{-1, 0, 0}), "1/time");
  EXPECT_EQ(to_string(Dimension{0, 2, 1}), "bytes^2*money");
  EXPECT_EQ(to_string(Dimension{-2, -1, 1}), "money/(time^2*bytes)");
}

TEST(Units, QuantitiesAreWrittenInTheirShortestUnit) {
  EXPECT_EQ(format_quantity(10800, time_dimension), "3h");
  EXPECT_EQ(format_quantity(524288, bytes_dimension), "512KiB");
  EXPECT_EQ(format_quantity(0.97, money_dimension), "$0.97");
  EXPECT_EQ(format_quantity(-2, money_dimension), "-$2");
  EXPECT_EQ(format_quantity(0.5, number_dimension), "0.5");
  EXPECT_EQ(format_quantity(0, time_dimension), "0s");
  EXPECT_EQ(format_quantity(7, *divide(bytes_dimension, time_dimension)), "7");
}

/// The number before the unit, times the unit's scale: what a reader of the text computes.
double read_back(std::string text) {
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  const bool money = text[0] == '$';
  if (money) text.erase(0, 1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  EXPECT_EQ(error, std::errc{}) << text;
  const std::string name = text.substr(static_cast<std::size_t>(end - text.data()));
  const double value = name.empty() ? number : number * find_unit(name)->scale;
  return negative ? -value : value;
}

TEST(Units, WrittenQuantitiesReadBackAsTheSameDouble) {
  Random random(7, "quantities");
  for (int i = 0; i < 20'000; ++i) {
    const Dimension dimension = std::array{number_dimension, time_dimension, bytes_dimension, money_dimension}[i % 4];
    const double scale = units()[random.below(units().size())].scale;
    const double value = i % 3 == 0 ? scale * static_cast<double>(random.below(5000))
                                    : (random.chance(0.5) ? 1 : -1) * std::exp(random.uniform(-40, 40));
    const std::string text = format_quantity(value, dimension);
    ASSERT_EQ(read_back(text), value) << text;
  }
}

TEST(Units, AreFoundByTheirExactName) {
  ASSERT_NE(find_unit("KiB"), nullptr);
  EXPECT_EQ(find_unit("KiB")->scale, 1024);
  EXPECT_EQ(find_unit("%")->dimension, number_dimension);
  EXPECT_EQ(find_unit("kib"), nullptr);
  EXPECT_EQ(find_unit(""), nullptr);
}

template <typename A, typename B>
concept Addable = requires(A a, B b) { a + b; };

TEST(Units, QuantitiesOfDifferentDimensionsDoNotAdd) {
  static_assert(Addable<Seconds, Seconds>);
  static_assert(!Addable<Seconds, Bytes>);
  static_assert(!Addable<Seconds, double>);
  static_assert(std::is_same_v<decltype(Seconds(1) / Seconds(2)), double>);
  const auto rate = Bytes(6) / Seconds(2);
  EXPECT_EQ((rate * Seconds(4)).value(), 12);
  static_assert(std::is_same_v<decltype(rate * Seconds(1)), Bytes>);
}

}  // namespace
}  // namespace syswright
