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
    home_ = first_touch(run, setup.fast);
    for (const std::uint32_t born : run.born) birth_.push_back(std::max(born, setup.from) - setup.from);
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
    const std::uint32_t search = std::min(iterations / 4, 16u);
    const double start = one_price_for_all(search);
    double best = std::max(base_, uniform(start));
    std::vector<double> best_prices = prices_;
    double reach = 0.25 * std::max(best - base_, 0.1 * base_);
    std::uint32_t without = 0;
    for (std::uint32_t i = search; i < iterations; ++i) {
      double norm = 0;
      for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
        // A price that is 0 already cannot fall.
        if (prices_[tick] > 0 || excess_[tick] > 0) norm += excess_[tick] * excess_[tick];
      }
      if (norm == 0) break;
      const double step = reach / norm;
      for (std::uint32_t tick = 0; tick < ticks_; ++tick) {
        prices_[tick] = std::max(0.0, prices_[tick] + step * excess_[tick]);
      }
      const double now = evaluate();
      if (now > best) {
        best = now;
        best_prices = prices_;
        reach *= 1.2;
        without = 0;
      } else if (++without == 3) {
        reach /= 2;
        without = 0;
        prices_ = best_prices;
        evaluate();
      }
    }
    return best;
  }

 private:
  /// Golden section on the price's logarithm: the bound is concave in a price that is the same for all ticks, and so
  /// has one peak. One evaluation each.
  double one_price_for_all(std::uint32_t evaluations) {
    constexpr double golden = 0.6180339887498949;
    double high = std::log(highest_gain());
    double low = high - 12;
    double a = high - golden * (high - low);
    double b = low + golden * (high - low);
    double at_a = uniform(std::exp(a));
    double at_b = uniform(std::exp(b));
    for (std::uint32_t i = 2; i < evaluations; ++i) {
      if (at_a >= at_b) {
        high = b;
        b = a;
        at_b = at_a;
        a = high - golden * (high - low);
        at_a = uniform(std::exp(a));
      } else {
        low = a;
        a = b;
        at_a = at_b;
        b = low + golden * (high - low);
        at_b = uniform(std::exp(b));
      }
    }
    return std::exp(at_a >= at_b ? a : b);
  }

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
    for (std::size_t page = 0; page + 1 < first_.size(); ++page) total += solve(page);
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
  double solve(std::size_t page) {
    const std::uint64_t begin = first_[page];
    const std::uint64_t end = first_[page + 1];
    if (birth_[page] >= ticks_) return 0;
    constexpr std::uint8_t fast_from_slow = 1;
    constexpr std::uint8_t slow_from_fast = 2;
    constexpr std::uint8_t fast_left_between = 4;
    constexpr double never = 1e300;
    double fast = home_[page] != 0 ? 0 : never;
    double slow = home_[page] != 0 ? never : 0;
    for (std::uint64_t i = begin; i < end; ++i) {
      const std::uint32_t tick = uses_[i].tick;
      const double rent = sums_[tick] - sums_[since(page, i)];
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
    // Behind the last use it stays, or leaves once more.
    const std::uint32_t after = since(page, end);
    const double stay = sums_[ticks_] - sums_[after];
    const double finish = fast + std::min(stay, move_);
    bool is_fast = finish < slow;
    if (is_fast && stay <= move_) {
      excess_[after] += 1;
      excess_[ticks_] -= 1;
    }
    for (std::uint64_t i = end; i-- > begin;) {
      const std::uint32_t tick = uses_[i].tick;
      if (is_fast) {
        const bool stayed = (went_[i] & (fast_from_slow | fast_left_between)) == 0;
        excess_[stayed ? since(page, i) : tick] += 1;
        excess_[tick + 1] -= 1;
        is_fast = (went_[i] & fast_from_slow) == 0;
      } else {
        is_fast = (went_[i] & slow_from_fast) != 0;
      }
    }
    return std::min(finish, slow);
  }

  /// First tick behind the use before this one; of the first use, that of the page's birth.
  std::uint32_t since(std::size_t page, std::uint64_t use) const {
    return use == first_[page] ? birth_[page] : uses_[use - 1].tick + 1;
  }

  double places_;
  std::uint32_t ticks_;
  double move_ = 0;
  double base_ = 0;                   ///< all accesses in fast memory
  std::vector<std::uint64_t> first_;  ///< [pages + 1] into uses_
  std::vector<std::uint8_t> home_;    ///< [pages] 1: it begins in fast memory
  std::vector<std::uint32_t> birth_;  ///< [pages] tick
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
