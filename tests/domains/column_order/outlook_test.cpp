#include "domains/column_order/outlook.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/random.h"
#include "domains/column_order/problem.h"

namespace syswright::column_order {
namespace {

/// A table whose fields have letters of their own, so that nothing is alike across fields, and whose values are no
/// starts of each other.
Instance clear_table(std::uint64_t seed) {
  Random random(seed, "clear table", 0);
  std::vector<std::vector<std::string>> rows(1 + random.below(12));
  for (std::vector<std::string>& cells : rows) {
    for (char field = 0; field < 4; ++field) {
      std::string cell(3, static_cast<char>('a' + 2 * field));
      for (char& letter : cell) letter = static_cast<char>(letter + random.below(2));
      cells.push_back(cell);
    }
  }
  return make_table("clear", {"w", "x", "y", "z"}, rows);
}

/// Orders by a native policy of in_order's kind: the mechanism takes what agrees first, then `order`.
std::uint64_t played(const Instance& table, const FieldOrder& order) {
  Machine machine(table);
  ProgramState state;
  for (Ask ask; ask.clear(), machine.next(ask, state);) {
    std::uint32_t best = 0;
    std::size_t place = order.size();
    for (std::uint32_t i = 0; i < ask.candidates.size(); ++i) {
      if (ask.candidates[i] >= most_fields) continue;
      const auto at =
          static_cast<std::size_t>(std::find(order.begin(), order.end(), ask.candidates[i]) - order.begin());
      if (at < place) {
        place = at;
        best = i;
      }
    }
    machine.reply({0, std::span(&best, 1)});
  }
  return static_cast<std::uint64_t>(std::llround(machine.metrics()[0] * static_cast<double>(table.characters())));
}

TEST(ColumnOrderOutlook, CountsWhatTheMechanismWould) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Instance table = clear_table(seed);
    const Outlook outlook(table);
    std::vector<std::uint32_t> rows(table.rows);
    std::iota(rows.begin(), rows.end(), 0);
    FieldOrder order{0, 1, 2, 3};
    do {
      const std::uint64_t whole = played(table, order);
      ASSERT_EQ(outlook.new_characters(rows, 0b1111, order), whole) << "seed " << seed;
      // What the first question decides, if no field agrees in all rows.
      const bool asked = std::none_of(table.fields.begin(), table.fields.end(),
                                      [](const Field& one) { return one.values.size() == 1; });
      if (!asked) continue;
      ASSERT_EQ(outlook.after_split(rows, 0b1111, order.front(), order), whole) << "seed " << seed;
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

/// Peeling off the value of every row, one after the other, is a split by that field, but for the starts of values that
/// a split shares and peeling does not see.
TEST(ColumnOrderOutlook, PeelingOffIsNoCheaperThanSplittingWhereTheRestIsAlike) {
  const Instance table = make_table("t", {"x", "y"}, {{"aa", "p"}, {"aa", "q"}, {"bb", "p"}, {"bb", "p"}});
  const Outlook outlook(table);
  std::vector<std::uint32_t> rows{0, 1, 2, 3};
  EXPECT_EQ(outlook.after_split(rows, 0b11, 0, {0, 1}), 2u + 2 + 2 + 1);  // aa, p, q; bbp, whole twice
  EXPECT_EQ(outlook.after_value(rows, 0b11, 0, 0, {0, 1}), 2u + 2 + 3);
  // y of row 0 has three rows: p, then aa and bb; q and aa remain.
  EXPECT_EQ(outlook.after_value(rows, 0b11, 1, 0, {0, 1}), 1u + 2 + 2 + 3);
}

TEST(ColumnOrderOutlook, LookingAheadIsNoWorseThanOneOrder) {
  for (const Kind kind : {Kind::reviews, Kind::events}) {
    const InstanceScenario<Problem> scenario({{generate({kind, 5, 0, 300})}, "t", "t", 1, 200});
    const Evaluation one = scenario.evaluate(Policy::native("best_order"));
    const Evaluation ahead = scenario.evaluate(Policy::native("look_ahead"));
    EXPECT_LE(ahead.objective(), one.objective()) << to_string(kind);
  }
}

}  // namespace
}  // namespace syswright::column_order
