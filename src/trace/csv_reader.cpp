#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "trace/csv_layout.h"
#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::trace {
namespace {

/// Rows of fields, of which one is the key and others may be time and size.
class CsvReader : public LineReader {
 public:
  CsvReader(const Head& head, const std::string& path, const ReadOptions& options)
      : LineReader(path, "csv", options), layout_(find_csv_layout(head, path, options)) {
    reserve(head, layout_.time_column > 0, layout_.size_column > 0);
    if (!layout_.note.empty()) columns().warn(layout_.note);
  }

 protected:
  void add_line(std::string_view line) override {
    if (!layout_.header.empty() && line == layout_.header) {
      if (header_seen_) columns().count_repeated_header();
      header_seen_ = true;
      return;
    }
    find_fields(line);
    // All are read before one is added, so that the columns keep one length.
    const std::uint64_t key = key_of(key_);
    const double time = layout_.time_column > 0 ? time_of(time_) : 0;
    const std::uint32_t size = layout_.size_column > 0 ? whole_size() : 0;
    columns().add_key(key);
    if (layout_.time_column > 0) columns().add_time(time);
    if (layout_.size_column > 0) columns().add_size(size);
    if (layout_.ttl_column > 0) columns().add_ttl(ttl_of(ttl_));
    if (layout_.tenant_column > 0) columns().add_tenant(tenant_);
  }

 private:
  void find_fields(std::string_view line) {
    FieldCutter cutter(line, layout_.delimiter);
    std::size_t column = 0;
    for (std::string_view field; cutter.next(field);) {
      ++column;
      if (column == layout_.key_column) key_ = field;
      if (column == layout_.time_column) time_ = field;
      if (column == layout_.size_column) size_ = field;
      if (column == layout_.key_size_column) key_size_ = field;
      if (column == layout_.ttl_column) ttl_ = field;
      if (column == layout_.tenant_column) tenant_ = field;
    }
    if (column != layout_.columns) {
      refuse(line, fmt::format("expected {} fields as in the first line, found {}: '{}'", layout_.columns, column,
                               shown(line)));
    }
  }

  double time_of(std::string_view field) const {
    const auto seconds = parse_decimal(field);
    if (!seconds || !std::isfinite(*seconds)) {
      refuse(field, fmt::format("the time '{}' is not a number; give times in seconds, or leave the column out with "
                                "--time-column none",
                                shown(field)));
    }
    return *seconds / layout_.time_divisor;
  }

  std::uint32_t size_of(std::string_view field) const {
    const auto bytes = parse_unsigned(field);
    if (!bytes || *bytes > std::numeric_limits<std::uint32_t>::max()) {
      refuse(field, fmt::format("the size '{}' is not a whole number of bytes from 0 to 4294967295; leave the column "
                                "out with --size-column none",
                                shown(field)));
    }
    return static_cast<std::uint32_t>(*bytes);
  }

  std::uint32_t whole_size() const {
    const std::uint64_t size = size_of(size_);
    if (layout_.key_size_column == 0) return static_cast<std::uint32_t>(size);
    const std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(size + size_of(key_size_), most));
  }

  /// Fractions of a second are rounded up: what lives at all lives for a second.
  std::uint32_t ttl_of(std::string_view field) {
    if (field.empty()) return 0;
    const auto seconds = parse_decimal(field);
    if (seconds && *seconds >= 0 && std::ceil(*seconds) <= std::numeric_limits<std::uint32_t>::max()) {
      return static_cast<std::uint32_t>(std::ceil(*seconds));
    }
    columns().count_odd_ttl();
    return 0;
  }

  CsvLayout layout_;
  bool header_seen_ = false;
  std::string_view key_;
  std::string_view time_;
  std::string_view size_;
  std::string_view key_size_;
  std::string_view ttl_;
  std::string_view tenant_;
};

}  // namespace

std::unique_ptr<FormatReader> csv_reader(const Head& head, const std::string& path, const ReadOptions& options) {
  return std::make_unique<CsvReader>(head, path, options);
}

}  // namespace syswright::trace
