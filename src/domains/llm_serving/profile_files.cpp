#include "domains/llm_serving/profile_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace syswright::llm_serving {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> cut(std::string_view line, char separator) {
  std::vector<std::string> cells;
  while (true) {
    const std::size_t end = std::min(line.find(separator), line.size());
    cells.emplace_back(trimmed(line.substr(0, end)));
    if (end == line.size()) return cells;
    line.remove_prefix(end + 1);
  }
}

/// Calls `take(line, number)` for each line.
template <typename Take>
void each_line(std::string_view text, Take take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Without quotes around it.
std::string plain(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

/// Without a comment behind it: '#' at the start or after a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) return line.substr(0, i);
  }
  return line;
}

/// Turns the lines of a YAML file into paths and values.
class MetaLines {
 public:
  MetaLines(const std::string& path, std::map<std::string, std::vector<std::string>>& values)
      : path_(path), values_(values) {}

  void take(std::string_view raw, std::size_t number) {
    const std::string_view line = without_comment(raw);
    const std::string_view text = trimmed(line);
    if (text.empty() || text == "---") return;
    number_ = number;
    if (!open_list_.empty()) {
      open_list_ += text;
      close_list();
    } else if (text == "-" || text.starts_with("- ")) {
      if (stack_.empty()) refuse(text);
      values_[path()].push_back(plain(text.substr(1)));
    } else {
      take_key(text, line.find_first_not_of(' '));
    }
  }

  void finish() const {
    if (!open_list_.empty()) throw InputError(SourceLocation{path_}, "the last list has no ']'");
  }

 private:
  struct Level {
    std::size_t indent;
    std::string key;
  };

  void take_key(std::string_view text, std::size_t indent) {
    const std::size_t colon = text.ends_with(':') ? std::min(text.find(": "), text.size() - 1) : text.find(": ");
    if (colon == text.npos) refuse(text);
    while (!stack_.empty() && stack_.back().indent >= indent) stack_.pop_back();
    stack_.push_back({indent, plain(text.substr(0, colon))});
    const std::string_view value = trimmed(text.substr(colon + 1));
    if (value.starts_with('[')) {
      open_list_ = value;
      close_list();
    } else if (!value.empty()) {
      values_[path()] = {plain(value)};
    }
  }

  void close_list() {
    if (!open_list_.ends_with(']')) {
      open_list_ += ' ';
      return;
    }
    std::vector<std::string>& list = values_[path()];
    const std::string_view inner = trimmed(std::string_view(open_list_).substr(1, open_list_.size() - 2));
    if (!inner.empty()) {
      for (const std::string& item : cut(inner, ',')) list.push_back(plain(item));
    }
    open_list_.clear();
  }

  std::string path() const {
    std::string all;
    for (const Level& level : stack_) all += (all.empty() ? "" : ".") + level.key;
    return all;
  }

  [[noreturn]] void refuse(std::string_view text) const {
    throw InputError(SourceLocation{path_, number_},
                     fmt::format("'{}' is neither 'key: value' nor an item of a list", text));
  }

  const std::string& path_;
  std::map<std::string, std::vector<std::string>>& values_;
  std::vector<Level> stack_;
  std::string open_list_;  // from its '[' on
  std::size_t number_ = 0;
};

}  // namespace

ProfileRows::ProfileRows(const std::string& path, const std::vector<std::string>& columns)
    : path_(path), columns_(columns) {
  std::vector<std::size_t> at;
  std::size_t width = 0;
  each_line(read_file(path), [&](std::string_view line, std::size_t number) {
    if (trimmed(line).empty()) return;
    const std::vector<std::string> cells = cut(line, ',');
    if (width == 0) {
      width = cells.size();
      for (const std::string& column : columns) {
        const auto found = std::find(cells.begin(), cells.end(), column);
        if (found == cells.end()) {
          throw InputError(SourceLocation{path, number},
                           fmt::format("the header has no column '{}'; it has: {}", column, join(cells)));
        }
        at.push_back(static_cast<std::size_t>(found - cells.begin()));
      }
      return;
    }
    if (cells.size() != width) {
      throw InputError(SourceLocation{path, number},
                       fmt::format("the row has {} cells, the header {}", cells.size(), width));
    }
    std::vector<std::string>& row = rows_.emplace_back();
    for (const std::size_t column : at) row.push_back(cells[column]);
    lines_.push_back(number);
  });
  if (rows_.empty()) throw InputError(SourceLocation{path}, "the table has no rows");
}

double ProfileRows::real(std::size_t row, std::size_t column) const {
  const std::string& text = rows_[row][column];
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    refuse(row, fmt::format("{} '{}' is not a number", columns_[column], text));
  }
  return value;
}

double ProfileRows::number(std::size_t row, std::size_t column) const {
  const double value = real(row, column);
  if (value < 0) refuse(row, fmt::format("{} {} is negative", columns_[column], value));
  return value;
}

std::uint32_t ProfileRows::count(std::size_t row, std::size_t column) const {
  const double value = number(row, column);
  if (value != std::floor(value) || value > 1e7) {
    refuse(row, fmt::format("{} {} is not a whole number up to 10,000,000", columns_[column], value));
  }
  return static_cast<std::uint32_t>(value);
}

void ProfileRows::refuse(std::size_t row, const std::string& problem) const {
  throw InputError(SourceLocation{path_, lines_[row]}, problem);
}

ProfileMeta::ProfileMeta(const std::string& path) : path_(path) {
  MetaLines lines(path_, values_);
  each_line(read_file(path), [&](std::string_view line, std::size_t number) { lines.take(line, number); });
  lines.finish();
}

const std::vector<std::string>& ProfileMeta::list(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw InputError(SourceLocation{path_}, fmt::format("there is no '{}'", key));
  return found->second;
}

std::vector<double> ProfileMeta::numbers(const std::string& key) const {
  std::vector<double> numbers;
  for (const std::string& text : list(key)) numbers.push_back(parse_number(text, path_ + ": " + key));
  return numbers;
}

double ProfileMeta::number(const std::string& key) const {
  const std::vector<double> all = numbers(key);
  if (all.size() != 1) throw InputError(SourceLocation{path_}, fmt::format("'{}' is not one number", key));
  return all.front();
}

std::string ProfileMeta::text(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() || found->second.empty() ? std::string() : found->second.front();
}

}  // namespace syswright::llm_serving
