#include "domains/column_order/machine.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace syswright::column_order {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::size_t globals = 3;
enum Column : std::size_t { place, distinct, length, saved, best_saved, best_count, best_length, together, columns };

std::shared_ptr<const policy::Signature> make_signature() {
  const auto feature = [](std::string name, Scope scope, Dimension dimension, std::string doc) {
    return Feature{std::move(name), scope, ValueKind::number, dimension, 0, 0, infinite, std::move(doc)};
  };
  policy::Decision field;
  field.name = "field";
  field.doc = "which field comes next in the rows of a group";
  field.modes = {"split", "value"};
  field.features = {
      feature("rows", Scope::global, number_dimension, "rows of the group"),
      feature("left", Scope::global, number_dimension, "fields that they have not sent yet"),
      feature("sent", Scope::global, number_dimension, "fields that they have sent"),
      feature("place", Scope::candidate, number_dimension, "number of the field in the table, from 0"),
      feature("distinct", Scope::candidate, number_dimension, "values that the rows have in it"),
      feature("length", Scope::candidate, bytes_dimension, "of its cells, on average"),
      feature("saved", Scope::candidate, bytes_dimension, "cells whose value an earlier row of the group has"),
      feature("best_saved", Scope::candidate, bytes_dimension, "the same of its most valuable value alone"),
      feature("best_count", Scope::candidate, number_dimension, "rows with its most valuable value"),
      feature("best_length", Scope::candidate, bytes_dimension, "of its most valuable value"),
      feature("together", Scope::candidate, bytes_dimension,
              "best_saved with all fields in which the rows with that value agree"),
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "column_order";
  signature->decisions = {field};
  signature->signals = {
      {"group_rows", Scope::global, number_dimension, 0, infinite, "at each answer: rows of the group"},
      {"row_miss", Scope::global, bytes_dimension, 0, infinite,
       "at each question: new characters of the row that was sent last"}};
  return signature;
}

/// Rows by their value, in the order of each value's first row; rows ascend. O(rows log rows), or O(rows + values)
/// where the rows are a fair part of the table.
std::vector<std::vector<std::uint32_t>> by_value(const Field& field, const std::vector<std::uint32_t>& rows) {
  std::vector<std::vector<std::uint32_t>> parts;
  if (rows.size() * 8 >= field.values.size()) {
    std::vector<std::uint32_t> part_of(field.values.size());
    for (const std::uint32_t row : rows) {
      std::uint32_t& part = part_of[field.cells[row]];
      if (part == 0) {
        parts.emplace_back();
        part = static_cast<std::uint32_t>(parts.size());
      }
      parts[part - 1].push_back(row);
    }
    return parts;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cells;
  for (const std::uint32_t row : rows) cells.emplace_back(field.cells[row], row);
  std::sort(cells.begin(), cells.end());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == 0 || cells[i].first != cells[i - 1].first) parts.emplace_back();
    parts.back().push_back(cells[i].second);
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

bool agree(const Field& field, const std::vector<std::uint32_t>& rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [&](std::uint32_t row) { return field.cells[row] == field.cells[rows[0]]; });
}

}  // namespace

const std::shared_ptr<const policy::Signature>& column_order_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

Machine::Machine(const Instance& table) : table_(&table), orders_(table.rows) {
  Group all;
  for (std::uint32_t row = 0; row < table.rows; ++row) all.rows.push_back(row);
  all.fields = table.fields.size() == most_fields ? ~std::uint64_t{0} : (std::uint64_t{1} << table.fields.size()) - 1;
  groups_.push_back(std::move(all));
}

/// Sends what needs no question; false where nothing is left, else the last group has one.
bool Machine::settle() {
  while (!groups_.empty()) {
    Group& group = groups_.back();
    for (std::size_t field = 0; field < table_->fields.size(); ++field) {
      const std::uint64_t bit = std::uint64_t{1} << field;
      if ((group.fields & bit) == 0 || !agree(table_->fields[field], group.rows)) continue;
      group.fields &= ~bit;
      for (const std::uint32_t row : group.rows) orders_[row].push_back(static_cast<std::uint8_t>(field));
    }
    if (group.rows.size() >= 2 && std::popcount(group.fields) >= 2) return true;
    for (const std::uint32_t row : group.rows) {
      for (std::size_t field = 0; field < table_->fields.size(); ++field) {
        if ((group.fields >> field & 1) != 0) orders_[row].push_back(static_cast<std::uint8_t>(field));
      }
      send(row);
    }
    groups_.pop_back();
  }
  return false;
}

void Machine::send(std::uint32_t row) {
  std::uint32_t node = 0;
  std::uint64_t fresh = 0;
  for (const std::uint8_t field : orders_[row]) {
    node = trie_.extend(node, table_->cell(row, field), fresh);
    sent_characters_ += table_->length(row, field);
  }
  fresh_ += fresh;
  largest_miss_ = std::max(largest_miss_, fresh);
  ++sent_;
  news_.resize(2);
  news_[1] = static_cast<double>(fresh);
}

