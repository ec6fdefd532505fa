#include <algorithm>
#include <functional>

#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

// The paper names the parts; where we know no value of a constant, it is ours.
constexpr double short_weight = 0.7;  ///< of the new value
constexpr double long_weight = 0.1;
constexpr double short_share = 0.3;       ///< of the score, as long as nothing changes
constexpr double short_share_late = 0.7;  ///< and after a change
constexpr std::uint32_t late_rounds = 5;
constexpr std::uint32_t rounds_on_top = 2;  ///< before a slow page may go up
constexpr double horizon = 16;              ///< rounds in which a swap must have paid for itself
constexpr double tolerance = 0.005;         ///< Page–Hinkley
constexpr double alarm = 0.15;

/// Scores pages by a short and a long moving average of their samples. A Page–Hinkley test on the share of slow samples
/// says when the program has changed: for some rounds the short average then weighs more, and rounds come twice as
/// often. A slow page goes up once it was among the best that fit for two rounds, if what it saves over the page in
/// whose place it comes pays for both moves.
class Arms final : public NativePolicy {
 public:
  explicit Arms(const Setup& setup)
      : capacity_(setup.fast), averages_(setup.run->pages()), scores_(setup.run->pages()), on_top_(setup.run->pages()) {
    // In samples a round: a sample stands for `period` accesses, each of which saves the difference of latencies.
    const double saved = saving_per_sample(setup);
    move_worth_ = saved <= 0 ? 0 : 2 * static_cast<double>(setup.costs.move) * 1e-12 / (saved * horizon);
  }

  void look(const Tiers& tiers) override {
    if (tiers.gap() == 0) return;
    watch(tiers.slow_share());
    const double share = late_ > 0 ? short_share_late : short_share;
    for (Page page = 0; page < tiers.pages(); ++page) {
      const double rate = static_cast<double>(tiers.samples(page)) * 4 / tiers.gap();
      Averages& average = averages_[page];
      average.brief += short_weight * (rate - average.brief);
      average.lasting += long_weight * (rate - average.lasting);
      scores_[page] = share * average.brief + (1 - share) * average.lasting;
    }
    count_rounds_on_top(tiers);
  }
  double score(const Tiers& tiers, Page page) const override {
    if (tiers.fast(page)) return scores_[page] + move_worth_;
    return on_top_[page] >= rounds_on_top ? scores_[page] : -1;
  }
  double interval() const override { return late_ > 0 ? 2 : 4; }

 private:
  struct Averages {
    double brief = 0;
    double lasting = 0;
  };

  static double saving_per_sample(const Setup& setup) {
    const Device& slow = setup.costs.hardware.slow;
    const Device& fast = setup.costs.hardware.fast;
    const double period = setup.visibility == Visibility::samples ? setup.sampling.period : 1;
    return slow.read_latency <= fast.read_latency
               ? 0
               : period * seconds(setup.costs, slow.read_latency - fast.read_latency);
  }

  /// Page–Hinkley: the sum of what lies above the mean so far, less a tolerance, rises by more than the alarm.
  void watch(double value) {
    if (late_ > 0) --late_;
    ++seen_;
    mean_ += (value - mean_) / seen_;
    sum_ += value - mean_ - tolerance;
    lowest_ = std::min(lowest_, sum_);
    if (sum_ - lowest_ <= alarm) return;
    late_ = late_rounds;
    seen_ = mean_ = sum_ = lowest_ = 0;
  }

  void count_rounds_on_top(const Tiers& tiers) {
    if (capacity_ >= scores_.size()) return;
    std::vector<double> sorted = scores_;
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(capacity_ - 1);
    std::nth_element(sorted.begin(), last, sorted.end(), std::greater<>());
    for (Page page = 0; page < tiers.pages(); ++page) {
      const bool top = scores_[page] > 0 && scores_[page] >= *last;
      on_top_[page] = top ? std::min(on_top_[page] + 1, rounds_on_top) : 0;
    }
  }

  std::size_t capacity_;
  double move_worth_ = 0;
  std::uint32_t late_ = 0;
  double seen_ = 0;
  double mean_ = 0;
  double sum_ = 0;
  double lowest_ = 0;
  std::vector<Averages> averages_;
  std::vector<double> scores_;
  std::vector<std::uint32_t> on_top_;
};

}  // namespace

std::unique_ptr<NativePolicy> make_arms(const Setup& setup) { return std::make_unique<Arms>(setup); }

}  // namespace syswright::tiering
