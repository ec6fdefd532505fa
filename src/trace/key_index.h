#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace syswright::trace {

/// Numbers keys in the order in which they are first seen: 0, 1, 2, … Open addressing with linear probing, at most half
/// full: one or two cache lines a look-up. Fewer than 2^32 - 1 distinct keys.
class KeyIndex {
 public:
  explicit KeyIndex(std::size_t expected_keys = 0);

  /// Number of the key, which is given the next one if it is new.
  std::uint32_t number(std::uint64_t key);
  std::size_t size() const { return count_; }

 private:
  struct Slot {
    std::uint64_t key;
    std::uint32_t number;
  };
  void grow();
  Slot& slot_of(std::uint64_t key);

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t count_ = 0;
};

/// The number of each request's key, in order of first request. Throws InputError for 2^32 - 1 distinct keys or more.
std::vector<std::uint32_t> number_keys(std::span<const std::uint64_t> keys);

}  // namespace syswright::trace
