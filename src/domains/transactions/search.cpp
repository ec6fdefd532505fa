#include "domains/transactions/search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace syswright::transactions {
namespace {

/// Transactions in a row of earliest starts, a multiple of which a row has: the compiler makes vector code of it.
constexpr std::size_t lanes = 16;

/// Places orders quickly. T holds a tick: short ones go twice as fast.
template <typename T>
class Annealing {
 public:
  Annealing(const Instance& batch, std::vector<std::uint32_t> order)
      : count_(batch.transactions.size()),
        width_((count_ + lanes - 1) / lanes * lanes),
        after_(count_ * width_, lowest),
        rows_((count_ + 1) * width_, 1),
        scratch_(width_),
        lasts_(count_ + 1),
        sums_(count_ + 1),
        order_(std::move(order)) {
    for (std::size_t i = 0; i < count_; ++i) {
      lengths_.push_back(static_cast<std::int32_t>(batch.transactions[i].length));
      for (std::size_t j = 0; j < count_; ++j) {
        const std::int32_t ticks = batch.separation->between(i, j);
        if (ticks != Separation::none) after_[i * width_ + j] = static_cast<T>(ticks);
      }
    }
    keep(order_, 0);
  }

  std::vector<std::uint32_t> run(const SearchOptions& options, std::uint64_t number) {
    Random random(options.seed, "transactions search", number);
    std::vector<std::uint32_t> best = order_;
    std::vector<std::uint32_t> trial = order_;
    std::int64_t least = cost_;
    // Temperatures in ticks of makespan.
    constexpr double hot = 3;
    constexpr double cold = 0.05;
    double heat = hot;
    for (std::uint64_t i = 0; i < options.iterations; ++i) {
      if (i % 1024 == 0) {
        if (options.stop.stop_requested()) break;
        heat = hot * std::pow(cold / hot, static_cast<double>(i) / static_cast<double>(options.iterations));
      }
      const std::size_t a = random.below(count_);
      const std::size_t b = random.below(count_);
      if (a == b) continue;
      move(trial, a, b, random.chance(0.5));
      const double slack = -heat * std::log(1 - random.uniform());
      const std::int64_t limit = cost_ + static_cast<std::int64_t>(slack * static_cast<double>(tick()));
      const std::size_t from = std::min(a, b);
      if (!within(trial, from, limit)) {
        std::copy(order_.begin(), order_.end(), trial.begin());
        continue;
      }
      order_ = trial;
      keep(order_, from);
      if (cost_ < least) {
        least = cost_;
        best = order_;
      }
    }
    return best;
  }

 private:
  /// Below every sum of a start and a separation, and far enough from overflow.
  static constexpr T lowest = static_cast<T>(std::numeric_limits<T>::min() / 2);

  /// What a tick of makespan costs; a tick of one transaction's end costs 3.
  std::int64_t tick() const { return 100 * static_cast<std::int64_t>(count_); }

  static void move(std::vector<std::uint32_t>& order, std::size_t a, std::size_t b, bool swap) {
    const auto at = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    if (swap) {
      std::swap(order[a], order[b]);
    } else if (a < b) {
      std::rotate(at(a), at(a + 1), at(b + 1));
    } else {
      std::rotate(at(b), at(a), at(a + 1));
    }
  }

  /// into[j] = max(from[j], start + after[j])
  void push(const T* __restrict from, T* __restrict into, const T* __restrict after, T start) const {
    for (std::size_t block = 0; block < width_; block += lanes) {
      for (std::size_t j = 0; j < lanes; ++j) {
        const T later = static_cast<T>(start + after[block + j]);
        into[block + j] = from[block + j] < later ? later : from[block + j];
      }
    }
  }

  /// Whether the order costs at most `limit`; places before `from` are as in order_.
  bool within(const std::vector<std::uint32_t>& order, std::size_t from, std::int64_t limit) {
    const T* row = &rows_[from * width_];
    std::int32_t last = lasts_[from];
    std::int64_t sum = sums_[from];
    for (std::size_t place = from; place < count_; ++place) {
      const std::uint32_t one = order[place];
      const T start = row[one];
      const std::int32_t end = start + lengths_[one] - 1;
      last = std::max(last, end);
      sum += end;
      if (tick() * last + 3 * sum > limit) return false;
      if (row != scratch_.data()) {
        push(row, scratch_.data(), &after_[one * width_], start);
        row = scratch_.data();
      } else {
        push_in_place(&after_[one * width_], start);
      }
    }
    return true;
  }

  void push_in_place(const T* __restrict after, T start) {
    T* __restrict row = scratch_.data();
    for (std::size_t block = 0; block < width_; block += lanes) {
      for (std::size_t j = 0; j < lanes; ++j) {
        const T later = static_cast<T>(start + after[block + j]);
        row[block + j] = row[block + j] < later ? later : row[block + j];
      }
    }
  }

  /// Remembers every state of the order from a place on.
  void keep(const std::vector<std::uint32_t>& order, std::size_t from) {
    for (std::size_t place = from; place < count_; ++place) {
      const std::uint32_t one = order[place];
      const T start = rows_[place * width_ + one];
      const std::int32_t end = start + lengths_[one] - 1;
      lasts_[place + 1] = std::max(lasts_[place], end);
      sums_[place + 1] = sums_[place] + end;
      push(&rows_[place * width_], &rows_[(place + 1) * width_], &after_[one * width_], start);
    }
    cost_ = tick() * lasts_[count_] + 3 * sums_[count_];
  }

  std::size_t count_;
  std::size_t width_;
  std::vector<T> after_;  ///< [count][width]
  std::vector<T> rows_;   ///< [count + 1][width]: earliest starts before each place
  std::vector<T> scratch_;
  std::vector<std::int32_t> lengths_;
  std::vector<std::int32_t> lasts_;  ///< makespan before each place
  std::vector<std::int64_t> sums_;   ///< of ends before each place
  std::vector<std::uint32_t> order_;
  std::int64_t cost_ = 0;
};

}  // namespace

std::vector<std::uint32_t> greedy_order(const Instance& batch) {
  Placing placing(*batch.separation, batch.transactions);
  std::vector<std::uint32_t> order;
  while (placing.count() < batch.transactions.size()) {
    std::uint32_t best = 0;
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    for (std::uint32_t i = 0; i < batch.transactions.size(); ++i) {
      if (placing.placed(i) || placing.growth(i) >= least) continue;
      best = i;
      least = placing.growth(i);
    }
    placing.place(best);
    order.push_back(best);
  }
  return order;
}

std::vector<std::uint32_t> search_order(const Instance& batch, const SearchOptions& options) {
  std::vector<std::uint32_t> start = greedy_order(batch);
  // No start passes the sum of all lengths: half the range of a short is kept free for sums.
  if (batch.total_length() < 8'000) return Annealing<std::int16_t>(batch, std::move(start)).run(options, batch.number);
  return Annealing<std::int32_t>(batch, std::move(start)).run(options, batch.number);
}

std::int32_t makespan_of(const Instance& batch, const std::vector<std::uint32_t>& order) {
  Placing placing(*batch.separation, batch.transactions);
  for (const std::uint32_t one : order) placing.place(one);
  return placing.makespan();
}

}  // namespace syswright::transactions
