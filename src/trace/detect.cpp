#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "base/error.h"
#include "trace/csv_layout.h"
#include "trace/line_reader.h"
#include "trace/reader.h"
#include "trace/records.h"
#include "trace/text_lines.h"

namespace syswright::trace {
namespace {

constexpr std::size_t sampled_records = 1000;
constexpr std::size_t sampled_lines = 64;
/// Share of the sampled records that must look right: real traces have a few odd ones.
constexpr double needed_share = 0.98;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// True if the file's name has the format's name as an extension, last or before another: x.oracleGeneral.bin.
bool name_suggests(const std::string& path, const std::string& format) {
  const std::string name = lower(path.substr(path.find_last_of('/') + 1));
  const std::size_t at = name.find("." + lower(format));
  const std::size_t end = at + 1 + format.size();
  return at != std::string::npos && (end == name.size() || name[end] == '.');
}

/// Length of the UTF-8 character that opens `text`: 0 if it is none, and all of `text` if that is a cut-off one.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  for (std::size_t i = 1; i < std::min(length, text.size()); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return std::min(length, text.size());
}

/// UTF-8 without control characters.
bool is_text(std::string_view bytes) {
  if (find_control(bytes) != std::string_view::npos) return false;
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

/// Share of the first records for which `right(record, previous, 1-based position)` holds; 0 if there is no whole one.
template <typename Record, typename Right>
double share_right(std::string_view bytes, Right right) {
  const std::size_t count = std::min(bytes.size() / sizeof(Record), sampled_records);
  std::size_t good = 0;
  Record previous{};
  for (std::size_t i = 0; i < count; ++i) {
    Record record;
    std::memcpy(&record, bytes.data() + i * sizeof record, sizeof record);
    good += right(record, i == 0 ? record : previous, i + 1);
    previous = record;
  }
  return count == 0 ? 0.0 : static_cast<double>(good) / static_cast<double>(count);
}

bool looks_oracle_general(std::string_view bytes) {
  // A file whose next accesses are unknown has -1 everywhere, so the times must help to tell it from noise.
  return share_right<OracleGeneralRecord>(bytes, [](const auto& record, const auto& previous, std::size_t position) {
           const std::int64_t next = record.next_access;
           const bool near = next < (std::int64_t{1} << 48) || next == std::numeric_limits<std::int64_t>::max();
           return may_follow(next, position) && near && record.time >= previous.time;
         }) >= needed_share;
}

bool looks_vscsi(std::string_view bytes) {
  return share_right<VscsiRecord>(bytes, [](const auto& record, const auto&, std::size_t) {
           return record.version >> 8 == 1 && record.opcode <= 0xFF;
         }) >= needed_share;
}

/// Both formats may fit a file of a few records; then its length tells, if it is a multiple of one record only.
std::vector<std::string> fitting_records(const Head& head) {
  std::vector<std::string> fitting;
  const bool vscsi = looks_vscsi(head.bytes);
  const bool oracle_general = looks_oracle_general(head.bytes);
  const bool ambiguous = vscsi && oracle_general && head.total_size;
  const bool whole_vscsi = ambiguous && *head.total_size % sizeof(VscsiRecord) == 0;
  const bool whole_oracle_general = ambiguous && *head.total_size % sizeof(OracleGeneralRecord) == 0;
  if (vscsi && (whole_vscsi || !whole_oracle_general)) fitting.push_back("vscsi");
  if (oracle_general && (whole_oracle_general || !whole_vscsi)) fitting.push_back("oracleGeneral");
  return fitting;
}

bool looks_lis(const std::vector<std::string_view>& lines) {
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
    const auto fields = split_fields(line, ' ');
    return fields.size() == 4 &&
           std::all_of(fields.begin(), fields.end(),
                       [](std::string_view field) { return parse_unsigned(field).has_value(); }) &&
           parse_unsigned(fields[1]) > 0u;
  });
}

bool looks_txt(const std::vector<std::string_view>& lines) {
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.find_first_of(" \t") == std::string_view::npos;
  });
}

/// Rows of equal length, with a header that is understood or a first row that has a number.
bool looks_csv(const std::vector<std::string_view>& lines, const ReadOptions& options) {
  if (lines.empty()) return false;
  const char delimiter = options.delimiter != 0 ? options.delimiter : find_delimiter(lines);
  if (delimiter == 0) return is_known_column(lines.front());
  if (options.key_column > 0) return true;
  const auto fields = split_fields(lines.front(), delimiter);
  const bool named = std::any_of(fields.begin(), fields.end(), is_known_column);
  const bool numeric = std::any_of(fields.begin(), fields.end(), [](auto field) { return parse_decimal(field); });
  return named || numeric;
}

struct Magic {
  std::string_view bytes;
  std::string_view what;
};
using namespace std::string_view_literals;
constexpr std::array other_files = {
    Magic{"\x1F\x8B"sv, "gzip-compressed: decompress it (gunzip), or compress it with zstd instead"},
    Magic{"\xFD"
          "7zXZ\0"sv,
          "xz-compressed: decompress it (unxz), or compress it with zstd instead"},
    Magic{"BZh"sv, "bzip2-compressed: decompress it (bunzip2), or compress it with zstd instead"},
    Magic{"PK\x03\x04"sv, "a zip archive: unpack it first"},
    Magic{"\x7F"
          "ELF"sv,
          "a program, not a trace"},
    Magic{"SQLite format 3\0"sv, "an SQLite database, not a trace"},
};

[[noreturn]] void throw_unknown(const Head& head, const std::string& path, bool text) {
  for (const Magic& other : other_files) {
    if (head.bytes.starts_with(other.bytes)) throw InputError({path}, fmt::format("is {}", other.what));
  }
  const std::string seen =
      text ? fmt::format("text that opens with '{}'", shown(head.bytes.substr(0, head.bytes.find('\n'))))
           : "binary content that fits neither the 24-byte records of oracleGeneral nor the 32-byte ones of vscsi";
  throw InputError({path}, fmt::format("is not a trace in a known format ({}): found {}; if it is one, name it with "
                                       "--format",
                                       fmt::join(cache_trace_formats(), ", "), seen));
}

}  // namespace

std::string detect_format(const Head& head, const std::string& path, const ReadOptions& options) {
  std::vector<std::string> fitting;
  const bool text = is_text(head.bytes);
  if (text) {
    const auto lines = sample_lines(head, sampled_lines);
    if (looks_lis(lines)) fitting.push_back("lis");
    // A row without spaces could also be one long key, whatever the file is called; as columns it says more.
    if (looks_csv(lines, options)) {
      fitting.push_back("csv");
    } else if (looks_txt(lines)) {
      fitting.push_back("txt");
    }
  } else {
    fitting = fitting_records(head);
  }
  for (const std::string& format : fitting) {
    if (name_suggests(path, format)) return format;
  }
  if (fitting.empty()) throw_unknown(head, path, text);
  return fitting.front();
}

}  // namespace syswright::trace
