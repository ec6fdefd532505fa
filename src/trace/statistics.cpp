#include "trace/statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "trace/key_index.h"

namespace syswright::trace {
namespace {

constexpr std::size_t growth_points = 10;

/// Requests of each object, most popular first.
std::vector<std::uint64_t> popularity(const std::vector<std::uint32_t>& numbers, std::size_t objects) {
  std::vector<std::uint64_t> counts(objects, 0);
  for (std::uint32_t number : numbers) ++counts[number];
  std::sort(counts.begin(), counts.end(), std::greater<>());
  return counts;
}

double fit_zipf(const std::vector<std::uint64_t>& counts) {
  const auto repeated = static_cast<std::size_t>(
      std::find_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count < 2; }) - counts.begin());
  if (repeated < 10) return std::numeric_limits<double>::quiet_NaN();
  constexpr std::size_t points = 64;
  double n = 0;
  double sum_x = 0;
  double sum_y = 0;
  double sum_xx = 0;
  double sum_xy = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const double place = std::pow(static_cast<double>(repeated), static_cast<double>(i) / (points - 1));
    const std::size_t rank = std::min(repeated, static_cast<std::size_t>(std::lround(place)));
    if (rank == last) continue;
    last = rank;
    const double x = std::log(static_cast<double>(rank));
    const double y = std::log(static_cast<double>(counts[rank - 1]));
    n += 1;
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  return -(n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
}

std::vector<std::uint64_t> measure_growth(const std::vector<std::uint32_t>& numbers) {
  std::vector<std::uint64_t> growth;
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (std::size_t point = 1; point <= growth_points; ++point) {
    const std::size_t end = numbers.size() * point / growth_points;
    // Objects are numbered as they appear, so the largest number tells how many there were.
    for (; at < end; ++at) seen = std::max<std::uint64_t>(seen, numbers[at] + std::uint64_t{1});
    growth.push_back(seen);
  }
  return growth;
}

void measure_sizes(const CacheTrace& trace, const std::vector<std::uint32_t>& numbers, TraceStatistics& statistics) {
  std::vector<std::uint32_t> first(statistics.objects, 0);
  std::vector<bool> resized(statistics.objects, false);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    statistics.bytes_requested += trace.sizes[i];
    std::uint32_t& size = first[numbers[i]];
    if (size == 0) {
      size = trace.sizes[i];
      statistics.footprint_bytes += size;
    } else if (size != trace.sizes[i]) {
      resized[numbers[i]] = true;
    }
  }
  const auto [smallest, largest] = std::minmax_element(trace.sizes.begin(), trace.sizes.end());
  statistics.has_sizes = true;
  statistics.smallest = *smallest;
  statistics.largest = *largest;
  statistics.mean_size = static_cast<double>(statistics.bytes_requested) / static_cast<double>(trace.size());
  statistics.mean_object_size =
      static_cast<double>(statistics.footprint_bytes) / static_cast<double>(statistics.objects);
  statistics.resized_objects = static_cast<std::uint64_t>(std::count(resized.begin(), resized.end(), true));
}

}  // namespace

TraceStatistics measure(const CacheTrace& trace) {
  if (trace.keys.empty()) throw InputError("the trace has no requests to measure");
  const std::vector<std::uint32_t> numbers = number_keys(trace.keys);
  TraceStatistics statistics;
  statistics.requests = trace.size();
  statistics.growth = measure_growth(numbers);
  statistics.objects = statistics.growth.back();

  const std::vector<std::uint64_t> counts = popularity(numbers, statistics.objects);
  const auto total = static_cast<double>(trace.size());
  const auto top = static_cast<std::ptrdiff_t>(std::max<std::uint64_t>(1, statistics.objects / 100));
  statistics.one_hit_objects = static_cast<std::uint64_t>(std::count(counts.begin(), counts.end(), std::uint64_t{1}));
  statistics.top_key_share = static_cast<double>(counts.front()) / total;
  statistics.top_percent_share =
      static_cast<double>(std::accumulate(counts.begin(), counts.begin() + top, std::uint64_t{0})) / total;
  statistics.zipf_alpha = fit_zipf(counts);

  if (!trace.times.empty()) {
    statistics.has_times = true;
    statistics.first_time = trace.times.front();
    statistics.last_time = trace.times.back();
  }
  if (!trace.sizes.empty()) measure_sizes(trace, numbers, statistics);
  return statistics;
}

}  // namespace syswright::trace
