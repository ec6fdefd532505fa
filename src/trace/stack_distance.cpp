#include "trace/stack_distance.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>

#include "base/error.h"
#include "base/random.h"

namespace syswright::trace {
namespace {

constexpr std::uint32_t fewest_places = 1024;

/// Hits by the smallest of the asked capacities that has them, weighted.
class Histogram {
 public:
  explicit Histogram(std::span<const std::uint64_t> capacities)
      : capacities_(capacities.begin(), capacities.end()), hits_(capacities.size()) {
    if (capacities_.empty()) throw InputError("a miss-ratio curve needs at least one capacity");
    order_.resize(capacities_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::ranges::sort(order_, {}, [this](std::size_t i) { return capacities_[i]; });
    for (const std::size_t i : order_) rising_.push_back(static_cast<double>(capacities_[i]));
    if (rising_.front() < 1) throw InputError("a capacity of 0 objects is no cache; give at least 1");
  }

  /// distance: in objects of the whole trace.
  void hit(double distance, double weight) {
    const auto place = std::ranges::lower_bound(rising_, distance) - rising_.begin();
    if (place < static_cast<std::ptrdiff_t>(hits_.size())) hits_[static_cast<std::size_t>(place)] += weight;
  }
  void scale(double factor) {
    for (double& hits : hits_) hits *= factor;
  }

  /// requests: weighted as the hits are. surplus: requests that count as hits everywhere.
  MissRatioCurve curve(double requests, double surplus) const {
    MissRatioCurve curve{.capacities = capacities_, .misses = std::vector<double>(capacities_.size())};
    double hits = surplus;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      hits += hits_[i];
      curve.misses[order_[i]] = requests > 0 ? std::clamp((requests - hits) / requests, 0.0, 1.0) : 1;
    }
    return curve;
  }

 private:
  std::vector<std::uint64_t> capacities_;
  std::vector<std::size_t> order_;  // of the capacities, rising
  std::vector<double> rising_;
  std::vector<double> hits_;  // by place in rising_
};

/// The hash below which keys are sampled.
std::uint64_t threshold_of(double rate) {
  if (!(rate > 0 && rate <= 1))
    throw InputError("the sampling rate is " + std::to_string(rate) + "; give 0 < rate <= 1");
  return rate >= 1 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(std::ldexp(rate, 64));
}
double rate_of(std::uint64_t threshold) { return std::ldexp(static_cast<double>(threshold), -64); }

}  // namespace

StackDistance::StackDistance(std::size_t objects) {
  const auto places = std::max<std::uint64_t>(fewest_places, 2 * std::uint64_t{objects});
  tree_.resize(std::min<std::uint64_t>(places, std::numeric_limits<std::uint32_t>::max() / 2) + 1);
  holder_.resize(tree_.size());
  place_.reserve(objects);
}

void StackDistance::add(std::uint32_t place, std::int32_t change) {
  for (; place < tree_.size(); place += place & (~place + 1)) tree_[place] += static_cast<std::uint32_t>(change);
}

std::uint32_t StackDistance::sum(std::uint32_t place) const {
  std::uint32_t total = 0;
  for (; place > 0; place &= place - 1) total += tree_[place];
  return total;
}

/// The live objects move to the first places, in their order; as many again and more are free behind them.
void StackDistance::deal_anew() {
  std::vector<std::uint32_t> order;
  order.reserve(live_);
  for (std::uint32_t place = 1; place < next_; ++place) {
    if (holder_[place] < place_.size() && place_[holder_[place]] == place) order.push_back(holder_[place]);
  }
  const std::size_t places = std::max<std::size_t>(fewest_places, 2 * order.size());
  if (places + 1 > tree_.size()) {
    tree_.resize(places + 1);
    holder_.resize(places + 1);
  }
  next_ = 1;
  for (const std::uint32_t object : order) {
    place_[object] = next_;
    holder_[next_++] = object;
  }
  // Built in one go: each node is the sum of a stretch that ends at it.
  for (std::uint32_t place = 1; place < tree_.size(); ++place) {
    const std::uint32_t begin = place & (place - 1);
    const std::uint32_t held = next_ - 1;
    tree_[place] = std::min(place, held) - std::min(begin, held);
  }
}

std::uint64_t StackDistance::request(std::uint32_t object) {
  if (object >= place_.size()) place_.resize(object + std::size_t{1}, nowhere);
  if (next_ == tree_.size()) deal_anew();
  const std::uint32_t before = place_[object];
  std::uint64_t distance = first_request;
  if (before == nowhere) {
    ++live_;
  } else {
    distance = live_ - sum(before) + 1;
    add(before, -1);
  }
  place_[object] = next_;
  holder_[next_] = object;
  add(next_++, 1);
  return distance;
}

void StackDistance::forget(std::uint32_t object) {
  if (object >= place_.size() || place_[object] == nowhere) return;
  add(place_[object], -1);
  place_[object] = nowhere;
  --live_;
}

MissRatioCurve lru_curve(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities) {
  Histogram histogram(capacities);
  KeyIndex index;
  StackDistance stack;
  for (const std::uint64_t key : keys) {
    const std::uint64_t distance = stack.request(index.number(key));
    if (distance != StackDistance::first_request) histogram.hit(static_cast<double>(distance), 1);
  }
  MissRatioCurve curve = histogram.curve(static_cast<double>(keys.size()), 0);
  curve.sampled_requests = keys.size();
  curve.sampled_objects = index.size();
  return curve;
}

MissRatioCurve shards_curve(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities, double rate,
                            std::uint64_t seed) {
  Histogram histogram(capacities);
  const std::uint64_t threshold = threshold_of(rate);
  const std::uint64_t salt = mix64(seed);
  KeyIndex index;
  StackDistance stack;
  std::uint64_t sampled = 0;
  // Keys that pass are gathered first: a loop without branches that the compiler can make wide.
  constexpr std::size_t batch = 4096;
  std::vector<std::uint64_t> passed(batch);
  for (std::size_t from = 0; from < keys.size(); from += batch) {
    const std::size_t to = std::min(keys.size(), from + batch);
    std::size_t count = 0;
    for (std::size_t i = from; i < to; ++i) {
      passed[count] = keys[i];
      count += mix64(keys[i] ^ salt) <= threshold ? 1 : 0;
    }
    sampled += count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t distance = stack.request(index.number(passed[i]));
      if (distance != StackDistance::first_request) histogram.hit(static_cast<double>(distance) / rate, 1);
    }
  }
  const double expected = rate * static_cast<double>(keys.size());
  MissRatioCurve curve = histogram.curve(expected, expected - static_cast<double>(sampled));
  curve.sampled_requests = sampled;
  curve.sampled_objects = index.size();
  return curve;
}

