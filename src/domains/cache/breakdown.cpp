// Runs told in parts: counts of each window and each tenant, from what became of each request.
#include "domain/breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "domains/cache/cache_domain.h"
#include "domains/cache/scenario.h"

namespace syswright::cache {
namespace {

constexpr std::size_t most_windows = 10'000;

/// The counted requests cut into windows.
struct Windows {
  std::string unit;
  std::vector<double> starts;
  std::vector<std::string> labels;
  std::vector<std::uint64_t> first;  ///< request of each window, and the end
};

[[noreturn]] void refuse(std::size_t windows) {
  throw InputError(fmt::format("{} windows are too many to show; cut at most {}", windows, most_windows));
}

Windows equal_windows(const Window& window, std::uint64_t count) {
  const std::uint64_t requests = window.end - window.counted;
  if (count == 0 || count > requests) {
    throw InputError(fmt::format("{} counted requests cannot be cut into {} windows", requests, count));
  }
  if (count > most_windows) refuse(count);
  Windows windows{.unit = "request"};
  for (std::uint64_t i = 0; i < count; ++i) {
    windows.first.push_back(window.counted + requests / count * i + requests % count * i / count);
    windows.starts.push_back(static_cast<double>(windows.first.back()));
    windows.labels.push_back("from " + with_thousands(windows.first.back() + 1));
  }
  windows.first.push_back(window.end);
  return windows;
}

Windows timed_windows(const Requests& requests, const Window& window, const std::string& text) {
  const double length = parse_duration(text, "windows").value();
  const std::vector<double>& times = requests.trace.times;
  if (!(length > 0)) throw InputError(fmt::format("windows of '{}' have no length", text));
  if (times.empty()) {
    throw InputError(fmt::format("{} has no times to cut windows of {} by: give their number, such as 24",
                                 requests.trace.name, text));
  }
  const double begin = times[window.counted];
  const double count = std::floor((times[window.end - 1] - begin) / length) + 1;
  if (count > most_windows) refuse(static_cast<std::size_t>(std::min(count, 1e18)));
  Windows windows{.unit = "s"};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const double start = begin + length * static_cast<double>(i);
    const auto first = std::lower_bound(times.begin() + static_cast<std::ptrdiff_t>(window.counted),
                                        times.begin() + static_cast<std::ptrdiff_t>(window.end), start);
    windows.first.push_back(static_cast<std::uint64_t>(first - times.begin()));
    windows.starts.push_back(start);
    windows.labels.push_back(i == 0 ? "from 0 s" : "from " + format_duration(start - begin));
  }
  windows.first.push_back(window.end);
  return windows;
}

Windows windows_of(const Requests& requests, const Window& window, const std::string& text) {
  if (text.empty()) return equal_windows(window, 1);
  const bool number = std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return number ? equal_windows(window, parse_count(text, "windows")) : timed_windows(requests, window, text);
}

/// In the order of CacheDomain::measures().
void append_values(const Counts& counts, std::vector<double>& values) {
  const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
  const auto ratio = [&](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : number(part) / number(whole);
  };
  values.insert(values.end(),
                {number(counts.requests), number(counts.bytes_requested), ratio(counts.misses, counts.requests),
                 ratio(counts.bytes_missed, counts.bytes_requested), number(counts.bytes_written),
                 number(counts.expired_misses)});
}

/// Tenants of the counted requests, by their number of requests, and for each of the trace's its place among them.
struct Tenants {
  std::vector<std::string> names;
  std::vector<std::size_t> place;
};
Tenants tenants_of(const Requests& requests, const Window& window) {
  const trace::CacheTrace& trace = requests.trace;
  if (trace.tenants.empty()) {
    throw InputError(
        fmt::format("{} does not say who asks: a csv trace does by a column 'tenant', 'client_id', "
                    "'namespace' or 'usecase'",
                    trace.name));
  }
  std::vector<std::uint64_t> asked(trace.tenant_names.size());
  for (std::uint64_t i = window.counted; i < window.end; ++i) ++asked[trace.tenants[i]];
  std::vector<std::size_t> order(asked.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t tenant) { return asked[tenant]; });
  Tenants tenants{.names = {}, .place = std::vector<std::size_t>(asked.size())};
  for (const std::size_t tenant : order) {
    tenants.place[tenant] = tenants.names.size();
    if (asked[tenant] > 0) tenants.names.push_back(trace.tenant_names[tenant]);
  }
  return tenants;
}

}  // namespace

std::span<const Metric> CacheDomain::measures() const {
  static const std::array list{
      Metric{"requests", number_dimension, false, "requests counted"},
      Metric{"bytes_requested", bytes_dimension, false, "bytes asked for; 1B a request where the trace has no sizes"},
      Metric{"request_miss_ratio", number_dimension, true, "requests that missed, of all"},
      Metric{"byte_miss_ratio", number_dimension, true, "bytes that missed, of all bytes asked for"},
      Metric{"bytes_written", bytes_dimension, true, "bytes taken in, or fetched anew because they had expired"},
      Metric{"expired_misses", number_dimension, true, "requests that missed because what was there had expired"}};
  return list;
}

std::span<const std::size_t> CacheDomain::shown_measures() const {
  static const std::array<std::size_t, 2> list{2, 3};
  return list;
}

Breakdown CacheDomain::breakdown(const Scenario& scenario, const Policy& policy,
                                 const BreakdownOptions& options) const {
  const auto* own = dynamic_cast<const CacheScenario*>(&scenario);
  if (own == nullptr) throw InputError("only runs of the cache domain are told in windows and tenants");
  const ScenarioSetup& setup = own->setup();
  const Requests& requests = *setup.requests;
  Windows windows = windows_of(requests, setup.window, options.windows);
  const Tenants tenants = options.by_tenant ? tenants_of(requests, setup.window) : Tenants{};
  Breakdown result{.unit = std::move(windows.unit),
                   .starts = std::move(windows.starts),
                   .windows = std::move(windows.labels),
                   .tenants = tenants.names};
  const std::vector<Outcome> outcomes = own->outcomes(policy, options.stop);
  if (outcomes.empty()) return result;

  const std::size_t columns = result.windows.size() + 1;
  std::vector<Counts> cells((tenants.names.size() + 1) * columns);
  Counts* const all = &cells[tenants.names.size() * columns];
  for (std::size_t window = 0; window + 1 < columns; ++window) {
    for (std::uint64_t i = windows.first[window]; i < windows.first[window + 1]; ++i) {
      const Outcome outcome = outcomes[i - setup.window.begin];
      count(outcome, requests.request_bytes(i), all[window]);
      if (!options.by_tenant) continue;
      count(outcome, requests.request_bytes(i), cells[tenants.place[requests.trace.tenants[i]] * columns + window]);
    }
  }
  for (std::size_t row = 0; row <= tenants.names.size(); ++row) {
    Counts& whole = cells[row * columns + columns - 1];
    for (std::size_t window = 0; window + 1 < columns; ++window) detail::add(whole, cells[row * columns + window]);
  }
  for (const Counts& counts : cells) append_values(counts, result.values);
  return result;
}

}  // namespace syswright::cache
