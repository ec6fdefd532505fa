#include "domains/llm_serving/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

constexpr double forever = std::numeric_limits<double>::infinity();

RequestStatistics statistics_of(const std::vector<double>& times) {
  Requests requests;
  for (const double time : times) requests.list.push_back({.arrival = time});
  return request_statistics(requests);
}

std::string problem(const std::string& text) {
  try {
    arrivals_from(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

/// Rate and variation of gaps as asked for. The mean of n gaps of variation c is off by c / sqrt(n) or so; four times
/// that is allowed. Log-normal gaps of sigma 1 vary by sqrt(e − 1) = 1.311.
TEST(Arrivals, HaveTheRateAndVariationAskedFor) {
  struct Case {
    const char* text;
    double cv;
    double tolerance;
  };
  for (const Case& one :
       {Case{"constant:8/s", 0, 1e-6}, Case{"poisson:480/min", 1, 0.02}, Case{"gamma:8/s,cv=3", 3, 0.15},
        Case{"gamma:8/s,cv=0.5", 0.5, 0.01}, Case{"log-normal:8/s,sigma=1", 1.311, 0.06},
        Case{"on-off:8/s,on=1h,off=1h,idle=1", 1, 0.02}, Case{"diurnal:8/s,period=10s,swing=0", 1, 0.02}}) {
    const std::vector<double> times = draw_arrivals(arrivals_from(one.text), 40'000, forever, 7);
    const RequestStatistics statistics = statistics_of(times);
    EXPECT_EQ(times.size(), 40'000u);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end())) << one.text;
    EXPECT_NEAR(statistics.rate, 8, 8 * 4 * std::max(one.cv, 0.01) / 200) << one.text;
    EXPECT_NEAR(statistics.gap_cv, one.cv, one.tolerance) << one.text;
  }
}

TEST(Arrivals, OnOffKeepsTheMeanRateAndPauses) {
  // Spells of 20 s on and 60 s off, nothing while off: 32 a second while on. About 500 cycles in 40,000 s.
  const std::vector<double> times = draw_arrivals(arrivals_from("on-off:8/s,on=20s,off=60s"), 1'000'000, 40'000, 3);
  EXPECT_NEAR(static_cast<double>(times.size()), 320'000, 320'000 * 0.2);
  std::size_t pauses = 0;
  for (std::size_t i = 1; i < times.size(); ++i) pauses += times[i] - times[i - 1] > 2 ? 1 : 0;
  // A pause of more than 2 s is an off spell: exp(−2/60) = 0.967 of some 500.
  EXPECT_NEAR(static_cast<double>(pauses), 484, 90);
}

TEST(Arrivals, DiurnalFollowsItsWave) {
  // Over 1,000 periods, the share in the first half of a period is 1/2 + swing / π = 0.7546 for a swing of 0.8.
  const std::vector<double> times =
      draw_arrivals(arrivals_from("diurnal:5/s,period=10s,swing=0.8"), 1'000'000, 10'000, 1);
  EXPECT_NEAR(static_cast<double>(times.size()), 50'000, 4 * std::sqrt(50'000));
  const auto first = std::count_if(times.begin(), times.end(), [](double time) { return std::fmod(time, 10) < 5; });
  EXPECT_NEAR(static_cast<double>(first) / static_cast<double>(times.size()), 0.7546, 0.008);
}

TEST(Arrivals, AShorterListIsTheFrontOfALongerOne) {
  for (const std::string& text : arrival_examples()) {
    const Arrivals arrivals = arrivals_from(text);
    const std::vector<double> few = draw_arrivals(arrivals, 100, forever, 5);
    const std::vector<double> many = draw_arrivals(arrivals, 1000, forever, 5);
    ASSERT_EQ(few.size(), 100u) << text;
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin())) << text;
    if (arrivals.kind == Arrivals::Kind::at_once || arrivals.kind == Arrivals::Kind::constant) continue;
    EXPECT_NE(draw_arrivals(arrivals, 100, forever, 6), few) << text;
    const std::vector<double> early = draw_arrivals(arrivals, 1000, many[500], 5);
    EXPECT_LE(early.size(), 500u) << text;
    EXPECT_TRUE(std::equal(early.begin(), early.end(), many.begin())) << text;
  }
}

TEST(Arrivals, ReadBackFromTheirText) {
  for (const std::string& text : arrival_examples()) {
    const Arrivals arrivals = arrivals_from(text);
    EXPECT_EQ(draw_arrivals(arrivals_from(to_string(arrivals)), 50, forever, 2),
              draw_arrivals(arrivals, 50, forever, 2))
        << text;
  }
}

TEST(Arrivals, RecordedOnesComeAgain) {
  Requests requests;
  for (const double time : {0.5, 0.75, 4.0, 9.0}) requests.list.push_back({.arrival = time});
  const Arrivals arrivals = recorded_arrivals(requests);
  EXPECT_EQ(draw_arrivals(arrivals, 10, forever, 1), (std::vector<double>{0.5, 0.75, 4, 9}));
  EXPECT_EQ(draw_arrivals(arrivals, 3, forever, 1), (std::vector<double>{0.5, 0.75, 4}));
  EXPECT_EQ(draw_arrivals(arrivals, 10, 4, 1), (std::vector<double>{0.5, 0.75}));
}

TEST(Arrivals, AreFittedToALog) {
  Requests requests;
  for (const double time : draw_arrivals(arrivals_from("gamma:4/s,cv=2"), 20'000, forever, 9)) {
    requests.list.push_back({.arrival = time});
  }
  const Arrivals fitted = fit_arrivals(requests);
  EXPECT_EQ(fitted.kind, Arrivals::Kind::gamma);
  EXPECT_NEAR(fitted.rate, 4, 0.25);
  EXPECT_NEAR(fitted.cv, 2, 0.1);
  requests.list.resize(2);
  EXPECT_THROW(fit_arrivals(requests), InputError);
}

TEST(Arrivals, SayWhatIsWrong) {
  EXPECT_THAT(problem("poison:8/s"), HasSubstr("did you mean 'poisson'"));
  EXPECT_THAT(problem("burst:8/s"), HasSubstr("gamma:8/s,cv=3"));
  EXPECT_THAT(problem("poisson"), HasSubstr("a rate is missing; for example poisson:8/s"));
  EXPECT_THAT(problem("poisson:8"), HasSubstr("'8' is no rate, such as 8/s"));
  EXPECT_THAT(problem("poisson:-8/s"), HasSubstr("must be positive"));
  EXPECT_THAT(problem("poisson:8/s,cv=2"), HasSubstr("'cv' is not known: there are no settings"));
  EXPECT_THAT(problem("gamma:8/s"), HasSubstr("'cv' is missing"));
  EXPECT_THAT(problem("gamma:8/s,cv=0"), HasSubstr("cv is 0"));
  EXPECT_THAT(problem("gamma:8/s,3"), HasSubstr("'3' has no name"));
  EXPECT_THAT(problem("on-off:8/s,onn=3s"), HasSubstr("did you mean 'on'"));
  EXPECT_THAT(problem("on-off:8/s,on=3"), HasSubstr("on"));
  EXPECT_THAT(problem("diurnal:8/s,swing=1.5"), HasSubstr("swing is 1.5"));
  EXPECT_THROW(draw_arrivals({.kind = Arrivals::Kind::poisson, .rate = 0}, 10, forever, 1), InputError);
}

}  // namespace
}  // namespace syswright::llm_serving
