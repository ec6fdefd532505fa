#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domains/column_order/table.h"

namespace syswright::column_order {

/// What groups of rows would cost if the rest were sent in one order: for policies that try what they could answer.
class Outlook {
 public:
  /// The table outlives the outlook. O(cells + values log values).
  explicit Outlook(const Instance& table);

  /// New characters of rows that share all they have sent, once the first of them is there: fields in which all rows of
  /// a part agree come first, then those left in the given order. Rows share nothing with rows outside, and two rows
  /// that differ in a cell share the start of its two values, no more: of what the mechanism counts, only chance
  /// likenesses across cells are left out. fields: the set of those left, all of them in `order`; rows are reordered.
  /// O(rows log rows * fields).
  std::uint64_t new_characters(std::span<std::uint32_t> rows, std::uint64_t fields, const FieldOrder& order) const;

  /// The same if `first` comes next in all rows.
  std::uint64_t after_split(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first,
                            const FieldOrder& order) const;

  /// The same if `first` comes next in the rows that have its value in `row`, and the others go on as they would
  /// without them. The start that both may share is not seen.
  std::uint64_t after_value(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first, std::uint32_t row,
                            const FieldOrder& order) const;

 private:
  struct Column {
    std::vector<std::uint32_t> ranks;    ///< [rows] place of the value in the order of all values
    std::vector<std::uint32_t> lengths;  ///< [ranks]
    std::vector<const char*> texts;      ///< [ranks]
  };
  std::uint64_t split(std::span<std::uint32_t> rows, std::uint64_t fields, std::uint8_t first,
                      const FieldOrder& order) const;
  std::uint32_t shared(const Column& column, std::uint32_t before, std::uint32_t after) const;

  std::vector<Column> columns_;
};

}  // namespace syswright::column_order
