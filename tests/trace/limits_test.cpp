#include <zstd.h>

#include <string>

#include "base/error.h"
#include "trace/columns.h"
#include "trace/input.h"

// A small file may stand for far more than fits into memory.
namespace syswright::trace {
namespace {

using testing::HasSubstr;

std::string compressed(const std::string& content) {
  std::string frame(ZSTD_compressBound(content.size()), 0);
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 19));
  return frame;
}

template <typename Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

CacheTrace read_keys(Columns columns, std::uint64_t keys) {
  for (std::uint64_t key = 0; key < keys && !columns.full(); ++key) columns.add_key(key);
  return columns.finish("t.lis", "lis");
}

TEST(TraceLimits, MoreRequestsThanAnybodyAskedForAreRefused) {
  EXPECT_EQ(read_keys(Columns(0, 1000), 999).size(), 999u);
  EXPECT_THAT(
      refusal([] { read_keys(Columns(0, 1000), 5000); }),
      HasSubstr("t.lis: stands for 1000 requests or more (read as lis); cut it with 'syswright trace convert'"));
}

TEST(TraceLimits, WhoAsksForALimitGetsItsRequests) { EXPECT_EQ(read_keys(Columns(2000, 1000), 5000).size(), 2000u); }

TEST(TraceLimits, DecompressionStopsAtItsLimit) {
  const std::string content(10'000'000, 'a');
  const std::string frames = compressed(content) + compressed(content);
  ASSERT_LT(frames.size(), 5000u);
  EXPECT_EQ(decompressed(frames, "t.zst"), content + content);
  EXPECT_EQ(decompressed(frames, "t.zst", 20'000'000).size(), 20'000'000u);
  EXPECT_THAT(refusal([&] { decompressed(frames, "t.zst", 19'999'999); }),
              HasSubstr("t.zst: holds more than 19999999 bytes when decompressed; cut it into smaller files"));
}

TEST(TraceLimits, WhatIsNotCompressedStaysAsItIs) { EXPECT_EQ(decompressed("a,b\n", "t.csv", 1), "a,b\n"); }

}  // namespace
}  // namespace syswright::trace