MissRatioCurve shards_curve_of_size(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> capacities,
                                    std::size_t objects, double rate, std::uint64_t seed) {
  if (objects == 0) throw InputError("SHARDS of a fixed size needs room for at least 1 object");
  Histogram histogram(capacities);
  std::uint64_t threshold = threshold_of(rate);
  const std::uint64_t salt = mix64(seed);
  // Numbers are used again, so that memory stays what `objects` asks for.
  std::priority_queue<std::pair<std::uint64_t, std::uint64_t>> largest;  // hash, key
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;              // of keys
  std::vector<std::uint32_t> free;
  StackDistance stack(objects);
  double counted = 0;  // requests, weighted as the histogram is
  double expected = 0;
  std::uint64_t sampled = 0;
  for (const std::uint64_t key : keys) {
    expected += rate;
    const std::uint64_t hash = mix64(key ^ salt);
    if (hash > threshold) continue;
    ++sampled;
    const auto next = static_cast<std::uint32_t>(free.empty() ? numbers.size() : free.back());
    const auto [place, is_new] = numbers.try_emplace(key, next);
    if (is_new && !free.empty()) free.pop_back();
    const std::uint64_t distance = stack.request(place->second);
    counted += 1;
    if (distance != StackDistance::first_request) {
      histogram.hit(static_cast<double>(distance) / rate, 1);
      continue;
    }
    largest.emplace(hash, key);
    if (numbers.size() <= objects) continue;
    // One too many: those with the largest hash go, and the rate falls below it.
    const std::uint64_t gone = largest.top().first;
    while (!largest.empty() && largest.top().first == gone) {
      const auto lost = numbers.find(largest.top().second);
      stack.forget(lost->second);
      free.push_back(lost->second);
      numbers.erase(lost);
      largest.pop();
    }
    threshold = gone - 1;
    const double lower = rate_of(threshold);
    histogram.scale(lower / rate);
    counted *= lower / rate;
    expected *= lower / rate;
    rate = lower;
  }
  MissRatioCurve curve = histogram.curve(expected, expected - counted);
  curve.sampled_requests = sampled;
  curve.sampled_objects = numbers.size();
  return curve;
}

double mean_absolute_error(const MissRatioCurve& a, const MissRatioCurve& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.misses.size(); ++i) sum += std::abs(a.misses[i] - b.misses[i]);
  return a.misses.empty() ? 0 : sum / static_cast<double>(a.misses.size());
}

}  // namespace syswright::trace
