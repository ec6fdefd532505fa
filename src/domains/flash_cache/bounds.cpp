#include "domains/flash_cache/bounds.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace syswright::flash_cache {
namespace {

/// What a hit takes (bytes × requests) and gives.
struct Hit {
  double space = 0;
  std::uint32_t bytes = 0;
};

/// The most that hits can give in `space`, the last one in part. Sorted by what they give for it.
template <typename Value>
double most(const std::vector<Hit>& hits, double space, const Value& value) {
  double sum = 0;
  for (const Hit& hit : hits) {
    const double gives = value(hit);
    if (hit.space > space) return sum + gives * space / hit.space;
    space -= hit.space;
    sum += gives;
  }
  return sum;
}

}  // namespace

MissBound fewest_misses(const Setup& setup) {
  constexpr std::uint64_t unseen = ~std::uint64_t{0};
  const Requests& requests = *setup.requests;
  std::vector<std::uint64_t> last(requests.keys.size(), unseen);
  std::vector<std::uint32_t> least(requests.keys.size());
  std::vector<Hit> hits;
  std::uint64_t bytes_requested = 0;
  for (std::uint64_t i = setup.begin; i < setup.end; ++i) {
    const Object object = requests.objects[i];
    const std::uint32_t bytes = requests.bytes(i);
    const std::uint64_t before = std::exchange(last[object], i);
    const std::uint32_t size = least[object];
    least[object] = before == unseen ? bytes : std::min(bytes, size);
    if (i < setup.counted) continue;
    bytes_requested += bytes;
    if (before == unseen || size > setup.dram) continue;
    const std::uint64_t held = i - std::max(before, setup.counted) + (before < setup.counted ? 1 : 0);
    hits.push_back({static_cast<double>(held) * size, bytes});
  }
  const double space = static_cast<double>(setup.dram + setup.flash()) * static_cast<double>(setup.end - setup.counted);
  std::ranges::sort(hits, {}, &Hit::space);
  const double hit_count = most(hits, space, [](const Hit&) { return 1.0; });
  std::ranges::sort(hits, [](const Hit& a, const Hit& b) { return a.bytes * b.space > b.bytes * a.space; });
  const double hit_bytes = most(hits, space, [](const Hit& hit) { return static_cast<double>(hit.bytes); });
  return {setup.end - setup.counted - static_cast<std::uint64_t>(hit_count),
          bytes_requested - static_cast<std::uint64_t>(hit_bytes)};
}

}  // namespace syswright::flash_cache
