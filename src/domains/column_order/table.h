#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::column_order {

/// Most fields of a table: sets of them are words.
inline constexpr std::size_t most_fields = 64;
inline constexpr std::size_t most_rows = 1'000'000;

/// One field: its distinct values, and which of them each row has.
struct Field {
  std::string name;
  std::vector<std::string> values;   ///< in the order of their first row
  std::vector<std::uint32_t> cells;  ///< [rows] into values
};

/// A table whose rows are sent one after another.
struct Instance {
  std::string name;
  std::uint64_t number = 0;
  std::uint32_t rows = 0;
  std::vector<Field> fields;

  const std::string& cell(std::uint32_t row, std::size_t field) const {
    return fields[field].values[fields[field].cells[row]];
  }
  std::uint32_t length(std::uint32_t row, std::size_t field) const {
    return static_cast<std::uint32_t>(cell(row, field).size());
  }
  /// Characters (bytes) of all cells.
  std::uint64_t characters() const;
};

/// Order of a row's fields.
using FieldOrder = std::vector<std::uint8_t>;

/// Characters of rows that are not the start of an earlier row, in all: the nodes of the trie of all rows. However the
/// rows are ordered, this many characters are new: only the order of the fields within rows matters.
std::uint64_t new_characters(const Instance& table, std::span<const FieldOrder> orders);

/// A table from rows of cells. Throws InputError if rows differ in their number of cells.
Instance make_table(std::string name, const std::vector<std::string>& fields,
                    const std::vector<std::vector<std::string>>& rows);

/// Rows [from, to) of a table, as a table of its own.
Instance cut(const Instance& table, std::uint32_t from, std::uint32_t to);

/// Reads csv with a header line; cells may stand in double quotes, with "" for a quote. Files may be compressed by
/// zstd. Throws InputError with file, line and remedy.
Instance read_table(const std::string& path);
Instance parse_table(std::string_view csv, const std::string& path);

enum class Kind {
  reviews,  ///< items with name, style and number, users, five ratings, a time: many fields follow from others
  events    ///< log lines: service, host, level, a message with a parameter, a request number
};
std::string_view to_string(Kind kind);

struct GeneratorOptions {
  Kind kind = Kind::reviews;
  std::uint64_t seed = 1;
  std::uint64_t number = 0;  ///< seed and number decide the draws
  std::uint32_t rows = 400;
};
Instance generate(const GeneratorOptions& options);

}  // namespace syswright::column_order
