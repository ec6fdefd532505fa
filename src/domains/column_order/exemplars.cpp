#include "domains/column_order/problem.h"

namespace syswright::column_order {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# In each group, the field whose repeated cells have most characters.
policy most_saved for column_order {
  rank field(saved) by split { return saved; }
}
)",
      R"(# The same for the characters of each value: few values, long cells.
policy long_and_few for column_order {
  rank field(length, distinct, rows) by split { return length * (rows - distinct) / distinct; }
}
)",
      R"(# The value that saves most with all that follows from it.
policy best_value for column_order {
  rank field(together) by value { return together; }
}
)",
      R"(# The same, but many rows count for more than long cells while many fields are left.
policy many_rows for column_order {
  rank field(together, best_count, rows, left) by value { return together * (1 + left * best_count / rows); }
}
)",
      R"(# Small groups go by what is long, large ones by what is common.
policy by_group_size for column_order {
  stat usual = ewma(group_rows, 0.9);
  rank field(rows, saved, best_length, best_saved) by value {
    return rows > usual ? saved : best_saved + best_length;
  }
}
)",
  };
  return programs;
}

}  // namespace syswright::column_order
