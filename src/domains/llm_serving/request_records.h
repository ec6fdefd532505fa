#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "domains/llm_serving/requests_reader.h"

namespace syswright::llm_serving {

/// A request as a line of a log gives it.
struct RequestRecord {
  double time = 0;  ///< in the unit that RequestRecords is told
  double prompt = 0;
  double output = 0;
  std::string_view tenant;  ///< empty: not given
  std::string_view model;
  std::int32_t priority = 0;
  std::vector<std::uint64_t> blocks;
};

/// Gathers the records of a log and makes requests of them. What the formats share is here: the order of arrivals, the
/// start of time, requests that failed, names of tenants and models.
class RequestRecords {
 public:
  RequestRecords(std::string path, std::string format, std::uint64_t limit);

  bool full() const { return log_.requests.list.size() + left_out_ >= limit_; }
  /// Throws InputError at `line` (0: not known) for lengths that are no whole numbers of tokens or blocks that do not
  /// fit, and for a time that is not finite.
  void add(const RequestRecord& record, std::size_t line);

  /// Of RequestRecord::time.
  void set_units_per_second(double units) { units_per_second_ = units; }
  void set_block_tokens(std::uint32_t tokens) { log_.requests.block_tokens = tokens; }
  void set_blocks_cover_output() { log_.requests.blocks_cover_output = true; }
  void set_no_arrivals() { log_.has_arrivals = false; }
  /// Times are those of a clock: the earliest becomes 0. Times beyond three years are taken so in any case.
  void set_clock() { clock_ = true; }
  /// Times are seconds of a clock that has no finer ones: requests of one second are spread evenly over it.
  void set_coarse_seconds() { coarse_ = true; }
  void warn(std::string text) { log_.warnings.push_back(std::move(text)); }

  /// Throws InputError if there is nothing.
  RequestLog finish();

  [[noreturn]] void refuse(std::size_t line, const std::string& problem) const;

 private:
  std::uint32_t tokens(double value, const char* what, std::size_t line) const;
  void spread_seconds();
  void sort_by_arrival();
  void start_at_zero();

  struct Names {
    std::unordered_map<std::string, std::uint16_t> numbers;
    std::vector<std::string> list;
  };
  std::uint16_t number_of(Names& names, std::string_view name, const char* what, std::size_t line);

  RequestLog log_;
  std::string path_;
  std::uint64_t limit_;
  std::uint64_t left_out_ = 0;
  double units_per_second_ = 1;
  bool clock_ = false;
  bool coarse_ = false;
  Names tenants_;
  Names models_;
};

/// Dates as nanoseconds since the first one read, so that they lose nothing as a double.
class DateClock {
 public:
  /// "2023-11-16 18:17:03.9799600", with "T" between and "Z" or "+01:00" behind if one likes. Not given if it is none.
  std::optional<double> nanoseconds(std::string_view text);

 private:
  std::optional<std::int64_t> first_;
};

/// Seconds of a Unix time given in s, ms, µs or ns, told by its size.
double units_of_unix_time(double value);

/// The readers: add every record of `content` to `records`.
void read_request_csv(std::string_view content, const std::string& format, RequestRecords& records);
void read_request_json_lines(std::string_view content, const std::string& format, RequestRecords& records);
void read_vllm_bench(std::string_view content, RequestRecords& records);

/// The format of a csv file by its header, of a file of JSON lines by its first one; empty if it is none.
std::string csv_request_format(std::string_view header);
std::string json_request_format(std::string_view content);

}  // namespace syswright::llm_serving
