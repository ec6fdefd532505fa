#include "domains/transactions/separation.h"

#include <algorithm>

#include "domains/transactions/workload.h"

namespace syswright::transactions {
namespace {

/// What a transaction does with a key, in positions; 0: never.
struct Use {
  std::uint32_t transaction = 0;
  std::int32_t first_read = 0;
  std::int32_t first_write = 0;
  std::int32_t last = 0;
  std::int32_t last_write = 0;
};

std::vector<std::vector<Use>> uses_of(std::span<const Transaction> transactions, std::size_t keys) {
  std::vector<std::vector<Use>> uses(keys);
  for (std::uint32_t i = 0; i < transactions.size(); ++i) {
    for (const Operation& operation : transactions[i].operations) {
      std::vector<Use>& of_key = uses[operation.key];
      if (of_key.empty() || of_key.back().transaction != i) of_key.push_back({.transaction = i});
      Use& use = of_key.back();
      const auto position = static_cast<std::int32_t>(operation.position);
      std::int32_t& first = operation.write ? use.first_write : use.first_read;
      if (first == 0) first = position;
      use.last = position;
      if (operation.write) use.last_write = position;
    }
  }
  return uses;
}

std::int32_t required(const Use& first, const Use& later) {
  std::int32_t ticks = Separation::none;
  if (later.first_read != 0 && first.last_write != 0) ticks = first.last_write - later.first_read + 1;
  if (later.first_write != 0) ticks = std::max(ticks, first.last - later.first_write + 1);
  return ticks;
}

}  // namespace

Separation::Separation(std::span<const Transaction> transactions, std::size_t keys)
    : size_(transactions.size()), ticks_(transactions.size() * transactions.size(), none) {
  for (const std::vector<Use>& uses : uses_of(transactions, keys)) {
    for (const Use& first : uses) {
      for (const Use& later : uses) {
        if (first.transaction == later.transaction) continue;
        std::int32_t& ticks = ticks_[first.transaction * size_ + later.transaction];
        ticks = std::max(ticks, required(first, later));
      }
    }
  }
}

Placing::Placing(const Separation& separation, std::span<const Transaction> transactions)
    : separation_(&separation), earliest_(transactions.size(), 1), placed_(transactions.size()) {
  for (const Transaction& transaction : transactions) lengths_.push_back(static_cast<std::int32_t>(transaction.length));
}

std::int32_t Placing::growth(std::size_t transaction) const { return std::max(end(transaction) - makespan_, 0); }

void Placing::place(std::size_t transaction) {
  const std::int32_t start = earliest_[transaction];
  makespan_ = std::max(makespan_, end(transaction));
  sum_of_ends_ += end(transaction);
  placed_[transaction] = true;
  ++count_;
  const std::span<const std::int32_t> after = separation_->after(transaction);
  for (std::size_t i = 0; i < after.size(); ++i) earliest_[i] = std::max(earliest_[i], start + after[i]);
}

}  // namespace syswright::transactions
