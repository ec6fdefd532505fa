#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trace/reader.h"

namespace syswright::trace {

/// What the columns of a csv file are.
struct CsvLayout {
  char delimiter = ',';
  std::size_t columns = 0;          ///< of every row
  std::size_t key_column = 0;       ///< 1-based
  std::size_t time_column = 0;      ///< 0: none
  std::size_t size_column = 0;      ///< 0: none
  std::size_t key_size_column = 0;  ///< counts towards the size as well; 0: none
  std::size_t ttl_column = 0;       ///< 0: none
  std::size_t tenant_column = 0;    ///< 0: none
  double time_divisor = 1;          ///< time units in a second
  std::string header;               ///< the header line, trimmed; empty: there is none
  std::string note;                 ///< a warning about what had to be guessed; may be empty
};

/// Cuts a line into fields, without blanks or quotes around them. A run of spaces is one delimiter; other delimiters
/// each part two fields. A delimiter inside double quotes does not count.
class FieldCutter {
 public:
  FieldCutter(std::string_view line, char delimiter) : rest_(line), delimiter_(delimiter) {}
  /// False if there is no other field.
  bool next(std::string_view& field);

 private:
  std::string_view rest_;
  char delimiter_;
  bool done_ = false;
};

/// All fields of a line.
std::vector<std::string_view> split_fields(std::string_view line, char delimiter);

/// The first `count` lines of a head that are neither blank nor comments, trimmed; a last line that may go on behind
/// the head is left out.
std::vector<std::string_view> sample_lines(const Head& head, std::size_t count);

/// The delimiter that parts every line into the same number (at least 2) of fields, or 0.
char find_delimiter(const std::vector<std::string_view>& lines);

/// True if `name` is one that headers use for a key, a time or a size column.
bool is_known_column(std::string_view name);

/// Works out delimiter and columns from the first lines; what `options` gives is taken as given.
/// Throws InputError if the key column cannot be told, naming the columns and the option to set.
CsvLayout find_csv_layout(const Head& head, const std::string& path, const ReadOptions& options);

}  // namespace syswright::trace
