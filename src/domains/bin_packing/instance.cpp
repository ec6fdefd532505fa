#include "domains/bin_packing/instance.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <unordered_map>

#include "base/random.h"

namespace syswright::bin_packing {

std::uint64_t Instance::total() const { return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}); }

namespace {

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

std::uint64_t volume_bound(const Instance& instance) {
  return std::max<std::uint64_t>(divide_up(instance.total(), instance.capacity), 1);
}

std::uint64_t separation_bound(const Instance& instance) {
  std::vector<std::uint64_t> sizes(instance.sizes.begin(), instance.sizes.end());
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  std::vector<std::uint64_t> sums(sizes.size() + 1);
  std::partial_sum(sizes.begin(), sizes.end(), sums.begin() + 1);
  const std::uint64_t capacity = instance.capacity;
  // Of the sizes, largest first: how many are larger than a limit.
  const auto above = [&](std::uint64_t limit) {
    const auto end = std::upper_bound(sizes.begin(), sizes.end(), limit, std::greater_equal<>());
    return static_cast<std::uint64_t>(end - sizes.begin());
  };
  const std::uint64_t half = above(capacity / 2);
  std::uint64_t best = volume_bound(instance);
  for (std::size_t i = half; i < sizes.size(); ++i) {
    if (i > half && sizes[i] == sizes[i - 1]) continue;
    const std::uint64_t least = sizes[i];  // k: at most half of the capacity, as `half` are larger
    const std::uint64_t alone = above(capacity - least);
    const std::uint64_t small = sums[above(least - 1)] - sums[half];
    const std::uint64_t beside = (half - alone) * capacity - (sums[half] - sums[alone]);
    best = std::max(best, half + (small > beside ? divide_up(small - beside, capacity) : 0));
  }
  return std::max(best, half);
}

std::vector<std::uint64_t> pack_all_at_once(const Instance& instance) {
  std::vector<std::size_t> order(instance.sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return instance.sizes[a] > instance.sizes[b]; });
  std::set<std::pair<std::uint32_t, std::uint64_t>> open;  // room, bin
  std::vector<std::uint64_t> bins(order.size());
  std::uint64_t opened = 0;
  for (const std::size_t item : order) {
    const std::uint32_t size = instance.sizes[item];
    const auto tightest = open.lower_bound({size, 0});
    std::pair<std::uint32_t, std::uint64_t> bin{instance.capacity, opened};
    if (tightest != open.end()) {
      bin = *tightest;
      open.erase(tightest);
    } else {
      ++opened;
    }
    bins[item] = bin.second;
    if (bin.first > size) open.emplace(bin.first - size, bin.second);
  }
  std::unordered_map<std::uint64_t, std::uint64_t> renamed;
  for (std::uint64_t& bin : bins) bin = renamed.try_emplace(bin, renamed.size()).first->second;
  return bins;
}

std::vector<double> metrics_of(const Instance& instance, std::uint64_t bins, std::uint64_t placed) {
  const auto count = static_cast<double>(bins);
  const auto least = static_cast<double>(volume_bound(instance));
  const double fill = bins == 0 ? 0 : static_cast<double>(placed) / (count * static_cast<double>(instance.capacity));
  return {(count - least) / least, count, fill};
}

Instance generate(const GeneratorOptions& options) {
  const bool weibull = options.distribution == Distribution::weibull;
  Random random(options.seed, weibull ? "bin packing, weibull" : "bin packing, uniform", options.number);
  Instance instance;
  instance.name = "instance " + std::to_string(options.number);
  instance.number = options.number;
  instance.capacity = options.capacity;
  instance.sizes.reserve(options.items);
  for (std::uint64_t i = 0; i < options.items; ++i) {
    // The quantile function of the Weibull distribution, of a draw from the exponential one.
    const double drawn =
        weibull ? std::round(45 * std::cbrt(random.exponential())) : 20 + static_cast<double>(random.below(81));
    instance.sizes.push_back(static_cast<std::uint32_t>(std::clamp(drawn, 1.0, 100.0)));
  }
  return instance;
}

}  // namespace syswright::bin_packing