bool Machine::next(Ask& ask, ProgramState& state) {
  if (!settle()) return false;
  if (state.program() != nullptr) {
    const policy::Rule* rule = state.program()->rule_for(0);
    mode_ = rule == nullptr ? split_mode : static_cast<Mode>(rule->mode);
    if (!news_.empty()) {
      state.report(0, news_[0]);
      state.report(1, news_[1]);
    }
  }
  ask.decision = 0;
  ask.event = sent_;
  ask.take = 1;
  candidates_.clear();
  std::vector<FieldFacts> all;
  for (std::uint8_t field = 0; field < table_->fields.size(); ++field) {
    if ((group().fields >> field & 1) == 0) continue;
    if (mode_ != split_mode || state.reads_any(0)) all.push_back(facts(field));
    const bool peels = mode_ == value_mode && all.back().best_count > 1;
    candidates_.push_back({field, peels ? all.back().best_row : table_->rows});
  }
  if (mode_ == free_mode) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].best_count > 1) candidates_.push_back({candidates_[i].field, all[i].best_row});
    }
  }
  for (const Candidate& one : candidates_) {
    ask.candidates.push_back(one.row == table_->rows ? subject_of(one.field) : subject_of(one.field, one.row));
  }
  if (state.reads_any(0)) fill(ask, state, all);
  return true;
}

FieldFacts Machine::facts(std::size_t number) const {
  const Field& field = table_->fields[number];
  // First row and count of each value, in the order of the first row; as by_value(), without the rows.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> counts;
  const std::vector<std::uint32_t>& rows = group().rows;
  if (rows.size() * 8 >= field.values.size()) {
    std::vector<std::uint32_t> place_of(field.values.size());
    for (const std::uint32_t row : rows) {
      std::uint32_t& at = place_of[field.cells[row]];
      if (at == 0) {
        counts.emplace_back(row, 0);
        at = static_cast<std::uint32_t>(counts.size());
      }
      ++counts[at - 1].second;
    }
  } else {
    for (const std::vector<std::uint32_t>& part : by_value(field, rows)) {
      counts.emplace_back(part.front(), static_cast<std::uint32_t>(part.size()));
    }
  }
  FieldFacts facts;
  facts.distinct = static_cast<std::uint32_t>(counts.size());
  for (const auto& [row, count] : counts) {
    const std::uint64_t cell = table_->length(row, number);
    facts.characters += cell * count;
    facts.saved += cell * (count - 1);
    const std::uint64_t value = cell * (count - 1);
    if (facts.best_count != 0 && value <= facts.best_saved && !(value == facts.best_saved && count > facts.best_count))
      continue;
    facts.best_row = row;
    facts.best_count = count;
    facts.best_saved = value;
  }
  return facts;
}

std::uint64_t Machine::saved_together(const FieldFacts& facts, std::size_t number) const {
  if (facts.best_count < 2) return facts.best_saved;
  const Field& field = table_->fields[number];
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : group().rows) {
    if (field.cells[row] == field.cells[facts.best_row]) rows.push_back(row);
  }
  std::uint64_t characters = 0;
  for (std::size_t other = 0; other < table_->fields.size(); ++other) {
    if ((group().fields >> other & 1) != 0 && agree(table_->fields[other], rows)) {
      characters += table_->length(facts.best_row, other);
    }
  }
  return characters * (rows.size() - 1);
}

void Machine::reply(const Reply& reply) {
  const auto [field, best_row] = candidates_[reply.taken[0]];
  Group group = std::move(groups_.back());
  groups_.pop_back();
  news_.resize(2);
  news_[0] = static_cast<double>(group.rows.size());
  const Field& chosen = table_->fields[field];
  const std::uint64_t fields = group.fields & ~(std::uint64_t{1} << field);
  if (best_row < table_->rows) {
    Group with{{}, fields};
    Group without{{}, group.fields};
    for (const std::uint32_t row : group.rows) {
      const bool has = chosen.cells[row] == chosen.cells[best_row];
      if (has) orders_[row].push_back(static_cast<std::uint8_t>(field));
      (has ? with : without).rows.push_back(row);
    }
    if (!without.rows.empty()) groups_.push_back(std::move(without));
    groups_.push_back(std::move(with));
    return;
  }
  for (const std::uint32_t row : group.rows) orders_[row].push_back(static_cast<std::uint8_t>(field));
  std::vector<std::vector<std::uint32_t>> parts = by_value(chosen, group.rows);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) groups_.push_back({std::move(*part), fields});
}

void Machine::default_answers(const Ask&, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const FieldFacts one = facts(candidates_[i].field);
    answers[i] = static_cast<double>(mode_ == value_mode ? one.best_saved : one.saved);
  }
}

std::vector<double> Machine::metrics() const {
  const double miss = sent_characters_ == 0 ? 1 : static_cast<double>(fresh_) / static_cast<double>(sent_characters_);
  return {miss, 1 - miss, static_cast<double>(largest_miss_)};
}

void Machine::fill(Ask& ask, const ProgramState& state, const std::vector<FieldFacts>& all) const {
  const auto rows = static_cast<double>(group().rows.size());
  const auto left = static_cast<double>(candidates_.size());
  ask.globals = {rows, left, static_cast<double>(table_->fields.size()) - left};
  const std::size_t count = candidates_.size();
  ask.columns.resize(columns * count);
  const bool wants_together = state.reads(0, globals + together);
  for (std::size_t i = 0; i < count; ++i) {
    const FieldFacts& one = all[i];
    const auto put = [&](Column column, double value) { ask.columns[column * count + i] = value; };
    put(place, candidates_[i].field);
    put(distinct, one.distinct);
    put(length, static_cast<double>(one.characters) / rows);
    put(saved, static_cast<double>(one.saved));
    put(best_saved, static_cast<double>(one.best_saved));
    put(best_count, one.best_count);
    put(best_length, table_->length(one.best_row, candidates_[i].field));
    put(together, wants_together ? static_cast<double>(saved_together(one, candidates_[i].field)) : 0);
  }
}

}  // namespace syswright::column_order
