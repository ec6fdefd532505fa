#include "domains/cache/bounds.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "domains/cache/belady.h"

namespace syswright::cache {

namespace {

__extension__ using Wide = unsigned __int128;

/// What one hit takes and gives.
struct Hit {
  std::uint64_t space = 0;  ///< size × requests between
  std::uint32_t bytes = 0;
};

/// Every hit that a cache of unlimited size would have in the counted part, but for objects larger than the cache.
std::vector<Hit> possible_hits(const Requests& requests, const Window& window, const Capacity& capacity) {
  constexpr std::uint64_t unseen = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> last(requests.object_count(), unseen);
  std::vector<std::uint32_t> least_size(capacity.in_bytes ? requests.object_count() : 0);
  std::vector<Hit> hits;
  for (std::uint64_t i = window.begin; i < window.end; ++i) {
    const Object object = requests.objects[i];
    const std::uint32_t bytes = requests.request_bytes(i);
    const std::uint64_t before = last[object];
    last[object] = i;
    const std::uint32_t size = capacity.in_bytes && before != unseen ? least_size[object] : 1;
    if (capacity.in_bytes) {
      least_size[object] = before == unseen ? bytes : std::min(bytes, least_size[object]);
    }
    if (before == unseen || i < window.counted || size > capacity.amount) continue;
    // The cache's content counts after each request; the first that is charged is the one just before `counted`.
    const std::uint64_t held = before >= window.counted ? i - before : i - window.counted + 1;
    if (held > std::numeric_limits<std::uint64_t>::max() / size) throw InputError("the window is too long for a bound");
    hits.push_back({held * size, bytes});
  }
  return hits;
}

/// The most that hits worth value(hit) each can add up to in `space`, rounded down. Sorted by value for the space.
template <typename Value>
std::uint64_t most_value(const std::vector<Hit>& hits, Wide space, Value value) {
  std::uint64_t sum = 0;
  for (const Hit& hit : hits) {
    if (hit.space > space) return sum + static_cast<std::uint64_t>(space * value(hit) / hit.space);
    space -= hit.space;
    sum += value(hit);
  }
  return sum;
}

/// The size that all requests of the window share; 0 if they differ.
std::uint32_t common_size(const Requests& requests, const Window& window) {
  const std::uint32_t size = requests.request_bytes(window.begin);
  for (std::uint64_t i = window.begin; i < window.end; ++i) {
    if (requests.request_bytes(i) != size) return 0;
  }
  return size;
}

struct Requested {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
};

Requested requested(const Requests& requests, const Window& window) {
  Requested sum{window.end - window.counted, 0};
  for (std::uint64_t i = window.counted; i < window.end; ++i) sum.bytes += requests.request_bytes(i);
  return sum;
}

double ratio(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

void add_reference(std::vector<Bound>& bounds, const char* name, const ReplayResult& result, const char* doc) {
  const std::vector<double> metrics = metrics_of(result.counts);
  for (const std::size_t metric : {0, 1}) bounds.push_back({name, metric, metrics[metric], false, doc});
}

void add_provable(std::vector<Bound>& bounds, const Requests& requests, const Window& window,
                  const Capacity& capacity) {
  const Requested all = requested(requests, window);
  const std::uint32_t size = common_size(requests, window);
  const char* const optimum =
      "fewest misses of any policy, which may know the future and refuse objects: Belady's MIN from the best content "
      "at "
      "the start of the counted part";
  const char* const relaxation =
      "PFOO-L: space is taken as fungible over time; below what any policy can reach (Berger et al., POMACS 2018)";
  if (!capacity.in_bytes || size != 0) {
    const std::uint64_t objects = capacity.in_bytes ? capacity.amount / size : capacity.amount;
    const std::uint64_t misses = objects == 0 ? all.requests : fewest_misses(requests, window, objects);
    bounds.push_back({"min", 0, ratio(misses, all.requests), true, optimum});
    if (size != 0) {
      bounds.push_back({"min", 1, ratio(misses, all.requests), true, optimum});
      return;
    }
  }
  const MissBound bound = pfoo_l(requests, window, capacity);
  if (capacity.in_bytes) bounds.push_back({"pfoo_l", 0, ratio(bound.misses, all.requests), true, relaxation});
  bounds.push_back({"pfoo_l", 1, ratio(bound.bytes_missed, all.bytes), true, relaxation});
}

}  // namespace

MissBound pfoo_l(const Requests& requests, const Window& window, const Capacity& capacity) {
  check(requests, window, capacity);
  std::vector<Hit> hits = possible_hits(requests, window, capacity);
  // Contents that matter: after each counted request but the last, and, where there is a warm-up, just before the
  // first.
  const std::uint64_t contents = window.end - window.counted - (window.counted == window.begin ? 1 : 0);
  const Wide space = Wide{contents} * capacity.amount;
  const Requested all = requested(requests, window);

  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.space < b.space; });
  const std::uint64_t most_hits = most_value(hits, space, [](const Hit&) { return std::uint64_t{1}; });
  std::sort(hits.begin(), hits.end(),
            [](const Hit& a, const Hit& b) { return Wide{a.bytes} * b.space > Wide{b.bytes} * a.space; });
  const std::uint64_t most_bytes = most_value(hits, space, [](const Hit& hit) { return std::uint64_t{hit.bytes}; });
  return {all.requests - most_hits, all.bytes - most_bytes};
}

std::uint64_t expiry_misses(const Requests& requests, const Window& window, const FrontRule& front) {
  const trace::CacheTrace& trace = requests.trace;
  const bool stated = front.trace_lifetimes && !trace.ttls.empty();
  std::vector<double> longest(requests.object_count());
  std::vector<std::uint32_t> last(requests.object_count());
  for (std::uint64_t i = window.begin; i < window.end; ++i) {
    const Object object = requests.objects[i];
    if (stated && trace.ttls[i] != 0) last[object] = trace.ttls[i];
    longest[object] = std::max(longest[object], last[object] != 0 ? last[object] : front.default_lifetime);
  }
  std::vector<double> fresh_until(requests.object_count(), -std::numeric_limits<double>::infinity());
  std::uint64_t misses = 0;
  for (std::uint64_t i = window.begin; i < window.end; ++i) {
    const Object object = requests.objects[i];
    const double time = trace.times.empty() ? static_cast<double>(i) : trace.times[i];
    const bool counted = i >= window.counted;
    if (counted && time < fresh_until[object]) continue;
    fresh_until[object] = time + longest[object];
    misses += counted ? 1 : 0;
  }
  return misses;
}

std::vector<Bound> cache_bounds(const Requests& requests, const Window& window, const Capacity& capacity,
                                const FrontRule& front) {
  check(requests, window, capacity);
  std::vector<Bound> bounds;
  add_provable(bounds, requests, window, capacity);
  if (front.expires(requests)) {
    bounds.push_back({"expiry", 0, ratio(expiry_misses(requests, window, front), window.end - window.counted), true,
                      "misses of a cache without limit: first requests, and those of objects that have expired"});
    return bounds;
  }
  add_reference(bounds, "belady", replay_belady(requests, window, capacity),
                "takes in every miss and evicts what is needed farthest in the future; a reference, not a bound");
  if (capacity.in_bytes) {
    add_reference(bounds, "belady_size", replay_belady_size(requests, window, capacity),
                  "evicts the greatest product of size and time to the next request; a reference, not a bound");
  }
  return bounds;
}

}  // namespace syswright::cache
