#include <algorithm>

#include "domain/instance_cheats.h"
#include "domains/column_order/auditor.h"
#include "domains/column_order/problem.h"

namespace syswright::column_order {
namespace {

using Cheated = CheatedRun<Problem>;

/// Every second row says what the one before says.
Instance in_pairs(const Instance& table) {
  Instance easier = table;
  for (Field& field : easier.fields) {
    for (std::uint32_t row = 1; row < table.rows; row += 2) field.cells[row] = field.cells[row - 1];
  }
  return easier;
}

/// The field with most characters is not sent.
bool drop_a_field(Cheated& cheated) {
  std::vector<Instance> narrower = cheated.scenario.instances();
  for (Instance& table : narrower) {
    const Machine machine(table);
    std::size_t widest = 0;
    const auto distinct_characters = [&](std::size_t field) {
      const FieldFacts facts = machine.facts(field);
      return facts.characters - facts.saved;
    };
    for (std::size_t field = 1; field < table.fields.size(); ++field) {
      if (distinct_characters(field) > distinct_characters(widest)) widest = field;
    }
    table.fields.erase(table.fields.begin() + static_cast<std::ptrdiff_t>(widest));
  }
  return claim_of_other_instances(cheated, std::move(narrower), false);
}

/// All cells are cut to their first three characters.
bool cut_the_cells(Cheated& cheated) {
  std::vector<Instance> shorter = cheated.scenario.instances();
  for (Instance& table : shorter) {
    for (Field& field : table.fields) {
      for (std::string& value : field.values) value.resize(std::min<std::size_t>(value.size(), 3));
    }
  }
  return claim_of_other_instances(cheated, std::move(shorter), false);
}

/// A row also hits what only later rows hold; decisions and rows are honest.
bool count_later_rows(Cheated& cheated) {
  const auto split = records_by_instance(cheated.scenario, cheated.run.log);
  auto metrics = play_log(cheated.policy, cheated.scenario, split);
  for (std::size_t i = 0; i < split.size(); ++i) {
    Violations ignored;
    std::vector<std::string> rows = rows_sent(cheated.scenario.instances()[i], split[i], ignored);
    std::sort(rows.begin(), rows.end());
    const auto shared = [&](std::size_t a, std::size_t b) {
      return static_cast<std::size_t>(
          std::mismatch(rows[a].begin(), rows[a].end(), rows[b].begin(), rows[b].end()).first - rows[a].begin());
    };
    std::uint64_t missed = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::size_t before = row > 0 ? shared(row, row - 1) : 0;
      const std::size_t after = row + 1 < rows.size() ? shared(row, row + 1) : 0;
      missed += rows[row].size() - std::max(before, after);
    }
    metrics[i][0] = static_cast<double>(missed) / static_cast<double>(cheated.scenario.instances()[i].characters());
    metrics[i][1] = 1 - metrics[i][0];
  }
  const double before = cheated.run.evaluation.objective();
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

template <bool (*change)(Cheated&)>
std::optional<Claim> in_each(const Claim& honest) {
  return cheat_in_each<Problem>(honest, change);
}

}  // namespace

std::span<const Cheat> Problem::cheats() {
  static const std::vector<Cheat> cheats = [] {
    std::vector<Cheat> all = cheats_on_instances<Problem>(in_pairs);
    all.push_back({"drops_a_field", "does not send the field with most characters", in_each<drop_a_field>});
    all.push_back({"cuts_cells", "sends the first three characters of each cell", in_each<cut_the_cells>});
    all.push_back({"counts_later_rows", "counts what rows have in common with later ones", in_each<count_later_rows>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::column_order
