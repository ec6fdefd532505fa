#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace syswright::llm_serving {

/// The rows of a csv file with a header, by named columns. Line ends may be CRLF; blank lines are skipped; cells are
/// not quoted. Throws InputError with file and line.
class ProfileRows {
 public:
  /// Throws if a column is missing from the header; others are ignored.
  ProfileRows(const std::string& path, const std::vector<std::string>& columns);
  std::size_t size() const { return rows_.size(); }
  const std::string& text(std::size_t row, std::size_t column) const { return rows_[row][column]; }
  /// Not negative.
  double number(std::size_t row, std::size_t column) const;
  /// Of any sign.
  double real(std::size_t row, std::size_t column) const;
  std::uint32_t count(std::size_t row, std::size_t column) const;
  [[noreturn]] void refuse(std::size_t row, const std::string& problem) const;

 private:
  std::string path_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;  // as columns_
  std::vector<std::size_t> lines_;
};

/// The values of a YAML file of nested keys, as much of YAML as profilers write: keys by indentation, plain or quoted
/// scalars, lists in brackets (over several lines too) or with dashes, comments. Each value stands under its path,
/// "skew_fit.per_tp.1.alpha_default"; a scalar is a list of one.
class ProfileMeta {
 public:
  /// Throws InputError with file and line where a line is neither.
  explicit ProfileMeta(const std::string& path);
  bool has(const std::string& key) const { return values_.contains(key); }
  /// Throws InputError that names the key if it is missing.
  const std::vector<std::string>& list(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  double number(const std::string& key) const;
  /// Empty if it is missing.
  std::string text(const std::string& key) const;

 private:
  std::string path_;
  std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace syswright::llm_serving
