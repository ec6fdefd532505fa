#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "trace/reader.h"

namespace syswright::trace {

/// A text format, one line at a time. Derived classes say what a line means; blank lines and lines that open with '#'
/// are passed over here.
class LineReader : public FormatReader {
 public:
  LineReader(std::string path, std::string format, const ReadOptions& options)
      : path_(std::move(path)), format_(std::move(format)), columns_(options.limit) {}

  std::size_t consume(std::string_view bytes, bool last) final;
  bool full() const final { return columns_.full(); }
  CacheTrace finish() override { return columns_.finish(path_, format_); }

 protected:
  /// `line` has no line end, no blanks at either end, and at least one character.
  virtual void add_line(std::string_view line) = 0;

  Columns& columns() { return columns_; }
  /// 1-based, of the line being added.
  std::uint64_t line_number() const { return line_number_; }
  /// Guesses the number of lines from the head, so that columns seldom move.
  void reserve(const Head& head, bool times, bool sizes);
  /// The key that a field of the current line names: its number, or the hash of anything else that is text.
  std::uint64_t key_of(std::string_view field);
  /// Throws InputError at `part`, which lies within the current line.
  [[noreturn]] void refuse(std::string_view part, const std::string& problem) const;

 private:
  void take_line(std::string_view line);

  std::string path_;
  std::string format_;
  Columns columns_;
  std::uint64_t line_number_ = 0;
  std::string_view line_;  ///< the current one, untrimmed: for columns in messages
};

/// For messages: at most 40 characters of `text`, with control characters and quotes made visible.
std::string shown(std::string_view text);

}  // namespace syswright::trace
