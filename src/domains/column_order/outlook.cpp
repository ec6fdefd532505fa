#include "domains/column_order/outlook.h"

#include <algorithm>
#include <numeric>

namespace syswright::column_order {

Outlook::Outlook(const Instance& table) {
  for (const Field& field : table.fields) {
    std::vector<std::uint32_t> values(field.values.size());
    std::iota(values.begin(), values.end(), 0);
    std::sort(values.begin(), values.end(), [&](auto a, auto b) { return field.values[a] < field.values[b]; });
    Column column;
    std::vector<std::uint32_t> rank_of(values.size());
    for (std::uint32_t rank = 0; rank < values.size(); ++rank) {
      const std::string& text = field.values[values[rank]];
      rank_of[values[rank]] = rank;
      column.lengths.push_back(static_cast<std::uint32_t>(text.size()));
      column.texts.push_back(text.data());
    }
    for (const std::uint32_t cell : field.cells) column.ranks.push_back(rank_of[cell]);
    columns_.push_back(std::move(column));
  }
}

std::uint32_t Outlook::shared(const Column& column, std::uint32_t before, std::uint32_t after) const {
  const std::uint32_t most = std::min(column.lengths[before], column.lengths[after]);
  const char* const text = column.texts[before];
  return static_cast<std::uint32_t>(std::mismatch(text, text + most, column.texts[after]).first - text);
}

std::uint64_t Outlook::new_characters(std::span<std::uint32_t> rows, std::uint64_t fields,
                                      const FieldOrder& order) const {
  std::uint64_t fresh = 0;
  std::uint8_t next = 0;
  bool found = false;
  for (const std::uint8_t field : order) {
    const std::uint64_t bit = std::uint64_t{1} << field;
    if ((fields & bit) == 0) continue;
    const Column& column = columns_[field];
    const std::uint32_t rank = column.ranks[rows[0]];
    if (std::all_of(rows.begin(), rows.end(), [&](std::uint32_t row) { return column.ranks[row] == rank; })) {
      fields &= ~bit;
      fresh += column.lengths[rank];
    } else if (!found) {
      next = field;
      found = true;
    }
  }
  return found ? fresh + split(rows, fields & ~(std::uint64_t{1} << next), next, order) : fresh;
}

std::uint64_t Outlook::split(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first,
                             const FieldOrder& order) const {
  const Column& column = columns_[first];
  std::sort(rows.begin(), rows.end(),
            [&](std::uint32_t a, std::uint32_t b) { return column.ranks[a] < column.ranks[b]; });
  std::uint64_t fresh = 0;
  std::size_t to = 0;
  for (std::size_t from = 0; from < rows.size(); from = to) {
    const std::uint32_t rank = column.ranks[rows[from]];
    while (to < rows.size() && column.ranks[rows[to]] == rank) ++to;
    fresh += column.lengths[rank];
    if (from > 0) fresh -= shared(column, column.ranks[rows[from - 1]], rank);
    fresh += new_characters(rows.subspan(from, to - from), fields, order);
  }
  return fresh;
}

std::uint64_t Outlook::after_split(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first,
                                   const FieldOrder& order) const {
  return split(rows, fields & ~(std::uint64_t{1} << first), first, order);
}

std::uint64_t Outlook::after_value(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first,
                                   std::uint32_t row, const FieldOrder& order) const {
  const Column& column = columns_[first];
  const std::uint32_t rank = column.ranks[row];
  const auto others =
      std::partition(rows.begin(), rows.end(), [&](std::uint32_t one) { return column.ranks[one] == rank; });
  const auto with = static_cast<std::size_t>(others - rows.begin());
  std::uint64_t fresh =
      column.lengths[rank] + new_characters(rows.first(with), fields & ~(std::uint64_t{1} << first), order);
  if (with < rows.size()) fresh += new_characters(rows.subspan(with), fields, order);
  return fresh;
}

}  // namespace syswright::column_order
