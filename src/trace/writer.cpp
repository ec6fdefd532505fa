#include <fmt/compile.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"
#include "trace/cache_trace.h"
#include "trace/key_index.h"
#include "trace/output.h"
#include "trace/records.h"

namespace syswright::trace {
namespace {

using Losses = std::vector<std::string>;

/// 1-based position of each request's next one for the same key; -1: none. O(n).
std::vector<std::int64_t> next_accesses(std::span<const std::uint64_t> keys) {
  const std::vector<std::uint32_t> numbers = number_keys(keys);
  const std::size_t distinct = numbers.empty() ? 0 : *std::max_element(numbers.begin(), numbers.end()) + std::size_t{1};
  std::vector<std::int64_t> upcoming(distinct, -1);
  std::vector<std::int64_t> next(keys.size());
  for (std::size_t i = keys.size(); i-- > 0;) {
    next[i] = upcoming[numbers[i]];
    upcoming[numbers[i]] = static_cast<std::int64_t>(i) + 1;
  }
  return next;
}

/// The largest time in units of 1/scale seconds that a format holds, and how a user gets below it.
void check_times(const CacheTrace& trace, double scale, double limit, const std::string& format) {
  if (trace.times.empty()) return;
  // Times never decrease: the ends say it all.
  const double first = std::trunc(trace.times.front() * scale);
  const double last = trace.times.back() * scale;
  if (first >= 0 && last < limit) return;
  throw InputError(
      fmt::format("{} cannot hold times from {} s to {} s (it takes 0 to {} s): subtract the first time "
                  "from all, or write csv",
                  format, trace.times.front(), trace.times.back(), limit / scale));
}

Losses write_oracle_general(const CacheTrace& trace, TraceOutput& output) {
  check_times(trace, 1, 4294967296.0, "oracleGeneral");
  const std::vector<std::int64_t> next = next_accesses(trace.keys);
  bool rounded = false;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const double time = trace.times.empty() ? 0 : std::max(0.0, trace.times[i]);
    const auto seconds = static_cast<std::uint32_t>(time);
    rounded |= seconds != time;
    output.write_record(OracleGeneralRecord{seconds, trace.keys[i], trace.sizes.empty() ? 1 : trace.sizes[i], next[i]});
  }
  return rounded ? Losses{"fractions of seconds"} : Losses{};
}

Losses write_vscsi(const CacheTrace& trace, TraceOutput& output) {
  constexpr std::uint16_t read_opcode = 0x28;
  constexpr std::uint16_t version_1 = 0x0100;
  check_times(trace, 1e6, 0x1p63, "vscsi");
  bool rounded = false;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const double time = trace.times.empty() ? 0 : std::max(0.0, trace.times[i]);
    const auto microseconds = static_cast<std::uint64_t>(std::llround(time * 1e6));
    rounded |= static_cast<double>(microseconds) / 1e6 != time;
    output.write_record(VscsiRecord{static_cast<std::uint32_t>(i), trace.sizes.empty() ? 1 : trace.sizes[i], 1,
                                    read_opcode, version_1, trace.keys[i], microseconds});
  }
  return rounded ? Losses{"fractions of microseconds"} : Losses{};
}

/// A name with a delimiter or a quote in it stands in quotes; a quote cannot stand in one, and is left out.
std::string csv_field(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != '"' && c != '\n' && c != '\r') plain += c;
  }
  return plain.find(',') == plain.npos ? plain : '"' + plain + '"';
}

