#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trace/cache_trace.h"
#include "trace/columns.h"

namespace syswright::trace {

/// Turns the bytes of one format into columns, piece by piece.
class FormatReader {
 public:
  virtual ~FormatReader() = default;
  /// Takes in whole lines or records from the front of `bytes` and returns how many bytes they have; the rest must come
  /// again, with more behind it. `last`: nothing will follow, so all is taken in.
  virtual std::size_t consume(std::string_view bytes, bool last) = 0;
  /// True once the limit of requests is reached.
  virtual bool full() const = 0;
  /// Throws InputError if there were no requests.
  virtual CacheTrace finish() = 0;
};

/// The first bytes of a trace, which detection looks at.
struct Head {
  std::string_view bytes;
  bool complete = false;                    ///< there is nothing behind them
  std::optional<std::uint64_t> total_size;  ///< of the content, if known
};

/// Longest line that a text format may have, and the bytes of head that detection looks at. Streams are read in pieces
/// at least as long as the sum, so that a piece without a line end is an error.
inline constexpr std::size_t max_line_bytes = std::size_t{1} << 16;
inline constexpr std::size_t head_bytes = std::size_t{1} << 17;

/// The format of a content, from its first bytes; its name only breaks a tie between two formats that both fit.
/// Throws InputError if none fits, naming what was seen.
std::string detect_format(const Head& head, const std::string& path, const ReadOptions& options);

std::unique_ptr<FormatReader> oracle_general_reader(const Head& head, const std::string& path,
                                                    const ReadOptions& options);
std::unique_ptr<FormatReader> vscsi_reader(const Head& head, const std::string& path, const ReadOptions& options);
std::unique_ptr<FormatReader> txt_reader(const Head& head, const std::string& path, const ReadOptions& options);
std::unique_ptr<FormatReader> lis_reader(const Head& head, const std::string& path, const ReadOptions& options);
std::unique_ptr<FormatReader> csv_reader(const Head& head, const std::string& path, const ReadOptions& options);

}  // namespace syswright::trace
