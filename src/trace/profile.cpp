#include "trace/profile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "trace/key_index.h"
#include "trace/stack_distance.h"

namespace syswright::trace {
namespace {

constexpr std::size_t rank_points = 48;

/// 0 for 1, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, …
std::size_t bucket_of(std::uint64_t value) { return static_cast<std::size_t>(std::bit_width(value - 1)); }

std::vector<std::uint64_t> upper_ends(std::size_t buckets) {
  std::vector<std::uint64_t> upper;
  for (std::size_t i = 0; i < buckets; ++i) upper.push_back(std::uint64_t{1} << i);
  return upper;
}

void count_in(std::vector<std::uint64_t>& buckets, std::uint64_t value, std::uint64_t amount) {
  const std::size_t bucket = bucket_of(value);
  if (bucket >= buckets.size()) buckets.resize(bucket + 1);
  buckets[bucket] += amount;
}

/// The value below or at which a share of the counted ones lies. counts: [value].
std::uint64_t quantile(const std::vector<std::uint64_t>& counts, std::uint64_t total, double share) {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    seen += counts[value];
    if (seen >= wanted && counts[value] > 0) return value;
  }
  return 0;
}

TraceProfile::Reuse measure_reuse(const std::vector<std::uint32_t>& numbers, std::size_t objects) {
  TraceProfile::Reuse reuse;
  std::vector<std::uint64_t> exact(objects + 1);
  StackDistance stack(objects);
  std::uint64_t counted = 0;
  for (const std::uint32_t number : numbers) {
    const std::uint64_t distance = stack.request(number);
    if (distance == StackDistance::first_request) {
      ++reuse.first_requests;
      continue;
    }
    ++exact[distance];
    ++counted;
    count_in(reuse.requests, distance, 1);
  }
  reuse.upper = upper_ends(reuse.requests.size());
  if (counted == 0) return reuse;
  reuse.median = quantile(exact, counted, 0.5);
  reuse.p90 = quantile(exact, counted, 0.9);
  reuse.p99 = quantile(exact, counted, 0.99);
  return reuse;
}

void measure_ranks(std::vector<std::uint64_t> counts, TraceProfile& profile) {
  std::ranges::sort(counts, std::greater<>());
  for (std::size_t i = 0; i < rank_points; ++i) {
    const double place = std::pow(static_cast<double>(counts.size()), static_cast<double>(i) / (rank_points - 1));
    const auto rank = std::min<std::uint64_t>(counts.size(), static_cast<std::uint64_t>(std::llround(place)));
    if (!profile.ranks.empty() && rank == profile.ranks.back()) continue;
    profile.ranks.push_back(rank);
    profile.rank_requests.push_back(counts[rank - 1]);
  }
}

TraceProfile::Sizes measure_sizes(const CacheTrace& trace, const std::vector<std::uint32_t>& numbers,
                                  std::size_t objects) {
  TraceProfile::Sizes sizes;
  std::vector<std::uint32_t> first(objects);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    std::uint32_t& size = first[numbers[i]];
    if (size == 0) {
      size = trace.sizes[i];
      count_in(sizes.objects, size, 1);
    }
    count_in(sizes.bytes, size, trace.sizes[i]);
  }
  sizes.upper = upper_ends(sizes.objects.size());
  const auto at = [&](double share) {
    const auto place = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(objects))) - 1;
    std::ranges::nth_element(first, first.begin() + place);
    return first[static_cast<std::size_t>(place)];
  };
  sizes.median = at(0.5);
  sizes.p90 = at(0.9);
  sizes.p99 = at(0.99);
  return sizes;
}

/// The most popular 1 % of the objects of a part, at least one; of equally popular ones the first met.
std::vector<std::uint32_t> most_popular(const std::vector<std::uint32_t>& met,
                                        const std::vector<std::uint32_t>& counts) {
  std::vector<std::uint32_t> popular = met;
  std::ranges::stable_sort(popular, std::greater<>(), [&](std::uint32_t object) { return counts[object]; });
  popular.resize(std::max<std::size_t>(1, met.size() / 100));
  std::ranges::sort(popular);
  return popular;
}

double share_in(const std::vector<std::uint32_t>& of, const std::vector<std::uint32_t>& in) {
  std::vector<std::uint32_t> both;
  std::ranges::set_intersection(of, in, std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(of.size());
}

std::vector<TraceProfile::Part> measure_parts(const CacheTrace& trace, const std::vector<std::uint32_t>& numbers,
                                              std::size_t objects, std::size_t count) {
  std::vector<TraceProfile::Part> parts(count);
  std::vector<std::uint32_t> counts(objects);
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> before;
  std::uint64_t seen = 0;
  for (std::size_t p = 0; p < count; ++p) {
    TraceProfile::Part& part = parts[p];
    const std::size_t begin = numbers.size() * p / count;
    const std::size_t end = numbers.size() * (p + 1) / count;
    std::vector<std::uint32_t> met;
    for (std::size_t i = begin; i < end; ++i) {
      if (counts[numbers[i]]++ == 0) met.push_back(numbers[i]);
      // Objects are numbered as they appear.
      if (numbers[i] == seen) {
        ++seen;
        ++part.new_objects;
      }
      if (!trace.sizes.empty()) part.bytes += trace.sizes[i];
    }
    part.requests = end - begin;
    part.objects = met.size();
    if (!trace.times.empty()) part.seconds = trace.times[end - 1] - trace.times[begin];
    std::vector<std::uint32_t> popular = most_popular(met, counts);
    if (p == 0) first = before = popular;
    part.still_popular = share_in(first, popular);
    part.popular_from_before = share_in(before, popular);
    before = std::move(popular);
    for (const std::uint32_t object : met) counts[object] = 0;
  }
  return parts;
}

}  // namespace

TraceProfile profile(const CacheTrace& trace, std::size_t parts) {
  if (trace.keys.empty()) throw InputError("the trace has no requests to measure");
  if (parts == 0) throw InputError("a trace has at least 1 part");
  const std::vector<std::uint32_t> numbers = number_keys(trace.keys);
  const std::size_t objects = std::size_t{*std::ranges::max_element(numbers)} + 1;
  TraceProfile profile;
  profile.reuse = measure_reuse(numbers, objects);
  std::vector<std::uint64_t> counts(objects);
  for (const std::uint32_t number : numbers) ++counts[number];
  measure_ranks(std::move(counts), profile);
  if (!trace.sizes.empty()) profile.sizes = measure_sizes(trace, numbers, objects);
  profile.parts = measure_parts(trace, numbers, objects, std::min(parts, numbers.size()));
  return profile;
}

}  // namespace syswright::trace
