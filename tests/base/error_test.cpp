#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace syswright {
namespace {

std::string message(SourceLocation where) { return InputError(std::move(where), "bad row").what(); }

TEST(Error, NamesThePartsOfThePlaceThatAreKnown) {
  EXPECT_EQ(message({"t.csv", 12, 9}), "t.csv:12:9: bad row");
  EXPECT_EQ(message({"t.csv", 12, 0}), "t.csv:12: bad row");
  EXPECT_EQ(message({"t.csv", 0, 0}), "t.csv: bad row");
  EXPECT_EQ(message({"", 12, 9}), "line 12:9: bad row");
  EXPECT_EQ(message({}), "bad row");
}

TEST(Error, KeepsThePlace) {
  const InputError error({"t.csv", 12, 9}, "bad row");
  EXPECT_EQ(error.where().file, "t.csv");
  EXPECT_EQ(error.where().line, 12u);
  EXPECT_EQ(error.where().column, 9u);
}

TEST(Error, SystemErrorsSayWhy) {
  EXPECT_STREQ(SystemError("cannot open 'x'", ENOENT).what(), "cannot open 'x': No such file or directory");
}

TEST(Error, EverythingIsAnError) {
  EXPECT_THROW(throw InputError("x"), Error);
  EXPECT_THROW(throw SystemError("x", EIO), Error);
}

TEST(DidYouMean, NamesTheNearestCandidate) {
  const std::vector<std::string> policies{"lru", "sieve", "s3fifo", "clock"};
  EXPECT_EQ(did_you_mean("siev", policies), "; did you mean 'sieve'?");
  EXPECT_EQ(did_you_mean("s3-fifo", policies), "; did you mean 's3fifo'?");
  EXPECT_EQ(did_you_mean("lur", std::vector<std::string>{"lfu", "lru"}), "");
  EXPECT_EQ(did_you_mean("lrux", policies), "; did you mean 'lru'?");
}

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
  const std::vector<std::string> policies{"lru", "sieve"};
  EXPECT_EQ(did_you_mean("belady", policies), "");
  EXPECT_EQ(did_you_mean("", policies), "");
  EXPECT_EQ(did_you_mean("lru", {}), "");
  // 5 letters allow one change (a third, rounded down), not two.
  EXPECT_EQ(did_you_mean("sieva", policies), "; did you mean 'sieve'?");
  EXPECT_EQ(did_you_mean("siava", policies), "");
}

}  // namespace
}  // namespace syswright
