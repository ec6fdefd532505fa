#include "design/spending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace syswright::design {
namespace {

TEST(Spending, NeedsALimit) {
  EXPECT_THAT([] { Spending({}, {}, 0); }, testing::ThrowsMessage<InputError>(testing::HasSubstr("needs a budget")));
}

TEST(Spending, RefusesLimitsThatAreNotPositive) {
  EXPECT_THAT([] { Spending({.evaluations = 0}, {}, 0); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("must be positive")));
  EXPECT_THAT([] { Spending({.seconds = -1}, {}, 0); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("must be positive")));
  EXPECT_THAT([] { Spending({.seconds = std::numeric_limits<double>::infinity()}, {}, 0); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("must be positive")));
}

TEST(Spending, SaysHowMuchIsTooLittle) {
  EXPECT_THAT([] { Spending({.evaluations = 3}, {}, 3); },
              testing::ThrowsMessage<InputError>(testing::HasSubstr("takes 3 of them")));
  EXPECT_NO_THROW(Spending({.evaluations = 3.5}, {}, 3));
}

TEST(Spending, HoldsBackUntilReleased) {
  Spending spending({.evaluations = 10}, {}, 4);
  EXPECT_DOUBLE_EQ(spending.affordable(), 6);
  spending.charge(6);
  EXPECT_FALSE(spending.may_go_on());
  EXPECT_DOUBLE_EQ(spending.affordable(), 0);
  spending.release();
  EXPECT_TRUE(spending.may_go_on());
  EXPECT_DOUBLE_EQ(spending.affordable(), 4);
  EXPECT_DOUBLE_EQ(spending.fraction(), 0.6);
}

TEST(Spending, APhaseEndsWhenABatchWasCut) {
  Spending spending({.evaluations = 10}, {}, 4);
  spending.exhaust();
  EXPECT_FALSE(spending.may_go_on());
  spending.release();
  EXPECT_TRUE(spending.may_go_on());
}

TEST(Spending, AStopOfTheUserEndsEveryPhase) {
  std::stop_source user;
  Spending spending({.evaluations = 10}, user.get_token(), 1);
  EXPECT_TRUE(spending.may_go_on());
  user.request_stop();
  EXPECT_FALSE(spending.may_go_on());
  EXPECT_TRUE(spending.token().stop_requested());
  spending.release();
  EXPECT_FALSE(spending.may_go_on());
  EXPECT_TRUE(spending.stopped_by_user());
}

TEST(Spending, RunningOutOfTimeIsNoStopOfTheUser) {
  Spending spending({.seconds = 1e-6}, {}, 0);
  while (spending.may_go_on()) std::this_thread::yield();
  EXPECT_FALSE(spending.stopped_by_user());
  EXPECT_EQ(spending.fraction(), 1);
  EXPECT_EQ(spending.affordable(), std::numeric_limits<double>::infinity());
}

// What was paid for before does not run the clock, and does not fall to an alarm that is long over.
TEST(Spending, GoesThroughWhatWasPaidForBeforeTheClockRuns) {
  Spending spending({.seconds = 100}, {}, 0, {.evaluations = 10, .seconds = 40});
  EXPECT_EQ(spending.elapsed_seconds(), 0);
  spending.charge(5);
  EXPECT_EQ(spending.elapsed_seconds(), 20);
  EXPECT_EQ(spending.fraction(), 0.2);
  spending.charge(5);
  EXPECT_GE(spending.elapsed_seconds(), 40);
  EXPECT_LT(spending.elapsed_seconds(), 100);
  EXPECT_TRUE(spending.may_go_on());

  Spending over({.seconds = 30}, {}, 0, {.evaluations = 10, .seconds = 30});
  over.charge(9);
  EXPECT_TRUE(over.may_go_on());
  over.charge(1);
  while (over.may_go_on()) std::this_thread::yield();
  EXPECT_FALSE(over.stopped_by_user());
}

TEST(Alarm, MayBeMovedAndFollowsTheOtherToken) {
  std::stop_source other;
  Alarm alarm(other.get_token());
  alarm.set(Alarm::Clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(alarm.token().stop_requested());
  alarm.set(Alarm::Clock::now() - std::chrono::seconds(1));
  while (!alarm.token().stop_requested()) std::this_thread::yield();

  Alarm second(other.get_token());
  other.request_stop();
  EXPECT_TRUE(second.token().stop_requested());
}

}  // namespace
}  // namespace syswright::design
