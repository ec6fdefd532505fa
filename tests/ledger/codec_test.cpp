#include "ledger/codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "base/random.h"

namespace syswright::ledger {
namespace {

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

std::vector<double> awkward_numbers() {
  using Limits = std::numeric_limits<double>;
  std::vector<double> numbers{0.0,
                              -0.0,
                              1.0 / 3,
                              Limits::infinity(),
                              -Limits::infinity(),
                              Limits::denorm_min(),
                              Limits::max(),
                              Limits::quiet_NaN(),
                              std::bit_cast<double>(0xFFF8000000001234ull)};
  Random random(1, "codec");
  for (int i = 0; i < 1000; ++i) numbers.push_back(std::bit_cast<double>(random.next()));
  return numbers;
}

TEST(Codec, NumbersComeBackBitForBit) {
  const std::vector<double> numbers = awkward_numbers();
  const auto back = decode_numbers(encode_numbers(numbers));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(bits((*back)[i]), bits(numbers[i]));
}

TEST(Codec, BlocksAndDetailsComeBack) {
  const std::vector<Block> blocks{{0.1, 2}, {-0.0, 1e300}};
  EXPECT_EQ(decode_blocks(encode_blocks(blocks)), blocks);
  const Details details{{"evictions", 12}, {"", 0.1}, {std::string("n\0ul", 4), -3}, {"größe", 1}};
  EXPECT_EQ(decode_details(encode_details(details)), details);
  const std::vector<Digest> digests{{1, 2}, {~0ull, 0}};
  EXPECT_EQ(decode_digests(encode_digests(digests)), digests);
}

TEST(Codec, NothingIsNothing) {
  EXPECT_EQ(encode_numbers({}), "");
  EXPECT_EQ(decode_numbers(""), std::vector<double>{});
  EXPECT_EQ(decode_details(""), Details{});
}

// 1.0 is 0x3FF0000000000000: the same bytes on every machine.
TEST(Codec, NumbersAreLittleEndian) { EXPECT_EQ(encode_numbers({1.0}), std::string("\0\0\0\0\0\0\xF0\x3F", 8)); }

TEST(Codec, RefusesBytesThatNobodyWrote) {
  EXPECT_FALSE(decode_numbers("1234567"));
  EXPECT_FALSE(decode_blocks("12345678"));
  EXPECT_FALSE(decode_digests("12345678"));
  const std::string details = encode_details({{"evictions", 12}, {"load", 3}});
  for (std::size_t length = 0; length < details.size(); ++length) {
    const bool whole = length == 0 || length == encode_details({{"evictions", 12}}).size();
    EXPECT_EQ(decode_details(details.substr(0, length)).has_value(), whole) << length;
  }
  EXPECT_FALSE(decode_details(std::string(12, '\xFF')));
}

}  // namespace
}  // namespace syswright::ledger
