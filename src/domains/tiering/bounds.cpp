#include "domains/tiering/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace syswright::tiering {
namespace {

/// Accesses of a page in a tick: what they cost in slow memory over what they cost in fast memory, in scaled units.
struct Use {
  std::uint32_t tick;
  double gain;
};

class Relaxation {
 public:
  explicit Relaxation(const Setup& setup)
      : places_(setup.fast), ticks_(setup.ticks()), prices_(setup.ticks()), sums_(setup.ticks() + 1) {
    const PageRun& run = *setup.run;
    const Device& fast = setup.costs.hardware.fast;
    const Device& slow = setup.costs.hardware.slow;
    const auto gain_of = [](Picoseconds much, Picoseconds little) {
      return static_cast<double>(much) - static_cast<double>(little);
    };
    const double read_gain = gain_of(slow.read_latency, fast.read_latency);
    const double write_gain = gain_of(slow.write_latency, fast.write_latency);
    move_ = static_cast<double>(setup.costs.parallelism) * static_cast<double>(setup.costs.move);
    first_.assign(run.pages() + 1, 0);
    const std::uint64_t begin = run.start[setup.from];
    const std::uint64_t end = run.start[setup.to];
    for (std::uint64_t i = begin; i < end; ++i) ++first_[run.page[i] + 1];
    for (std::size_t page = 0; page < run.pages(); ++page) first_[page + 1] += first_[page];
    uses_.resize(end - begin);
    went_.resize(end - begin);
    std::vector<std::uint64_t> at(first_.begin(), first_.end() - 1);
    for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
      base_ += static_cast<double>(run.tick_reads[setup.from + tick] * fast.read_latency +
                                   run.tick_writes[setup.from + tick] * fast.write_latency);
      for (std::uint64_t i = run.start[setup.from + tick]; i < run.start[setup.from + tick + 1]; ++i) {
        uses_[at[run.page[i]]++] = {tick, run.reads[i] * read_gain + run.writes[i] * write_gain};
      }
    }
  }

  double best(std::uint32_t iterations) {
    double best = evaluate();
    // One price for all ticks, found by golden section: the bound is concave in it.
    double low = 0;
    double high = highest_gain();
    for (std::uint32_t i = 0; i < std::min(iterations / 3, 20u); ++i) {
      const double a = low + 0.382 * (high - low);
      const double b = low + 0.618 * (high - low);
      if (uniform(a) > uniform(b)) {
        high = b;
      } else {
        low = a;
      }
    }
    best = std::max(best, uniform((low + high) / 2));
    std::vector<double> best_prices = prices_;
    double reach = 0.02 * std::max(best - base_, 0.01 * base_);
    std::uint32_t without = 0;
    for (std::uint32_t i = 0; i < iterations / 3; ++i) {
      const double now = evaluate();
      if (now > best) {
        best = now;
        best_prices = prices_;
        without = 0;
      } else if (++without >= 3) {
        reach /= 2;
        without = 0;
        prices_ = best_prices;
        evaluate();
      }
      double norm = 0;
      for (const double excess : excess_) norm += excess * excess;
      if (norm == 0) break;
      const double step = reach / norm;
      for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
        prices_[tick] = std::max(0.0, prices_[tick] + step * excess_[tick]);
      }
    }
    return best;
  }

 private:
  double uniform(double price) {
    std::fill(prices_.begin(), prices_.end(), price);
    return evaluate();
  }

  double highest_gain() const {
    double highest = 1;
    for (const Use& use : uses_) highest = std::max(highest, use.gain);
    return highest;
  }

  /// The bound with these prices; also how many pages more than fit would be fast in each tick.
  double evaluate() {
    double rent = 0;
    for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
      sums_[tick + 1] = sums_[tick] + prices_[tick];
      rent += prices_[tick];
    }
    excess_.assign(ticks_ + 1, 0);
    double total = base_ - rent * places_;
    for (std::size_t page = 0; page + 1 < first_.size(); ++page) total += solve(first_[page], first_[page + 1]);
    double occupied = 0;
    for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
      occupied += excess_[tick];
      excess_[tick] = occupied - places_;
    }
    excess_.resize(ticks_);
    return total;
  }

  /// Cheapest for one page: where it is in each of the ticks in which it is accessed. Between two of these it stays
  /// fast and pays rent, or comes back later. Adds the ticks in which it is fast to excess_, as differences.
  double solve(std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return 0;
    constexpr std::uint8_t fast_from_slow = 1;
    constexpr std::uint8_t slow_from_fast = 2;
    constexpr std::uint8_t fast_left_between = 4;
    double fast = prices_[uses_[begin].tick];
    double slow = uses_[begin].gain;
    went_[begin] = 0;
    for (std::uint64_t i = begin + 1; i < end; ++i) {
      const std::uint32_t tick = uses_[i].tick;
      const double rent = sums_[tick] - sums_[uses_[i - 1].tick + 1];
      std::uint8_t went = 0;
      double stay = fast + rent;
      if (const double back = fast + 2 * move_; back < stay) {
        stay = back;
        went |= fast_left_between;
      }
      if (const double up = slow + move_; up < stay) {
        stay = up;
        went |= fast_from_slow;
      }
      double down = slow;
      if (const double dropped = fast + move_; dropped < down) {
        down = dropped;
        went |= slow_from_fast;
      }
      fast = stay + prices_[tick];
      slow = down + uses_[i].gain;
      went_[i] = went;
    }
    bool is_fast = fast < slow;
    for (std::uint64_t i = end; i-- > begin;) {
      const std::uint32_t tick = uses_[i].tick;
      if (is_fast) {
        const bool stayed = i > begin && (went_[i] & (fast_from_slow | fast_left_between)) == 0;
        excess_[stayed ? uses_[i - 1].tick + 1 : tick] += 1;
        excess_[tick + 1] -= 1;
        is_fast = i == begin || (went_[i] & fast_from_slow) == 0;
      } else {
        is_fast = i > begin && (went_[i] & slow_from_fast) != 0;
      }
    }
    return std::min(fast, slow);
  }

  double places_;
  std::uint32_t ticks_;
  double move_ = 0;
  double base_ = 0;                   ///< all accesses in fast memory
  std::vector<std::uint64_t> first_;  ///< [pages + 1] into uses_
  std::vector<Use> uses_;             ///< by page, then by tick
  std::vector<std::uint8_t> went_;    ///< [uses] where the best way to be there came from
  std::vector<double> prices_;        ///< [ticks] of a place in fast memory
  std::vector<double> sums_;          ///< [ticks + 1]
  std::vector<double> excess_;        ///< [ticks]
};

}  // namespace

double offline_bound(const Setup& setup, const OfflineOptions& options) {
  Relaxation relaxation(setup);
  // Sums of doubles: what rounding can have added is taken off.
  const double scaled = relaxation.best(options.iterations) * (1 - 1e-9);
  return std::max(scaled, 0.0) / (static_cast<double>(setup.costs.parallelism) * 1e12);
}

}  // namespace syswright::tiering
