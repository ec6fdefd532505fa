#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>

#include "trace/cache_trace.h"

namespace syswright::trace {

/// Collects the columns of a trace that is being read, repairs what is merely odd, and counts what it repaired.
class Columns {
 public:
  /// Requests that are read unless a limit was asked for: a few bytes of a compressed file, or of one that states
  /// extents, can stand for more than fit into any memory.
  static constexpr std::uint64_t most_unasked = 500'000'000;

  /// limit  requests at most; 0: all of a trace of fewer than `unasked`
  explicit Columns(std::uint64_t limit, std::uint64_t unasked = most_unasked)
      : limit_(limit == 0 ? unasked : limit), asked_(limit != 0) {}

  bool full() const { return trace_.keys.size() >= limit_; }
  std::size_t size() const { return trace_.keys.size(); }

  void reserve(std::size_t requests, bool times, bool sizes);
  void add_key(std::uint64_t key) { trace_.keys.push_back(key); }
  /// Keeps the later of this time and the last.
  void add_time(double seconds) {
    if (seconds < last_time_) {
      ++backward_times_;
      seconds = last_time_;
    }
    last_time_ = seconds;
    trace_.times.push_back(seconds);
  }
  /// Makes a size of 0 a size of 1.
  void add_size(std::uint32_t bytes) {
    if (bytes == 0) {
      ++zero_sizes_;
      bytes = 1;
    }
    largest_size_ = bytes > largest_size_ ? bytes : largest_size_;
    trace_.sizes.push_back(bytes);
  }

  void add_ttl(std::uint32_t seconds) {
    any_ttl_ = any_ttl_ || seconds != 0;
    trace_.ttls.push_back(seconds);
  }
  /// A tenant by its name. Where there are more names than a column of tenants can have, the column is dropped.
  void add_tenant(std::string_view name);
  void count_odd_ttl() { ++odd_ttls_; }

  /// The key of a text that is not a number, counted.
  std::uint64_t hashed_key(std::string_view text);
  void count_blank_line() { ++blank_lines_; }
  void count_comment() { ++comments_; }
  void count_repeated_header() { ++repeated_headers_; }
  void warn(std::string warning) { trace_.warnings.push_back(std::move(warning)); }

  /// Formats with fixed records cannot say "no time" or "no size": a column of nothing but zeros (or, for sizes, ones)
  /// says it.
  void drop_empty_columns();

  /// The trace with its warnings. Throws InputError if it has no requests, or more than were asked for.
  CacheTrace finish(const std::string& path, const std::string& format);

 private:
  CacheTrace trace_;
  std::uint64_t limit_;
  bool asked_;
  double last_time_ = -std::numeric_limits<double>::infinity();
  std::uint32_t largest_size_ = 0;
  std::uint64_t backward_times_ = 0;
  std::uint64_t zero_sizes_ = 0;
  bool any_ttl_ = false;
  std::uint64_t odd_ttls_ = 0;
  std::unordered_map<std::string, std::uint16_t> tenant_numbers_;  // only looked up
  bool too_many_tenants_ = false;
  std::uint64_t hashed_keys_ = 0;
  std::uint64_t blank_lines_ = 0;
  std::uint64_t comments_ = 0;
  std::uint64_t repeated_headers_ = 0;
};

}  // namespace syswright::trace
