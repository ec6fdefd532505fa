#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace syswright::transactions {

struct Transaction;

/// How far apart two transactions start, at least, if one is placed before the other. Whatever else is placed: a
/// transaction starts at the largest of 1 and, over all placed before it, their start plus separation.
///
/// If both touch a key, then in ticks from the first one's start: the later one reads it after the first one's last
/// write, and writes it after the first one's last operation on it. The largest such requirement over all keys counts;
/// it is negative where the later one may start earlier.
class Separation {
 public:
  /// No requirement: far below what any start can make up for.
  static constexpr std::int32_t none = -(1 << 28);

  Separation() = default;
  /// O(keys touched by both, over all pairs) time, 4 bytes a pair. keys: how many there are.
  Separation(std::span<const Transaction> transactions, std::size_t keys);

  std::size_t size() const { return size_; }
  /// From `first` to each transaction, if it is placed later: [size]. Of itself: none.
  std::span<const std::int32_t> after(std::size_t first) const { return {&ticks_[first * size_], size_}; }
  std::int32_t between(std::size_t first, std::size_t later) const { return ticks_[first * size_ + later]; }
  /// Whether they touch a key that one of them writes.
  bool conflict(std::size_t a, std::size_t b) const { return between(a, b) != none || between(b, a) != none; }

 private:
  std::size_t size_ = 0;
  std::vector<std::int32_t> ticks_;
};

/// A batch as it is placed so far. A copy is a fork. Placing one transaction costs O(batch).
class Placing {
 public:
  Placing(const Separation& separation, std::span<const Transaction> transactions);

  /// At which tick it would start now.
  std::int32_t start(std::size_t transaction) const { return earliest_[transaction]; }
  std::int32_t end(std::size_t transaction) const { return earliest_[transaction] + lengths_[transaction] - 1; }
  std::int32_t length(std::size_t transaction) const { return lengths_[transaction]; }
  /// By how much the makespan would grow.
  std::int32_t growth(std::size_t transaction) const;
  bool placed(std::size_t transaction) const { return placed_[transaction]; }
  std::size_t count() const { return count_; }
  std::int32_t makespan() const { return makespan_; }
  std::int64_t sum_of_ends() const { return sum_of_ends_; }
  const Separation& separation() const { return *separation_; }

  void place(std::size_t transaction);

 private:
  const Separation* separation_;
  std::vector<std::int32_t> lengths_;
  std::vector<std::int32_t> earliest_;
  std::vector<bool> placed_;
  std::size_t count_ = 0;
  std::int32_t makespan_ = 0;
  std::int64_t sum_of_ends_ = 0;
};

}  // namespace syswright::transactions
