#include "base/digest.h"

#include <gtest/gtest.h>

#include <set>

namespace syswright {
namespace {

// XXH3-128 with seed 0 of no bytes, as the reference implementation's `xxh128sum` prints it.
TEST(Digest, OfNothingIsThatOfXxh3) { EXPECT_EQ(DigestBuilder().finish().hex(), "99aa06d3014798d86001c324468d497f"); }

TEST(Digest, PartsDoNotRunTogether) {
  std::set<std::string> all;
  all.insert(DigestBuilder().add("ab").add("c").finish().hex());
  all.insert(DigestBuilder().add("a").add("bc").finish().hex());
  all.insert(DigestBuilder().add("abc").finish().hex());
  all.insert(DigestBuilder().add("abc").add("").finish().hex());
  all.insert(DigestBuilder().add("").add("abc").finish().hex());
  EXPECT_EQ(all.size(), 5u);
}

TEST(Digest, TellsNumbersApart) {
  EXPECT_NE(DigestBuilder().add(1).finish(), DigestBuilder().add(1.0).finish());
  EXPECT_NE(DigestBuilder().add(0.0).finish(), DigestBuilder().add(-0.0).finish());
  EXPECT_EQ(DigestBuilder().add(1).finish(), DigestBuilder().add(std::uint8_t{1}).finish());
}

TEST(Digest, ColumnsCountTheirLength) {
  const std::vector<std::uint32_t> two{1, 2};
  const std::vector<std::uint32_t> one{1};
  const auto digest = [](auto&... columns) {
    DigestBuilder builder;
    (builder.add_column(std::span<const std::uint32_t>(columns)), ...);
    return builder.finish();
  };
  EXPECT_EQ(digest(two), digest(two));
  EXPECT_NE(digest(two, one), digest(one, two));
  EXPECT_NE(digest(two), digest(one, one));
}

TEST(Digest, HexHas32DigitsAndSortsAsTheDigest) {
  const Digest small{0, 1};
  const Digest large{1, 0};
  EXPECT_EQ(small.hex(), "00000000000000000000000000000001");
  EXPECT_LT(small, large);
  EXPECT_LT(small.hex(), large.hex());
}

}  // namespace
}  // namespace syswright
