#include "base/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/text.h"

namespace syswright {
namespace {

struct Screen {
  bool interactive = true;
  std::size_t columns = 100;
  double now = 0;
  std::vector<std::string> writes;

  Terminal terminal() {
    return {.interactive = interactive,
            .width = [this] { return columns; },
            .seconds = [this] { return now; },
            .write = [this](std::string_view text) { writes.emplace_back(text); }};
  }
  /// The last line, without the control sequences around it.
  std::string line() const {
    std::string text = writes.back();
    EXPECT_EQ(text.front(), '\r');
    EXPECT_EQ(text.substr(text.size() - 3), "\x1b[K");
    return text.substr(1, text.size() - 4);
  }
};

TEST(ProgressLine, ShowsWhatIsKnown) {
  Screen screen;
  ProgressLine progress("design", screen.terminal());
  screen.now = 65;
  progress.update({.fraction = 0.5, .best = "0.4213", .note = "generation 12"});
  EXPECT_EQ(screen.line(), "design  ██████████████                 50%  best 0.4213  1 min 05 s left  generation 12");
  screen.now = 70;
  progress.update({.fraction = 0.5 + 1.0 / 28 / 8, .seconds_left = 3});
  EXPECT_EQ(screen.line(), "design  ██████████████▏                50%  3.0 s left");
}

TEST(ProgressLine, WritesAtMostTenTimesASecond) {
  Screen screen;
  ProgressLine progress("x", screen.terminal());
  for (int i = 0; i < 1000; ++i) {
    screen.now = i * 0.001;
    progress.update({.fraction = 0.1});
  }
  EXPECT_EQ(screen.writes.size(), 10u);
}

TEST(ProgressLine, IsQuietWithoutATerminal) {
  Screen screen;
  screen.interactive = false;
  {
    ProgressLine progress("x", screen.terminal());
    progress.update({.fraction = 0.1});
    progress.clear();
  }
  EXPECT_TRUE(screen.writes.empty());
}

TEST(ProgressLine, LeavesNoTrace) {
  Screen screen;
  {
    ProgressLine progress("x", screen.terminal());
    progress.update({.fraction = 0.1});
  }
  EXPECT_EQ(screen.writes.back(), "\r\x1b[K");
}

TEST(ProgressLine, ComesBackAtOnceAfterItWasCleared) {
  Screen screen;
  ProgressLine progress("x", screen.terminal());
  progress.update({.fraction = 0.1});
  progress.clear();
  progress.clear();
  ASSERT_EQ(screen.writes.size(), 2u);
  progress.update({.fraction = 0.1});
  EXPECT_EQ(screen.writes.size(), 3u);
}

TEST(ProgressLine, NeverWrapsAndShrinksTheBarFirst) {
  for (std::size_t columns = 1; columns < 120; ++columns) {
    Screen screen;
    screen.columns = columns;
    ProgressLine progress("design", screen.terminal());
    screen.now = 10;
    progress.update({.fraction = 1.0 / 3, .best = "0.4213", .note = "generation 12, island 3"});
    EXPECT_LE(display_width(screen.line()), std::max<std::size_t>(columns, 2) - 1);
    if (columns >= 40) {
      EXPECT_THAT(screen.line(), testing::HasSubstr("best 0.4213"));
    }
  }
}

TEST(ProgressLine, SurvivesOddStates) {
  Screen screen;
  ProgressLine progress("x", screen.terminal());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double fraction : {-1.0, 2.0, nan, std::numeric_limits<double>::infinity()}) {
    screen.now += 1;
    progress.update({.fraction = fraction, .note = "two\nlines\x1b[2J"});
    EXPECT_THAT(screen.line(), testing::Not(testing::AnyOf(testing::HasSubstr("\n"), testing::HasSubstr("\x1b"))));
  }
  screen.now += 1;
  progress.update({.fraction = 2});
  EXPECT_THAT(screen.line(), testing::HasSubstr("100%"));
}

TEST(ProgressLine, MayBeUpdatedFromManyThreads) {
  Screen screen;
  double tick = 0;
  Terminal terminal = screen.terminal();
  terminal.seconds = [&tick] { return tick += 1; };  // only ever called under the line's lock, or this is a race
  ProgressLine progress("x", terminal);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&progress] {
      for (int k = 0; k < 500; ++k) progress.update({.fraction = 0.5, .note = "note"});
    });
  }
  threads.clear();
  EXPECT_EQ(screen.writes.size(), 2000u);
}

}  // namespace
}  // namespace syswright
