#include "judge/compare/correction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace syswright::judge {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(Correction, HolmMultipliesByWhatIsLeftAndNeverFalls) {
  // 4 · 0.01; 3 · 0.02; 2 · 0.03 = 0.06, which 0.06 before it does not pass; 1 · 0.5.
  EXPECT_THAT(corrected(std::vector{0.03, 0.01, 0.5, 0.02}, Correction::holm),
              ElementsAre(DoubleNear(0.06, 1e-12), DoubleNear(0.04, 1e-12), 0.5, DoubleNear(0.06, 1e-12)));
  EXPECT_THAT(corrected(std::vector{0.6, 0.7}, Correction::holm), ElementsAre(1, 1));
}

TEST(Correction, BenjaminiHochbergDividesByTheRank) {
  // 0.01 · 4/1, 0.02 · 4/2, 0.03 · 4/3, 0.5: each at most the next.
  EXPECT_THAT(corrected(std::vector{0.03, 0.01, 0.5, 0.02}, Correction::benjamini_hochberg),
              ElementsAre(DoubleNear(0.04, 1e-12), DoubleNear(0.04, 1e-12), 0.5, DoubleNear(0.04, 1e-12)));
}

TEST(Correction, NoneLeavesThemAlone) {
  EXPECT_THAT(corrected(std::vector{0.03, 0.01}, Correction::none), ElementsAre(0.03, 0.01));
  EXPECT_TRUE(corrected({}, Correction::holm).empty());
}

/// Of 20 tests 10 have nothing to find (uniform p) and 10 have (small p).
TEST(Correction, HoldsItsErrorRate) {
  const int trials = 2000;
  int any_false_holm = 0;
  int any_false_plain = 0;
  double false_share = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Random random(3, "p values", static_cast<std::uint64_t>(trial));
    std::vector<double> p_values;
    for (int i = 0; i < 20; ++i) p_values.push_back(random.uniform() * (i < 10 ? 1 : 0.01));
    const auto rejected = [&](Correction correction, std::size_t from, std::size_t to) {
      const std::vector<double> larger = corrected(p_values, correction);
      int count = 0;
      for (std::size_t i = from; i < to; ++i) count += larger[i] <= 0.05 ? 1 : 0;
      return count;
    };
    any_false_holm += rejected(Correction::holm, 0, 10) > 0 ? 1 : 0;
    any_false_plain += rejected(Correction::none, 0, 10) > 0 ? 1 : 0;
    const int found = rejected(Correction::benjamini_hochberg, 0, 20);
    if (found > 0) false_share += rejected(Correction::benjamini_hochberg, 0, 10) / static_cast<double>(found);
  }
  EXPECT_LT(any_false_holm, 0.06 * trials);
  EXPECT_GT(any_false_plain, 0.3 * trials) << "1 - 0.95^10 is 0.40";
  EXPECT_LT(false_share, 0.05 * trials);
}

}  // namespace
}  // namespace syswright::judge
