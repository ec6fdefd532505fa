#include "policy/statistic.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "base/random.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

/// One statistic with its state.
class Running {
 public:
  Running(StatisticKind kind, double parameter, std::size_t window)
      : runtime_(Statistic{.kind = kind, .parameter = parameter, .window = window}), state_(runtime_.state_size()) {
    runtime_.reset(state_.data());
  }
  void observe(double value) { runtime_.observe(state_.data(), value); }
  double value() const { return runtime_.value(state_.data()); }

 private:
  StatisticRuntime runtime_;
  std::vector<double> state_;
};

/// The same, by the definition: all values kept.
double by_definition(StatisticKind kind, std::size_t window, const std::vector<double>& values) {
  if (values.empty()) return 0;
  const std::size_t n = std::min(window, values.size());
  const std::vector<double> last(values.end() - static_cast<long>(n), values.end());
  switch (kind) {
    case StatisticKind::minimum:
      return *std::ranges::min_element(last);
    case StatisticKind::maximum:
      return *std::ranges::max_element(last);
    case StatisticKind::count:
      return static_cast<double>(std::ranges::count_if(last, [](double x) { return x != 0; }));
    case StatisticKind::last:
      return values.size() > window ? values[values.size() - 1 - window] : 0;
    default:
      return std::accumulate(last.begin(), last.end(), 0.0) / static_cast<double>(n);
  }
}

TEST(Statistic, WindowsAgreeWithTheirDefinition) {
  for (StatisticKind kind : {StatisticKind::mean, StatisticKind::minimum, StatisticKind::maximum, StatisticKind::count,
                             StatisticKind::last}) {
    for (std::size_t window : {1, 2, 3, 7, 64}) {
      Random random(30, "windows", window);
      Running running(kind, 0, window);
      std::vector<double> values;
      EXPECT_EQ(running.value(), 0);
      for (int i = 0; i < 300; ++i) {
        values.push_back(std::floor(random.uniform(-4, 4)));  // whole numbers: sums are exact in any order
        running.observe(values.back());
        ASSERT_EQ(running.value(), by_definition(kind, window, values))
            << to_string(kind) << " of " << window << " after " << values.size();
      }
    }
  }
}

TEST(Statistic, MeanForgetsWhatHasLeftTheWindow) {
  Running mean(StatisticKind::mean, 0, 3);
  for (double value : {1.0, 1e300, -1e308, 0.1, 0.2, 0.3}) mean.observe(value);
  EXPECT_DOUBLE_EQ(mean.value(), 0.2);
}

TEST(Statistic, EwmaStartsAtTheFirstValue) {
  Running average(StatisticKind::ewma, 0.75, 0);
  EXPECT_EQ(average.value(), 0);
  average.observe(8);
  EXPECT_EQ(average.value(), 8);
  average.observe(4);
  EXPECT_EQ(average.value(), 7);  // 0.75 * 8 + 0.25 * 4
}

TEST(Statistic, EwmaStaysBetweenItsValues) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Random random(31, "ewma range", i);
    Running average(StatisticKind::ewma, random.uniform(), 0);
    const double low = random.uniform(-1, 1);
    const double high = low + random.uniform() * 1e-9;
    for (int k = 0; k < 20; ++k) {
      average.observe(random.chance(0.5) ? low : high);
      ASSERT_TRUE(low <= average.value() && average.value() <= high);
    }
  }
}

TEST(Statistic, QuantileOfFewValuesIsOneOfThem) {
  Running quantile(StatisticKind::quantile, 0.5, 0);
  const std::vector<std::pair<double, double>> steps{{5, 5}, {1, 1}, {9, 5}, {7, 5}};
  for (const auto& [value, expected] : steps) {
    quantile.observe(value);
    EXPECT_EQ(quantile.value(), expected);
  }
}

// The worked example of Jain and Chlamtac's paper (table I): the median of 20 observations is estimated as 4.44.
TEST(Statistic, QuantileReproducesThePublishedExample) {
  Running median(StatisticKind::quantile, 0.5, 0);
  for (double value : {0.02,  0.15,  0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92,
                       34.60, 10.28, 1.47, 0.40, 0.05, 11.39, 0.27,  0.42,  0.09,  11.37}) {
    median.observe(value);
  }
  EXPECT_NEAR(median.value(), 4.44, 0.005);
}

TEST(Statistic, QuantileConverges) {
  for (double share : {0.1, 0.5, 0.9, 0.99}) {
    Random random(32, "quantile");
    Running uniform(StatisticKind::quantile, share, 0);
    Running exponential(StatisticKind::quantile, share, 0);
    for (int i = 0; i < 50000; ++i) {
      uniform.observe(random.uniform());
      exponential.observe(random.exponential());
    }
    EXPECT_NEAR(uniform.value(), share, 0.01);
    EXPECT_NEAR(exponential.value(), -std::log(1 - share), 0.05 * -std::log(1 - share) + 0.01);
  }
}

TEST(Statistic, StaysFiniteAndInRangeOnExtremeValues) {
  using semantics::largest;
  for (StatisticKind kind : {StatisticKind::ewma, StatisticKind::mean, StatisticKind::minimum, StatisticKind::maximum,
                             StatisticKind::count, StatisticKind::last, StatisticKind::quantile}) {
    Random random(33, "extremes", static_cast<std::uint64_t>(kind));
    Running running(kind, 0.3, 5);
    for (int i = 0; i < 2000; ++i) {
      running.observe(random.chance(0.5) ? largest : random.chance(0.5) ? -largest : 5e-324);
      ASSERT_TRUE(std::isfinite(running.value())) << to_string(kind);
    }
  }
}

TEST(Statistic, CopiedStateIsAFork) {
  const StatisticRuntime runtime(Statistic{.kind = StatisticKind::quantile, .parameter = 0.5});
  std::vector<double> state(runtime.state_size());
  runtime.reset(state.data());
  for (int i = 0; i < 9; ++i) runtime.observe(state.data(), i);
  std::vector<double> fork = state;
  runtime.observe(state.data(), 100);
  runtime.observe(fork.data(), 100);
  EXPECT_EQ(state, fork);
}

}  // namespace
}  // namespace syswright::policy
