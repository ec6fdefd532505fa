#include "trace/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "trace/text_lines.h"

namespace syswright::trace {

std::string shown(std::string_view text) {
  std::string result;
  for (char c : text.substr(0, 40)) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return text.size() > 40 ? result + "…" : result;
}

std::size_t LineReader::consume(std::string_view bytes, bool last) {
  std::size_t at = 0;
  if (line_number_ == 0 && bytes.starts_with(byte_order_mark)) at = byte_order_mark.size();
  while (at < bytes.size() && !columns_.full()) {
    const void* end = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (end == nullptr && !last && bytes.size() - at <= max_line_bytes) break;
    const std::size_t size = end == nullptr ? bytes.size() - at : static_cast<const char*>(end) - (bytes.data() + at);
    take_line(bytes.substr(at, size));
    at = std::min(bytes.size(), at + size + 1);
  }
  return at;
}

void LineReader::take_line(std::string_view line) {
  ++line_number_;
  if (line.size() > max_line_bytes) {
    throw InputError({path_, line_number_}, fmt::format("the line is longer than {} bytes: this is not a text trace "
                                                        "(read as {}); name another format with --format",
                                                        max_line_bytes, format_));
  }
  line_ = line;
  line = trimmed(line);
  if (line.empty()) return columns_.count_blank_line();
  if (line.front() == '#') return columns_.count_comment();
  add_line(line);
}

void LineReader::reserve(const Head& head, bool times, bool sizes) {
  const std::size_t lines = std::count(head.bytes.begin(), head.bytes.end(), '\n') + 1;
  const double whole = head.total_size ? static_cast<double>(*head.total_size) : 0.0;
  const double share = head.bytes.empty() ? 0.0 : whole / static_cast<double>(head.bytes.size());
  columns_.reserve(static_cast<std::size_t>(static_cast<double>(lines) * std::max(1.0, share)), times, sizes);
}

std::uint64_t LineReader::key_of(std::string_view field) {
  if (const auto number = parse_unsigned(field)) return *number;
  if (field.empty()) refuse(field, "the key is missing");
  if (const std::size_t control = find_control(field); control != std::string_view::npos) {
    refuse(field.substr(control),
           fmt::format("the key holds the byte 0x{:02x}: this is not text (read as {}); name another format with "
                       "--format",
                       static_cast<unsigned char>(field[control]), format_));
  }
  return columns_.hashed_key(field);
}

void LineReader::refuse(std::string_view part, const std::string& problem) const {
  throw InputError({path_, line_number_, static_cast<std::size_t>(part.data() - line_.data()) + 1}, problem);
}

}  // namespace syswright::trace
