#include "ledger/codec.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "ledger/sqlite.h"

namespace syswright::ledger {
namespace {

template <typename Word>
Word little_endian(Word word) {
  static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);
  if constexpr (std::endian::native == std::endian::little) return word;
  Word turned = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) turned = static_cast<Word>(turned << 8 | ((word >> (8 * i)) & 0xFF));
  return turned;
}

template <typename Word>
void append(std::string& bytes, Word word) {
  const Word turned = little_endian(word);
  bytes.append(reinterpret_cast<const char*>(&turned), sizeof turned);
}

void append(std::string& bytes, double number) { append(bytes, std::bit_cast<std::uint64_t>(number)); }

/// There must be as many bytes.
template <typename Word>
Word take(std::string_view& bytes) {
  Word word;
  std::memcpy(&word, bytes.data(), sizeof word);
  bytes.remove_prefix(sizeof word);
  return little_endian(word);
}

double take_number(std::string_view& bytes) { return std::bit_cast<double>(take<std::uint64_t>(bytes)); }

}  // namespace

std::string encode_numbers(const std::vector<double>& numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * sizeof(double));
  for (double number : numbers) append(bytes, number);
  return bytes;
}

std::optional<std::vector<double>> decode_numbers(std::string_view bytes) {
  if (bytes.size() % sizeof(double) != 0) return std::nullopt;
  std::vector<double> numbers;
  numbers.reserve(bytes.size() / sizeof(double));
  while (!bytes.empty()) numbers.push_back(take_number(bytes));
  return numbers;
}

std::string encode_blocks(const std::vector<Block>& blocks) {
  std::string bytes;
  bytes.reserve(blocks.size() * 2 * sizeof(double));
  for (const Block& block : blocks) {
    append(bytes, block.cost);
    append(bytes, block.weight);
  }
  return bytes;
}

std::optional<std::vector<Block>> decode_blocks(std::string_view bytes) {
  if (bytes.size() % (2 * sizeof(double)) != 0) return std::nullopt;
  std::vector<Block> blocks;
  blocks.reserve(bytes.size() / (2 * sizeof(double)));
  while (!bytes.empty()) {
    const double cost = take_number(bytes);
    blocks.push_back({cost, take_number(bytes)});
  }
  return blocks;
}

std::string encode_details(const Details& details) {
  std::string bytes;
  for (const auto& [name, number] : details) {
    append(bytes, static_cast<std::uint32_t>(name.size()));
    bytes += name;
    append(bytes, number);
  }
  return bytes;
}

std::optional<Details> decode_details(std::string_view bytes) {
  Details details;
  while (!bytes.empty()) {
    if (bytes.size() < sizeof(std::uint32_t)) return std::nullopt;
    const auto length = take<std::uint32_t>(bytes);
    if (bytes.size() < length + sizeof(double)) return std::nullopt;
    std::string name(bytes.substr(0, length));
    bytes.remove_prefix(length);
    details.emplace_back(std::move(name), take_number(bytes));
  }
  return details;
}

std::string encode_digests(const std::vector<Digest>& digests) {
  std::string bytes;
  for (const Digest& digest : digests) bytes += to_bytes(digest);
  return bytes;
}

std::optional<std::vector<Digest>> decode_digests(std::string_view bytes) {
  if (bytes.size() % 16 != 0) return std::nullopt;
  std::vector<Digest> digests;
  for (; !bytes.empty(); bytes.remove_prefix(16)) digests.push_back(*digest_from_bytes(bytes.substr(0, 16)));
  return digests;
}

}  // namespace syswright::ledger
