#include "domains/column_order/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "trace/input.h"

namespace syswright::column_order {

std::uint64_t Instance::characters() const {
  std::uint64_t sum = 0;
  for (const Field& field : fields) {
    for (const std::uint32_t value : field.cells) sum += field.values[value].size();
  }
  return sum;
}

Instance make_table(std::string name, const std::vector<std::string>& fields,
                    const std::vector<std::vector<std::string>>& rows) {
  Instance table;
  table.name = std::move(name);
  table.rows = static_cast<std::uint32_t>(rows.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Field field{fields[i], {}, {}};
    std::unordered_map<std::string_view, std::uint32_t> numbers;  // only looked up
    for (const std::vector<std::string>& row : rows) {
      if (row.size() != fields.size()) {
        throw InputError(
            fmt::format("{}: a row has {} cells, and there are {} fields", table.name, row.size(), fields.size()));
      }
      const auto [at, added] = numbers.try_emplace(row[i], static_cast<std::uint32_t>(field.values.size()));
      if (added) field.values.push_back(row[i]);
      field.cells.push_back(at->second);
    }
    table.fields.push_back(std::move(field));
  }
  return table;
}

Instance cut(const Instance& table, std::uint32_t from, std::uint32_t to) {
  std::vector<std::string> names;
  for (const Field& field : table.fields) names.push_back(field.name);
  std::vector<std::vector<std::string>> rows;
  for (std::uint32_t row = from; row < to; ++row) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (std::size_t field = 0; field < table.fields.size(); ++field) cells.push_back(table.cell(row, field));
  }
  return make_table(fmt::format("{}, rows {} to {}", table.name, from + 1, to), names, rows);
}

namespace {

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Instance read() {
    const std::vector<std::string> fields = row();
    if (fields.size() < 2 || fields.size() > most_fields) {
      refuse(fmt::format("the header names {} fields, and a table has 2 to {}", fields.size(), most_fields));
    }
    std::vector<std::vector<std::string>> rows;
    while (!text_.empty()) {
      std::vector<std::string> cells = row();
      if (cells.size() == 1 && cells[0].empty()) continue;
      if (cells.size() != fields.size()) {
        refuse(fmt::format("{} cells, and the header names {} fields", cells.size(), fields.size()));
      }
      if (rows.size() == most_rows) refuse(fmt::format("over {} rows: cut the table", most_rows));
      rows.push_back(std::move(cells));
    }
    if (rows.empty()) refuse("there is no row below the header");
    return make_table(path_, fields, rows);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(SourceLocation{path_, line_, 0}, problem);
  }
  bool at_end_of_line() const { return text_.empty() || text_[0] == '\n' || text_.starts_with("\r\n"); }

  std::vector<std::string> row() {
    std::vector<std::string> cells;
    ++line_;
    while (true) {
      cells.push_back(!text_.empty() && text_[0] == '"' ? quoted() : plain());
      if (at_end_of_line()) break;
      if (text_[0] != ',') refuse("a comma must follow the closing quote of a cell");
      text_.remove_prefix(1);
    }
    text_.remove_prefix(std::min<std::size_t>(text_.size(), text_.starts_with("\r\n") ? 2 : 1));
    return cells;
  }
  std::string plain() {
    std::size_t end = std::min(text_.find_first_of(",\n"), text_.size());
    if (end > 0 && end < text_.size() && text_[end] == '\n' && text_[end - 1] == '\r') --end;
    std::string cell(text_.substr(0, end));
    text_.remove_prefix(end);
    return cell;
  }
  std::string quoted() {
    std::string cell;
    const std::size_t start = line_;
    for (text_.remove_prefix(1);; text_.remove_prefix(1)) {
      if (text_.empty()) throw InputError(SourceLocation{path_, start, 0}, "a quote is opened and never closed");
      if (text_[0] == '\n') ++line_;
      if (text_[0] == '"') {
        text_.remove_prefix(1);
        if (text_.empty() || text_[0] != '"') return cell;
      }
      cell += text_[0];
    }
  }

  std::string_view text_;
  std::string path_;
  std::size_t line_ = 0;
};

}  // namespace

Instance parse_table(std::string_view csv, const std::string& path) { return CsvParser(csv, path).read(); }

Instance read_table(const std::string& path) { return parse_table(trace::decompressed(read_file(path), path), path); }

}  // namespace syswright::column_order
