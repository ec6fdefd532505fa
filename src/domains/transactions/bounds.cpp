#include "domains/transactions/bounds.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace syswright::transactions {
namespace {

constexpr std::size_t most_in_a_set = 300;
constexpr std::size_t most_keys = 6;
constexpr std::int64_t forbidden = 1'000'000'000;

/// Least cost of giving each row a column of its own. O(n^3).
/// Source: Kuhn, "The Hungarian Method for the Assignment Problem", 1955, as shortest augmenting paths.
class Assignment {
 public:
  explicit Assignment(std::size_t size) : size_(size), costs_(size * size, 0) {}
  std::int64_t& cost(std::size_t row, std::size_t column) { return costs_[row * size_ + column]; }

  std::int64_t solve() {
    row_price_.assign(size_ + 1, 0);
    column_price_.assign(size_ + 1, 0);
    row_of_.assign(size_ + 1, 0);
    for (std::size_t row = 1; row <= size_; ++row) augment(row);
    std::int64_t sum = 0;
    for (std::size_t column = 1; column <= size_; ++column) sum += cost(row_of_[column] - 1, column - 1);
    return sum;
  }

 private:
  void augment(std::size_t row) {
    constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max() / 2;
    std::vector<std::int64_t> distance(size_ + 1, far);
    std::vector<std::size_t> from(size_ + 1, 0);
    std::vector<bool> done(size_ + 1);
    row_of_[0] = row;
    std::size_t column = 0;
    while (row_of_[column] != 0) {
      done[column] = true;
      const std::size_t at = row_of_[column];
      std::int64_t step = far;
      std::size_t nearest = 0;
      for (std::size_t j = 1; j <= size_; ++j) {
        if (done[j]) continue;
        const std::int64_t reduced = costs_[(at - 1) * size_ + j - 1] - row_price_[at] - column_price_[j];
        if (reduced < distance[j]) {
          distance[j] = reduced;
          from[j] = column;
        }
        if (distance[j] < step) {
          step = distance[j];
          nearest = j;
        }
      }
      for (std::size_t j = 0; j <= size_; ++j) {
        if (done[j]) {
          row_price_[row_of_[j]] += step;
          column_price_[j] -= step;
        } else {
          distance[j] -= step;
        }
      }
      column = nearest;
    }
    while (column != 0) {
      row_of_[column] = row_of_[from[column]];
      column = from[column];
    }
  }

  std::size_t size_;
  std::vector<std::int64_t> costs_;
  std::vector<std::int64_t> row_price_;
  std::vector<std::int64_t> column_price_;
  std::vector<std::size_t> row_of_;  ///< by column, both from 1
};

/// A row and a column for each transaction; one more for before the first (tick 1) and behind the last.
std::int64_t chain_of(const Instance& batch, const std::vector<std::uint32_t>& set) {
  const std::size_t n = set.size();
  Assignment assignment(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      assignment.cost(i, j) = i == j ? forbidden : batch.separation->between(set[i], set[j]);
    }
    assignment.cost(i, n) = batch.transactions[set[i]].length - 1;
    assignment.cost(n, i) = 1;
  }
  assignment.cost(n, n) = forbidden;
  return assignment.solve();
}

/// Every two conflict in both orders, so that a separation holds whichever comes first.
bool conflicts_with_all(const Instance& batch, std::uint32_t one, const std::vector<std::uint32_t>& set) {
  return std::all_of(set.begin(), set.end(), [&](std::uint32_t other) {
    return one != other && batch.separation->between(one, other) != Separation::none &&
           batch.separation->between(other, one) != Separation::none;
  });
}

/// Drops transactions, one at a time and each looked at once, while the bound gets larger.
std::int64_t improved(const Instance& batch, std::vector<std::uint32_t> set) {
  std::int64_t best = chain_of(batch, set);
  if (set.size() > 120) return best;
  for (std::size_t i = 0; i < set.size() && set.size() > 2;) {
    std::vector<std::uint32_t> fewer = set;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const std::int64_t bound = chain_of(batch, fewer);
    if (bound > best) {
      best = bound;
      set = std::move(fewer);
    } else {
      ++i;
    }
  }
  return best;
}

std::vector<std::vector<std::uint32_t>> writers_by_key(const Instance& batch) {
  std::vector<std::vector<std::uint32_t>> writers(batch.keys.size());
  for (std::uint32_t i = 0; i < batch.transactions.size(); ++i) {
    for (const Operation& operation : batch.transactions[i].operations) {
      std::vector<std::uint32_t>& of_key = writers[operation.key];
      if (operation.write && (of_key.empty() || of_key.back() != i)) of_key.push_back(i);
    }
  }
  std::stable_sort(writers.begin(), writers.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  if (writers.size() > most_keys) writers.resize(most_keys);
  return writers;
}

}  // namespace

MakespanBounds makespan_bounds(const Instance& batch) {
  MakespanBounds bounds;
  for (const Transaction& transaction : batch.transactions) {
    bounds.longest = std::max(bounds.longest, static_cast<std::int32_t>(transaction.length));
  }
  std::vector<std::uint32_t> widest;
  std::int64_t widest_chain = 0;
  const auto look = [&](const std::vector<std::uint32_t>& set) {
    const std::int64_t chain = chain_of(batch, set);
    if (widest.empty() || chain > widest_chain) {
      widest = set;
      widest_chain = chain;
    }
  };
  for (std::vector<std::uint32_t> set : writers_by_key(batch)) {
    if (set.size() > most_in_a_set) set.resize(most_in_a_set);
    if (set.size() < 2) continue;
    look(set);
    for (std::uint32_t i = 0; i < batch.transactions.size() && set.size() < most_in_a_set; ++i) {
      if (conflicts_with_all(batch, i, set)) set.push_back(i);
    }
    look(set);
  }
  if (!widest.empty()) bounds.chain = static_cast<std::int32_t>(improved(batch, widest));
  return bounds;
}

}  // namespace syswright::transactions
