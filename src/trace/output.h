#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace syswright::trace {

/// A trace file being written: gathered into large pieces, compressed if its name ends in .zst, and in its place only
/// after commit().
class TraceOutput {
 public:
  /// Throws SystemError if the folder cannot be written to.
  explicit TraceOutput(const std::string& path);
  ~TraceOutput();

  void write(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= buffer_bytes) flush(false);
  }
  /// The bytes of a packed record.
  template <typename Record>
  void write_record(const Record& record) {
    write({reinterpret_cast<const char*>(&record), sizeof record});
  }
  void commit();

 private:
  static constexpr std::size_t buffer_bytes = std::size_t{1} << 18;
  class Compressor;

  void flush(bool last);

  AtomicFile file_;
  std::unique_ptr<Compressor> compressor_;
  std::string buffer_;
};

}  // namespace syswright::trace
