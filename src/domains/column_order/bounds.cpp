#include "domains/column_order/bounds.h"

#include <algorithm>
#include <array>
#include <vector>

namespace syswright::column_order {
namespace {

constexpr std::uint32_t most_compared = 4'000;

std::vector<std::uint32_t> row_lengths(const Instance& table) {
  std::vector<std::uint32_t> lengths(table.rows);
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    for (std::size_t field = 0; field < table.fields.size(); ++field) lengths[row] += table.length(row, field);
  }
  return lengths;
}

/// How often each row has each character, characters that the table has numbered from 0: [rows][width].
std::vector<std::uint16_t> histograms(const Instance& table, std::size_t& width) {
  std::array<int, 256> number{};
  number.fill(-1);
  width = 0;
  for (const Field& field : table.fields) {
    for (const std::string& value : field.values) {
      for (const char character : value) {
        int& one = number[static_cast<unsigned char>(character)];
        if (one < 0) one = static_cast<int>(width++);
      }
    }
  }
  std::vector<std::uint16_t> counts(table.rows * width);
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    for (std::size_t field = 0; field < table.fields.size(); ++field) {
      for (const char character : table.cell(row, field)) {
        const auto at = static_cast<std::size_t>(number[static_cast<unsigned char>(character)]);
        ++counts[row * width + at];
      }
    }
  }
  return counts;
}

/// Sum over the rows of what is beyond the most that a row shares with any other. shared(a, b): with row b, at most.
template <typename Shared>
std::uint64_t beyond_shared(const std::vector<std::uint32_t>& lengths, Shared shared) {
  std::vector<std::uint32_t> most(lengths.size());
  for (std::size_t a = 0; a < lengths.size(); ++a) {
    for (std::size_t b = a + 1; b < lengths.size(); ++b) {
      const std::uint32_t both = shared(a, b);
      most[a] = std::max(most[a], both);
      most[b] = std::max(most[b], both);
    }
  }
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < lengths.size(); ++row) sum += lengths[row] - std::min(most[row], lengths[row]);
  return sum;
}

}  // namespace

std::uint64_t least_new_characters(const Instance& table) {
  const std::vector<std::uint32_t> lengths = row_lengths(table);
  const std::uint64_t longest = *std::max_element(lengths.begin(), lengths.end());
  if (table.rows > most_compared || longest > 60'000) return longest;
  std::size_t width = 0;
  const std::vector<std::uint16_t> counts = histograms(table, width);
  const std::uint64_t beyond = beyond_shared(lengths, [&](std::size_t a, std::size_t b) {
    std::uint32_t both = 0;
    for (std::size_t i = 0; i < width; ++i) both += std::min(counts[a * width + i], counts[b * width + i]);
    return both;
  });
  return std::max(longest, beyond);
}

std::uint64_t new_by_equal_cells(const Instance& table) {
  if (table.rows > most_compared) return 0;
  return beyond_shared(row_lengths(table), [&](std::size_t a, std::size_t b) {
    std::uint32_t both = 0;
    for (const Field& field : table.fields) {
      if (field.cells[a] == field.cells[b]) both += static_cast<std::uint32_t>(field.values[field.cells[a]].size());
    }
    return both;
  });
}

}  // namespace syswright::column_order
