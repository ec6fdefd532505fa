#include "domains/cache/requests.h"

#include <fmt/format.h>

#include <bit>

#include "base/error.h"
#include "base/random.h"

namespace syswright::cache {

namespace {

constexpr Object vacant = ~Object{0};
/// Policies place the sentinels of their lists above the objects.
constexpr std::uint64_t most_objects = (std::uint64_t{1} << 32) - 64;

/// Open addressing with linear probing, at most half full. It never deletes, so a probe ends at the first vacant entry.
class Numbering {
 public:
  Numbering() : entries_(1 << 12), shift_(64 - 12) {}

  void prefetch(std::uint64_t key) const { __builtin_prefetch(&entries_[home(key)]); }

  /// Number of the key; new keys are appended to `keys`.
  Object number(std::uint64_t key, std::vector<std::uint64_t>& keys) {
    std::size_t at = home(key);
    while (entries_[at].object != vacant) {
      if (entries_[at].key == key) return entries_[at].object;
      at = (at + 1) & (entries_.size() - 1);
    }
    const auto object = static_cast<Object>(keys.size());
    entries_[at] = {key, object};
    keys.push_back(key);
    if (keys.size() * 2 > entries_.size()) grow(keys);
    return object;
  }

 private:
  struct Entry {
    std::uint64_t key = 0;
    Object object = vacant;
  };

  std::size_t home(std::uint64_t key) const { return mix64(key) >> shift_; }

  void grow(const std::vector<std::uint64_t>& keys) {
    entries_.assign(entries_.size() * 4, {});
    shift_ = 64 - std::countr_zero(entries_.size());
    for (std::size_t object = 0; object < keys.size(); ++object) {
      std::size_t at = home(keys[object]);
      while (entries_[at].object != vacant) at = (at + 1) & (entries_.size() - 1);
      entries_[at] = {keys[object], static_cast<Object>(object)};
    }
  }

  std::vector<Entry> entries_;
  int shift_;
};

/// Fills objects and keys. Far-off keys are prefetched: the table is larger than the processor's caches.
void number_objects(Requests& requests) {
  constexpr std::size_t ahead = 24;
  const std::vector<std::uint64_t>& trace_keys = requests.trace.keys;
  const std::size_t n = trace_keys.size();
  Numbering numbering;
  requests.objects.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i + ahead < n) numbering.prefetch(trace_keys[i + ahead]);
    requests.objects[i] = numbering.number(trace_keys[i], requests.keys);
    if (requests.keys.size() > most_objects) {
      throw InputError(fmt::format("{}: more than {} distinct objects; replay a part of the trace", requests.trace.name,
                                   most_objects));
    }
  }
}

void record_first_sizes(Requests& requests) {
  requests.first_sizes.reserve(requests.keys.size());
  for (std::size_t i = 0; i < requests.objects.size(); ++i) {
    if (requests.objects[i] != requests.first_sizes.size()) continue;  // objects are numbered in order of appearance
    requests.first_sizes.push_back(requests.request_bytes(i));
    requests.footprint_bytes += requests.first_sizes.back();
  }
}

void check_columns(const trace::CacheTrace& trace) {
  if (trace.keys.empty()) throw InputError(trace.name + ": the trace has no requests");
  if (!trace.sizes.empty() && trace.sizes.size() != trace.keys.size()) {
    throw InputError(fmt::format("{}: {} keys but {} sizes; give every request a size, or none", trace.name,
                                 trace.keys.size(), trace.sizes.size()));
  }
  if (!trace.times.empty() && trace.times.size() != trace.keys.size()) {
    throw InputError(fmt::format("{}: {} keys but {} times; give every request a time, or none", trace.name,
                                 trace.keys.size(), trace.times.size()));
  }
  if (!trace.ttls.empty() && trace.ttls.size() != trace.keys.size()) {
    throw InputError(fmt::format("{}: {} keys but {} TTLs; give every request a TTL (0: none), or none", trace.name,
                                 trace.keys.size(), trace.ttls.size()));
  }
  if (!trace.tenants.empty() && trace.tenants.size() != trace.keys.size()) {
    throw InputError(fmt::format("{}: {} keys but {} tenants; give every request a tenant, or none", trace.name,
                                 trace.keys.size(), trace.tenants.size()));
  }
}

}  // namespace

std::shared_ptr<const Requests> prepare(trace::CacheTrace trace) {
  check_columns(trace);
  auto requests = std::make_shared<Requests>();
  requests->trace = std::move(trace);
  number_objects(*requests);
  requests->keys.shrink_to_fit();
  record_first_sizes(*requests);
  DigestBuilder digest;
  digest.add_column(std::span<const std::uint64_t>(requests->trace.keys))
      .add_column(std::span<const std::uint32_t>(requests->trace.sizes))
      .add_column(std::span<const double>(requests->trace.times));
  if (!requests->trace.ttls.empty()) digest.add_column(std::span<const std::uint32_t>(requests->trace.ttls));
  requests->digest = digest.finish();
  return requests;
}

void check(const Requests& requests, const Window& window, const Capacity& capacity) {
  if (window.begin > window.counted || window.counted >= window.end || window.end > requests.size()) {
    throw InputError(fmt::format(
        "the window [{}, {}, {}) does not fit a trace of {} requests: it needs begin <= counted < end <= requests",
        window.begin, window.counted, window.end, requests.size()));
  }
  if (capacity.amount == 0)
    throw InputError("a cache of size 0 holds nothing; give a size of at least 1 object or byte");
}

}  // namespace syswright::cache
