#include "trace/columns.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"

namespace syswright::trace {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many, std::string_view what) {
  return fmt::format("{} {} {}", count, count == 1 ? one : many, what);
}

constexpr std::size_t most_tenants = 65'535;

}  // namespace

void Columns::reserve(std::size_t requests, bool times, bool sizes) {
  requests = static_cast<std::size_t>(std::min<std::uint64_t>(requests, limit_));
  trace_.keys.reserve(requests);
  if (times) trace_.times.reserve(requests);
  if (sizes) trace_.sizes.reserve(requests);
}

std::uint64_t Columns::hashed_key(std::string_view text) {
  ++hashed_keys_;
  return XXH3_64bits(text.data(), text.size());
}

void Columns::add_tenant(std::string_view name) {
  if (too_many_tenants_) return;
  if (!trace_.tenants.empty() && trace_.tenant_names[trace_.tenants.back()] == name) {
    trace_.tenants.push_back(trace_.tenants.back());
    return;
  }
  const auto [known, added] =
      tenant_numbers_.try_emplace(std::string(name), static_cast<std::uint16_t>(tenant_numbers_.size()));
  if (added && trace_.tenant_names.size() == most_tenants) {
    too_many_tenants_ = true;
    trace_.tenants = {};
    trace_.tenant_names = {};
    tenant_numbers_ = {};
    return;
  }
  if (added) trace_.tenant_names.emplace_back(name);
  trace_.tenants.push_back(known->second);
}

void Columns::drop_empty_columns() {
  // Times never decrease and are not negative here, so a last time of 0 means that all are.
  if (last_time_ == 0) {
    trace_.times.clear();
    trace_.times.shrink_to_fit();
  }
  if (largest_size_ <= 1) {
    trace_.sizes.clear();
    trace_.sizes.shrink_to_fit();
    zero_sizes_ = 0;
  }
}

CacheTrace Columns::finish(const std::string& path, const std::string& format) {
  if (trace_.keys.empty()) throw InputError({path}, fmt::format("holds no requests (read as {})", format));
  if (!asked_ && full()) {
    throw InputError({path}, fmt::format("stands for {} requests or more (read as {}); cut it with 'syswright trace "
                                         "convert', whose --limit says how many to keep",
                                         limit_, format));
  }
  if (hashed_keys_ > 0) warn(counted(hashed_keys_, "key is", "keys are", "not a decimal number below 2^64: hashed"));
  if (backward_times_ > 0) {
    warn(counted(backward_times_, "time goes", "times go", "backwards: replaced by the time before"));
  }
  if (zero_sizes_ > 0) warn(counted(zero_sizes_, "size is", "sizes are", "0: taken as 1 byte"));
  if (odd_ttls_ > 0) {
    warn(counted(odd_ttls_, "TTL is", "TTLs are", "no number of seconds from 0 to 4294967295: taken as none"));
  }
  if (too_many_tenants_) {
    warn(fmt::format("there are more than {} tenants: the column is left out", most_tenants));
  }
  if (!any_ttl_) trace_.ttls = {};
  if (blank_lines_ > 0) warn(counted(blank_lines_, "blank line", "blank lines", "passed over"));
  if (comments_ > 0) warn(counted(comments_, "line", "lines", "opening with '#' passed over"));
  if (repeated_headers_ > 0) warn(counted(repeated_headers_, "repeated header", "repeated headers", "passed over"));
  trace_.name = std::filesystem::path(path).filename().string();
  trace_.format = format;
  return std::move(trace_);
}

}  // namespace syswright::trace
