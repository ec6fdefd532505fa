#include <algorithm>
#include <numeric>

#include "domains/column_order/outlook.h"
#include "domains/column_order/problem.h"

namespace syswright::column_order {
namespace {

using Answers = NativeAnswers<Machine>;

bool splits(std::uint64_t subject) { return subject < most_fields; }

/// The same order of fields in every row.
Answers in_order(const FieldOrder& order) {
  std::vector<double> scores(most_fields);
  for (std::size_t place = 0; place < order.size(); ++place) scores[order[place]] = -static_cast<double>(place) - 1;
  return [scores = std::move(scores)](const Machine&, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = splits(ask.candidates[i]) ? scores[ask.candidates[i]] : -1e9;
    }
  };
}

FieldOrder as_listed(const Instance& table) {
  FieldOrder order(table.fields.size());
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  return order;
}

Answers original(const Instance& table, const MethodOptions&) { return in_order(as_listed(table)); }

Answers by_cardinality(const Instance& table, const MethodOptions&) {
  FieldOrder order = as_listed(table);
  std::stable_sort(order.begin(), order.end(), [&](std::uint8_t a, std::uint8_t b) {
    return table.fields[a].values.size() < table.fields[b].values.size();
  });
  return in_order(order);
}

FieldOrder by_saved_order(const Instance& table) {
  FieldOrder order = as_listed(table);
  const Machine machine(table);
  std::vector<std::uint64_t> saved;
  for (std::size_t field = 0; field < table.fields.size(); ++field) saved.push_back(machine.facts(field).saved);
  std::stable_sort(order.begin(), order.end(), [&](std::uint8_t a, std::uint8_t b) { return saved[a] > saved[b]; });
  return order;
}

Answers by_saved(const Instance& table, const MethodOptions&) { return in_order(by_saved_order(table)); }

/// Splits by the field that saves most in the group.
Answers greedy_split(const Instance&, const MethodOptions&) {
  return [](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::uint64_t subject = ask.candidates[i];
      answers[i] = splits(subject) ? static_cast<double>(machine.facts(subject).saved) : -1;
    }
  };
}

/// Peels off the value that saves most, with all fields that agree in its rows.
Answers greedy_value(const Instance&, const MethodOptions&) {
  return [](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::uint64_t subject = ask.candidates[i];
      const std::size_t field = subject % most_fields;
      answers[i] = splits(subject) ? -1 : static_cast<double>(machine.saved_together(machine.facts(field), field));
    }
  };
}

/// New characters of a sample of the rows, all in one order.
std::uint64_t cost_of(const Instance& sample, const FieldOrder& order) {
  return new_characters(sample, std::vector<FieldOrder>(sample.rows, order));
}

/// From by_saved: one field at a time to the place where that helps most, until nothing helps.
FieldOrder searched_order(const Instance& table, const MethodOptions& options) {
  const Instance sample = table.rows > 2'000 ? cut(table, 0, 2'000) : table;
  FieldOrder order = by_saved_order(table);
  std::uint64_t least = cost_of(sample, order);
  std::uint64_t tried = 0;
  for (bool better = true; better;) {
    better = false;
    for (std::size_t from = 0; from < order.size(); ++from) {
      for (std::size_t to = 0; to < order.size(); ++to) {
        if (from == to || tried == options.effort || options.stop.stop_requested()) continue;
        FieldOrder moved = order;
        moved.erase(moved.begin() + static_cast<std::ptrdiff_t>(from));
        moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(to), order[from]);
        ++tried;
        const std::uint64_t cost = cost_of(sample, moved);
        if (cost >= least) continue;
        least = cost;
        order = std::move(moved);
        better = true;
      }
    }
  }
  return order;
}

Answers best_order(const Instance& table, const MethodOptions& options) {
  return in_order(searched_order(table, options));
}

/// Tries everything on offer with the rest in the order of best_order, and takes what costs least: no worse than that
/// order but for what an outlook leaves out. A value is peeled off only from a group of which it is a fair part, so
/// that a row is looked at O(log rows) times for each field.
Answers look_ahead(const Instance& table, const MethodOptions& options) {
  constexpr std::uint32_t fair_part = 8;
  return [outlook = std::make_shared<const Outlook>(table), order = searched_order(table, options)](
             const Machine& machine, const Ask& ask, std::span<double> answers) {
    const Group& group = machine.group();
    std::vector<std::uint32_t> rows = group.rows;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::uint64_t subject = ask.candidates[i];
      const auto field = static_cast<std::uint8_t>(subject % most_fields);
      if (splits(subject)) {
        answers[i] = -static_cast<double>(outlook->after_split(rows, group.fields, field, order));
      } else if (const FieldFacts facts = machine.facts(field); facts.best_count * fair_part >= rows.size()) {
        answers[i] = -static_cast<double>(outlook->after_value(rows, group.fields, field, facts.best_row, order));
      } else {
        answers[i] = -1e18;
      }
    }
  };
}

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"original", "fields in the order of the table", "the leaderboard's baseline", original},
      {"by_cardinality", "fields with few values first, in all rows", "folklore", by_cardinality},
      {"by_saved", "fields whose repeated cells have most characters first, in all rows", "one look at the table",
       by_saved},
      {"best_order", "one order for all rows, by moving fields while that helps; option 'effort'", "local search",
       best_order},
      {"greedy_split", "in each group the field whose repeated cells have most characters", "greedy, field by field",
       greedy_split},
      {"greedy_value", "peels off the value that saves most, with all fields that follow from it",
       "greedy group recursion; Liu et al., \"Optimizing LLM Queries in Relational Data Analytics Workloads\", 2024",
       greedy_value},
      {"look_ahead", "tries each field and value in each group, the rest in the order of best_order", "rollout",
       look_ahead},
  };
  return methods;
}

}  // namespace syswright::column_order
