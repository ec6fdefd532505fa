#include "trace/csv_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::trace {
namespace {

constexpr std::size_t sampled_lines = 64;

/// Names in the order in which they are preferred where a header has several.
constexpr std::array key_names = {"key",  "obj_id", "object_id", "objid", "object",   "obj",      "lbn",
                                  "lba",  "block",  "block_id",  "blkno", "page",     "page_id",  "item_id",
                                  "item", "id",     "url",       "path",  "cachekey", "cache_key"};
constexpr std::array time_names = {"time", "timestamp", "real_time", "arrival_time", "clock_time", "ts", "op_time"};
constexpr std::array size_names = {"size",  "obj_size", "object_size", "length",    "len",
                                   "bytes", "nbytes",   "size_bytes",  "objectsize"};
constexpr std::array ttl_names = {"ttl", "ttl_s", "time_to_live", "max_age"};
constexpr std::array tenant_names = {"tenant",    "tenant_id", "namespace", "usecase", "use_case",
                                     "client_id", "client",    "app_id",    "app"};
/// The sixth of seven columns of a trace without a header, as Twitter published its caches' (Yang et al., OSDI 2020).
constexpr std::array operations = {"get",    "gets",    "set",    "add",  "replace", "cas",
                                   "append", "prepend", "delete", "incr", "decr"};

struct TimeSuffix {
  std::string_view text;
  double per_second;
};
constexpr std::array time_suffixes = {TimeSuffix{"_ns", 1e9}, TimeSuffix{"_us", 1e6},  TimeSuffix{"_ms", 1e3},
                                      TimeSuffix{"_s", 1.0},  TimeSuffix{"_sec", 1.0}, TimeSuffix{"_seconds", 1.0}};

std::string normal_name(std::string_view name) {
  std::string result;
  for (char c : name) {
    result += c == ' ' || c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

/// 1-based position of the most preferred of `names` among `columns`; 0 if there is none.
std::size_t find_name(const std::vector<std::string>& columns, std::span<const char* const> names) {
  for (const char* name : names) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin()) + 1;
  }
  return 0;
}

struct TimeColumn {
  std::size_t column = 0;
  double divisor = 1;
};

TimeColumn find_time(const std::vector<std::string>& columns) {
  if (const std::size_t plain = find_name(columns, time_names)) return {plain, 1};
  for (const TimeSuffix& suffix : time_suffixes) {
    for (const char* name : time_names) {
      const auto found = std::find(columns.begin(), columns.end(), std::string(name) + std::string(suffix.text));
      if (found != columns.end()) return {static_cast<std::size_t>(found - columns.begin()) + 1, suffix.per_second};
    }
  }
  return {};
}

/// The unit that a time column given by number still takes from its name.
double divisor_of_name(const std::string& name) {
  for (const TimeSuffix& suffix : time_suffixes) {
    if (name.size() > suffix.text.size() && name.ends_with(suffix.text)) return suffix.per_second;
  }
  return 1;
}

/// timestamp, key, key size, value size, client id, operation, TTL.
bool is_twitter_layout(const std::vector<std::string_view>& fields) {
  return fields.size() == 7 && std::find(operations.begin(), operations.end(), fields[5]) != operations.end();
}

/// A header has a name that is known, or a field that is no number where the next row has one.
bool is_header(const std::vector<std::string_view>& first, const std::vector<std::string_view>& second) {
  if (std::any_of(first.begin(), first.end(), is_known_column)) return true;
  if (is_twitter_layout(first)) return false;
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    if (!parse_decimal(first[i]) && parse_decimal(second[i])) return true;
  }
  return false;
}

bool never_decreases(const std::vector<std::string_view>& lines, char delimiter, std::size_t column) {
  double last = 0;
  for (std::string_view line : lines) {
    const auto fields = split_fields(line, delimiter);
    const auto value = column < fields.size() ? parse_decimal(fields[column]) : std::nullopt;
    if (!value || *value < last) return false;
    last = *value;
  }
  return true;
}

void columns_from_header(CsvLayout& layout, const std::vector<std::string_view>& fields, const std::string& path,
                         const ReadOptions& options) {
  std::vector<std::string> names;
  for (std::string_view field : fields) names.push_back(normal_name(field));
  layout.key_column = find_name(names, key_names);
  layout.size_column = find_name(names, size_names);
  layout.ttl_column = find_name(names, ttl_names);
  layout.tenant_column = find_name(names, tenant_names);
  const TimeColumn time = find_time(names);
  layout.time_column = time.column;
  layout.time_divisor = time.divisor;
  if (options.time_column > 0 && options.time_column <= names.size()) {
    layout.time_divisor = divisor_of_name(names[options.time_column - 1]);
  }
  if (layout.key_column == 0 && options.key_column == 0) {
    throw InputError({path, 1}, fmt::format("no column is named as a key (key, obj_id, lbn, id, …): found {}; name it "
                                            "with --key-column NUMBER",
                                            shown(fmt::format("{}", fmt::join(fields, ", ")))));
  }
}

