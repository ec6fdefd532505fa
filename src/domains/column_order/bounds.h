#pragma once

#include <cstdint>

#include "domains/column_order/table.h"

namespace syswright::column_order {

/// Characters of a table that are new whatever the orders of fields are. A row shares at most the characters that it
/// has in common with one other row, counted with repetition, wherever they stand; what is beyond that, over all other
/// rows, is new. O(rows^2 * different characters); above 4,000 rows only the longest row counts.
std::uint64_t least_new_characters(const Instance& table);

/// What would be new if each row shared with one other row all cells in which they agree and nothing else: a reference,
/// since starts of cells that differ, and cells of other fields, may be alike too. 0 above 4,000 rows.
std::uint64_t new_by_equal_cells(const Instance& table);

}  // namespace syswright::column_order