Losses write_csv(const CacheTrace& trace, TraceOutput& output) {
  const bool times = !trace.times.empty();
  const bool sizes = !trace.sizes.empty();
  std::vector<std::string> tenants;
  for (const std::string& name : trace.tenant_names) tenants.push_back(csv_field(name));
  output.write(fmt::format("{}key{}{}{}\n", times ? "time," : "", sizes ? ",size" : "",
                           trace.ttls.empty() ? "" : ",ttl", trace.tenants.empty() ? "" : ",tenant"));
  fmt::memory_buffer line;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    line.clear();
    if (times) fmt::format_to(std::back_inserter(line), FMT_COMPILE("{},"), trace.times[i]);
    fmt::format_to(std::back_inserter(line), FMT_COMPILE("{}"), trace.keys[i]);
    if (sizes) fmt::format_to(std::back_inserter(line), FMT_COMPILE(",{}"), trace.sizes[i]);
    if (!trace.ttls.empty()) fmt::format_to(std::back_inserter(line), FMT_COMPILE(",{}"), trace.ttls[i]);
    if (!trace.tenants.empty()) {
      fmt::format_to(std::back_inserter(line), FMT_COMPILE(",{}"), tenants[trace.tenants[i]]);
    }
    line.push_back('\n');
    output.write({line.data(), line.size()});
  }
  return {};
}

Losses keys_only(const CacheTrace& trace) {
  Losses losses;
  if (!trace.times.empty()) losses.push_back("times");
  if (!trace.sizes.empty()) losses.push_back("sizes");
  return losses;
}

Losses write_txt(const CacheTrace& trace, TraceOutput& output) {
  for (std::uint64_t key : trace.keys) {
    const fmt::format_int digits(key);
    output.write({digits.data(), digits.size()});
    output.write("\n");
  }
  return keys_only(trace);
}

/// Requests for neighbouring blocks, one after another, share a line, as those of one disk request did.
Losses write_lis(const CacheTrace& trace, TraceOutput& output) {
  constexpr std::size_t longest_extent = 65536;
  const auto& keys = trace.keys;
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin + 1;
    while (end < keys.size() && end - begin < longest_extent && keys[end] - keys[end - 1] == 1 && keys[end] != 0) ++end;
    output.write(fmt::format(FMT_COMPILE("{} {} 0 {}\n"), keys[begin], end - begin, begin));
    begin = end;
  }
  return keys_only(trace);
}

void check_lengths(const CacheTrace& trace, const std::string& path) {
  if (trace.keys.empty()) throw InputError({path}, "not written: the trace has no requests");
  const auto fits = [&](std::size_t length) { return length == 0 || length == trace.keys.size(); };
  if (!fits(trace.times.size()) || !fits(trace.sizes.size()) || !fits(trace.ttls.size()) ||
      !fits(trace.tenants.size())) {
    throw InputError({path}, "not written: the trace's columns differ in length");
  }
}

}  // namespace

std::string cache_trace_format_of(const std::string& path) {
  std::string name = path.substr(path.find_last_of('/') + 1);
  if (name.ends_with(".zst")) name.resize(name.size() - 4);
  const auto equal = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  for (const std::string& format : cache_trace_formats()) {
    if (name.size() <= format.size() || name[name.size() - format.size() - 1] != '.') continue;
    if (std::equal(format.begin(), format.end(), name.end() - static_cast<std::ptrdiff_t>(format.size()), equal)) {
      return format;
    }
  }
  return "oracleGeneral";
}

std::vector<std::string> write_cache_trace(const CacheTrace& trace, const std::string& path,
                                           const std::string& format) {
  const auto& known = cache_trace_formats();
  if (std::find(known.begin(), known.end(), format) == known.end()) {
    throw InputError(fmt::format("unknown trace format '{}'{}; known are {}", format, did_you_mean(format, known),
                                 fmt::join(known, ", ")));
  }
  check_lengths(trace, path);
  TraceOutput output(path);
  Losses losses = format == "oracleGeneral" ? write_oracle_general(trace, output)
                  : format == "vscsi"       ? write_vscsi(trace, output)
                  : format == "csv"         ? write_csv(trace, output)
                  : format == "txt"         ? write_txt(trace, output)
                                            : write_lis(trace, output);
  output.commit();
  if (format != "csv" && !trace.ttls.empty()) losses.push_back("TTLs");
  if (format != "csv" && !trace.tenants.empty()) losses.push_back("tenants");
  return losses;
}

}  // namespace syswright::trace
