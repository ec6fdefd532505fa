#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

namespace syswright {
namespace {

std::string located(const SourceLocation& where, const std::string& problem) {
  std::string text = where.file;
  if (where.line > 0) text += fmt::format("{}{}", text.empty() ? "line " : ":", where.line);
  if (where.line > 0 && where.column > 0) text += fmt::format(":{}", where.column);
  return text.empty() ? problem : text + ": " + problem;
}

/// Levenshtein distance. O(|a||b|) time, O(|b|) memory.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

InputError::InputError(SourceLocation where, const std::string& problem)
    : Error(located(where, problem)), where_(std::move(where)) {}

SystemError::SystemError(const std::string& what, int error_number)
    : Error(fmt::format("{}: {}", what, std::strerror(error_number))) {}

std::string did_you_mean(std::string_view given, std::span<const std::string> candidates) {
  const std::string* nearest = nullptr;
  std::size_t nearest_distance = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(given, candidate);
    if (nearest == nullptr || distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  if (nearest == nullptr || nearest_distance > std::max<std::size_t>(1, nearest->size() / 3)) return "";
  return fmt::format("; did you mean '{}'?", *nearest);
}

}  // namespace syswright
