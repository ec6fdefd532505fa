#pragma once

#include <cstdint>
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
  std::vector<std::string> warnings; ///< what was repaired or passed over on reading, counted

  std::size_t size() const { return keys.size(); }
};

struct ReadOptions {
  std::string format;  ///< "oracleGeneral", "vscsi", "csv", "txt", "lis"; empty: detected from the content
  /// csv only: 1-based columns and delimiter; 0: found in the header, or the usual order.
  std::size_t time_column = 0;
  std::size_t key_column = 0;
  std::size_t size_column = 0;
  char delimiter = 0;
  std::uint64_t limit = 0;  ///< requests to read at most; 0: all
};

/// Reads a trace file, plain or zstd-compressed (told by its first bytes), in any known format. Plain binary files are
/// mapped, compressed ones streamed, so memory is that of the columns.
/// Throws InputError with file and line (or record) for a file that is empty, truncated, or not a trace, and SystemError
/// for one that cannot be read.
CacheTrace read_cache_trace(const std::string& path, const ReadOptions& options = {});

/// Names of the formats that read_cache_trace and write_cache_trace know.
const std::vector<std::string>& cache_trace_formats();

/// Writes to a temporary file beside `path` and renames it: a half-written file is never the result. Compresses if the
/// path ends in .zst. Throws InputError for a format that cannot hold the trace.
void write_cache_trace(const CacheTrace& trace, const std::string& path, const std::string& format);

}  // namespace syswright::trace
