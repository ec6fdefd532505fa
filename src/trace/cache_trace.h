#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace syswright::trace {

/// Requests to a cache, as columns of one length, in arrival order.
struct CacheTrace {
  std::string name;    ///< of the file, without its folder; for people
  std::string format;  ///< it was read from, or "generated"
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> sizes;  ///< bytes, at least 1; empty: the trace has none
  std::vector<double> times;         ///< seconds, never decreasing; empty: the trace has none
  /// Seconds that an object lives for which this request brings in; 0: the request states none; empty: the trace has
  /// none.
  std::vector<std::uint32_t> ttls;
  std::vector<std::uint16_t> tenants;     ///< who asks: into tenant_names; empty: the trace does not say
  std::vector<std::string> tenant_names;  ///< in the order of their first requests
  std::vector<std::string> warnings;      ///< what was repaired or passed over on reading, counted

  std::size_t size() const { return keys.size(); }
};

/// Column number that says "read none, even if there is one".
inline constexpr std::size_t no_column = std::numeric_limits<std::size_t>::max();

struct ReadOptions {
  std::string format;  ///< "oracleGeneral", "vscsi", "csv", "txt", "lis"; empty: detected from the content
  /// csv only: 1-based columns and delimiter; 0: found in the header, or the usual order. Times and sizes may be
  /// no_column.
  std::size_t time_column = 0;
  std::size_t key_column = 0;
  std::size_t size_column = 0;
  char delimiter = 0;
  std::uint64_t limit = 0;  ///< requests to read at most; 0: all, if below 500 million
};

/// Reads a trace file, plain or zstd-compressed (told by its first bytes), in any known format. Plain files are mapped;
/// compressed ones and pipes are streamed, so memory is that of the columns.
/// Throws InputError with file and line (or record) for a file that is empty, cut off inside a compressed frame, or not
/// a trace, and SystemError for one that cannot be read. What is merely odd (a time that goes backwards, a size of 0, a
/// blank line, a last record that is cut off) is repaired or passed over, and counted in `warnings`; docs/trace.md has
/// the list.
CacheTrace read_cache_trace(const std::string& path, const ReadOptions& options = {});

/// The same for a file's content in memory; `path` is used in messages and breaks ties between formats.
CacheTrace read_cache_trace_from_memory(std::span<const std::byte> content, const std::string& path,
                                        const ReadOptions& options = {});

/// Names of the formats that read_cache_trace and write_cache_trace know.
const std::vector<std::string>& cache_trace_formats();

/// The format that a file name asks for by its extension (that before .zst, if compressed); oracleGeneral if none does.
std::string cache_trace_format_of(const std::string& path);

/// Writes to a temporary file beside `path` and renames it: a half-written file is never the result. Compresses if the
/// path ends in .zst. Returns what the format has no room for and was left out or rounded ("sizes", …), for people.
/// Throws InputError for an unknown format, a trace without requests, or a value that the format cannot hold, and
/// SystemError if the file cannot be written.
std::vector<std::string> write_cache_trace(const CacheTrace& trace, const std::string& path, const std::string& format);

}  // namespace syswright::trace