void usual_columns(CsvLayout& layout, const std::vector<std::string_view>& lines, const std::string& path,
                   const ReadOptions& options) {
  if (options.key_column > 0) return;
  if (is_twitter_layout(split_fields(lines.front(), layout.delimiter))) {
    layout.time_column = 1;
    layout.key_column = 2;
    layout.key_size_column = 3;
    layout.size_column = 4;
    layout.tenant_column = 5;
    layout.ttl_column = 7;
    layout.note = "there is no header: columns are taken as time, key, key size, value size, client, operation, TTL";
    return;
  }
  switch (layout.columns) {
    case 1:
      layout.key_column = 1;
      return;
    case 2:
      if (never_decreases(lines, layout.delimiter, 0) && lines.size() > 1) {
        layout.time_column = 1;
        layout.key_column = 2;
        layout.note = "there is no header: column 1 is taken as the time, 2 as the key";
      } else {
        layout.key_column = 1;
        layout.size_column = 2;
        layout.note = "there is no header: column 1 is taken as the key, 2 as the size";
      }
      return;
    case 3:
      layout.time_column = 1;
      layout.key_column = 2;
      layout.size_column = 3;
      layout.note = "there is no header: columns are taken as time, key, size";
      return;
    default:
      throw InputError({path, 1}, fmt::format("there is no header to tell which of {} columns is the key; name it with "
                                              "--key-column NUMBER (and --time-column, --size-column)",
                                              layout.columns));
  }
}

/// Applies a column that was asked for over the one that was found.
void choose(std::size_t& column, std::size_t asked, const char* option, const CsvLayout& layout,
            const std::string& path) {
  if (asked == no_column) {
    column = 0;
  } else if (asked > layout.columns) {
    throw InputError({path, 1},
                     fmt::format("{} is {}, but there are only {} columns (delimiter '{}')", option, asked,
                                 layout.columns, layout.delimiter == '\t' ? "\\t" : std::string(1, layout.delimiter)));
  } else if (asked > 0) {
    column = asked;
  }
}

}  // namespace

bool FieldCutter::next(std::string_view& field) {
  if (done_) return false;
  if (delimiter_ == ' ') rest_ = trimmed(rest_);
  std::size_t end = 0;
  const std::size_t close = rest_.starts_with('"') ? rest_.find('"', 1) : std::string_view::npos;
  if (close != std::string_view::npos) {
    field = rest_.substr(1, close - 1);
    end = std::min(rest_.find(delimiter_, close), rest_.size());
  } else {
    end = std::min(rest_.find(delimiter_), rest_.size());
    field = trimmed(rest_.substr(0, end));
  }
  done_ = end == rest_.size();
  if (!done_) rest_.remove_prefix(end + 1);
  return true;
}

std::vector<std::string_view> split_fields(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  FieldCutter cutter(line, delimiter);
  for (std::string_view field; cutter.next(field);) fields.push_back(field);
  return fields;
}

std::vector<std::string_view> sample_lines(const Head& head, std::size_t count) {
  std::vector<std::string_view> lines;
  std::string_view rest = head.bytes;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  while (!rest.empty() && lines.size() < count) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && !head.complete) break;
    const std::string_view line = trimmed(rest.substr(0, end));
    if (!line.empty() && line.front() != '#') lines.push_back(line);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

char find_delimiter(const std::vector<std::string_view>& lines) {
  if (lines.empty()) return 0;
  for (char delimiter : {',', '\t', ';', '|', ' '}) {
    const std::size_t columns = split_fields(lines.front(), delimiter).size();
    const auto same = [&](std::string_view line) { return split_fields(line, delimiter).size() == columns; };
    if (columns >= 2 && std::all_of(lines.begin(), lines.end(), same)) return delimiter;
  }
  return 0;
}

bool is_known_column(std::string_view name) {
  const std::vector<std::string> one{normal_name(name)};
  return find_name(one, key_names) != 0 || find_name(one, size_names) != 0 || find_time(one).column != 0;
}

CsvLayout find_csv_layout(const Head& head, const std::string& path, const ReadOptions& options) {
  const std::vector<std::string_view> lines = sample_lines(head, sampled_lines);
  CsvLayout layout;
  if (lines.empty()) throw InputError({path}, "holds no lines to read as csv");
  layout.delimiter = options.delimiter;
  // Rows that differ in their number of fields are reported when they are read, by line.
  if (layout.delimiter == 0) layout.delimiter = find_delimiter(lines);
  if (layout.delimiter == 0) layout.delimiter = find_delimiter({lines.front()});
  if (layout.delimiter == 0) layout.delimiter = ',';
  const auto first = split_fields(lines[0], layout.delimiter);
  const auto second = lines.size() > 1 ? split_fields(lines[1], layout.delimiter) : std::vector<std::string_view>{};
  layout.columns = first.size();
  if (is_header(first, second)) {
    layout.header = lines[0];
    columns_from_header(layout, first, path, options);
  } else {
    usual_columns(layout, lines, path, options);
  }
  choose(layout.key_column, options.key_column, "--key-column", layout, path);
  choose(layout.time_column, options.time_column, "--time-column", layout, path);
  choose(layout.size_column, options.size_column, "--size-column", layout, path);
  if (options.size_column > 0) layout.key_size_column = 0;
  return layout;
}

}  // namespace syswright::trace
