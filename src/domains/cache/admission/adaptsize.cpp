#include "domains/cache/admission/adaptsize.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace syswright::cache {
namespace {

constexpr double steps_in_octave = 16;
constexpr int bisections = 60;
constexpr double climb = 0.25;  // octaves

std::int64_t step_of(double value) { return std::llround(steps_in_octave * std::log2(value)); }
double value_of(std::int64_t step) { return std::exp2(static_cast<double>(step) / steps_in_octave); }

/// A group with what does not change while T is sought.
struct Share {
  std::size_t rate = 0;  ///< into the distinct rates
  double occupied = 0;   ///< by all of its objects
  double chance = 0;     ///< of being taken in
};

class Model {
 public:
  Model(const std::vector<SizeGroup>& groups, bool in_bytes, double c) {
    for (const SizeGroup& group : groups) {
      if (rates_.empty() || rates_.back() != group.rate) rates_.push_back(group.rate);
      shares_.push_back({rates_.size() - 1, group.objects * (in_bytes ? group.bytes : 1), std::exp(-group.bytes / c)});
    }
    grown_.resize(rates_.size());
  }

  /// log2 of the time at which the content fills the capacity.
  double fill_time(double capacity) {
    double low = -64;
    double high = 64;
    for (int i = 0; i < bisections; ++i) {
      const double middle = (low + high) / 2;
      (content(middle) > capacity ? high : low) = middle;
    }
    return high;
  }

  double hit_ratio(const std::vector<SizeGroup>& groups, double time) {
    grow(time);
    double hits = 0;
    double requests = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const double rate = groups[i].rate * groups[i].objects;
      hits += rate * present(shares_[i]);
      requests += rate;
    }
    return hits / requests;
  }

 private:
  void grow(double time) {
    for (std::size_t i = 0; i < rates_.size(); ++i) grown_[i] = std::expm1(rates_[i] * std::exp2(time));
  }
  double present(const Share& share) const {
    const double a = grown_[share.rate] * share.chance;
    // exp(r T) overflows long before it matters; where the chance is 0 as well, the object is never taken in.
    return share.chance == 0 ? 0 : std::isinf(a) ? 1 : a / (1 + a);
  }
  double content(double time) {
    grow(time);
    double sum = 0;
    for (const Share& share : shares_) sum += share.occupied * present(share);
    return sum;
  }

  std::vector<double> rates_;
  std::vector<double> grown_;
  std::vector<Share> shares_;
};

}  // namespace

double adaptsize_hit_ratio(const std::vector<SizeGroup>& groups, double capacity, bool in_bytes, double c) {
  Model model(groups, in_bytes, c);
  return model.hit_ratio(groups, model.fill_time(capacity));
}

AdaptSize::AdaptSize(const AdmissionSetup& setup)
    : setup_(setup), counts_(setup.objects), rates_(setup.objects), bytes_(setup.objects) {}

bool AdaptSize::takes(std::uint32_t bytes, double draw) const { return draw < std::exp(-(bytes / c_)); }

void AdaptSize::reconfigure() {
  met_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // rate and size of each known object
  std::erase_if(known_, [&](Object object) {
    const double rate = keep * growth_ * rates_[object] + (1 - keep) * counts_[object];
    counts_[object] = 0;
    rates_[object] = rate < least_rate ? 0 : static_cast<float>(rate);
    if (rates_[object] == 0) return true;
    steps.emplace_back(step_of(rates_[object]), step_of(bytes_[object]));
    return false;
  });
  const std::uint64_t next = std::min(2 * interval_, longest_interval);
  growth_ = static_cast<double>(next) / static_cast<double>(interval_);
  interval_ = next;
  if (steps.empty()) return;
  std::ranges::sort(steps);
  std::vector<SizeGroup> groups;
  std::int64_t smallest = steps.front().second;
  std::int64_t largest = smallest;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == 0 || steps[i] != steps[i - 1]) groups.push_back({value_of(steps[i].first), value_of(steps[i].second), 0});
    groups.back().objects += 1;
    smallest = std::min(smallest, steps[i].second);
    largest = std::max(largest, steps[i].second);
  }
  const auto expected = [&](double octave) {
    return adaptsize_hit_ratio(groups, static_cast<double>(setup_.capacity), setup_.in_bytes, std::exp2(octave));
  };
  // From where half of the smallest is refused to where the largest is taken nearly always.
  const double first = std::floor(static_cast<double>(smallest) / steps_in_octave);
  const double last = std::ceil(static_cast<double>(largest) / steps_in_octave) + 6;
  double best = last;
  double most = expected(last);
  for (double octave = last - 1; octave >= first; --octave) {
    const double hits = expected(octave);
    if (hits > better * most) std::tie(best, most) = std::pair(octave, hits);
  }
  for (const double step : {climb, -climb}) {
    for (double hits = expected(best + step); hits > better * most && std::abs(best) < 64;
         hits = expected(best + step)) {
      best += step;
      most = hits;
    }
  }
  c_ = std::exp2(best);
}

}  // namespace syswright::cache
