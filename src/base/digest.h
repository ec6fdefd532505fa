#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace syswright {

/// 128-bit content address (XXH3-128). Names content in the ledger; not a defence against forgery.
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
};

/// Builds a digest from typed parts. Every part is preceded by its length or has a fixed one, so that different
/// sequences of parts never run together.
class DigestBuilder {
 public:
  DigestBuilder();
  ~DigestBuilder();
  DigestBuilder(const DigestBuilder&) = delete;
  DigestBuilder& operator=(const DigestBuilder&) = delete;

  DigestBuilder& add(std::string_view text);
  DigestBuilder& add(double value);
  DigestBuilder& add(const Digest& digest);
  template <std::integral T>
  DigestBuilder& add(T value) {
    return add_word(static_cast<std::uint64_t>(value));
  }
  /// The bytes of a column, preceded by their number.
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  DigestBuilder& add_column(std::span<const T> column) {
    return add_bytes(column.data(), column.size_bytes());
  }
  Digest finish() const;

 private:
  DigestBuilder& add_word(std::uint64_t word);
  DigestBuilder& add_bytes(const void* data, std::size_t size);
  void* state_;
};

}  // namespace syswright
