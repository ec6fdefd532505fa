#include "domains/column_order/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace syswright::column_order {
namespace {

class Replay {
 public:
  Replay(const Instance& table, std::span<const DecisionLog::Record> records, Violations& violations)
      : table_(table), records_(records), violations_(violations) {}

  std::vector<std::string> run() {
    std::vector<std::size_t> rows(table_.rows);
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = row;
    std::set<std::size_t> fields;
    for (std::size_t field = 0; field < table_.fields.size(); ++field) fields.insert(field);
    texts_.resize(rows.size());
    // Groups wait on a list of their own: a table may peel more values than a call stack is deep.
    std::vector<Part> waiting{{std::move(rows), std::move(fields)}};
    while (!waiting.empty()) {
      Part part = std::move(waiting.back());
      waiting.pop_back();
      for (Part& next : parts_of(std::move(part))) waiting.push_back(std::move(next));
    }
    if (at_ < records_.size()) object(fmt::format("{} choices are left when all rows are sent", records_.size() - at_));
    return std::move(sent_);
  }

 private:
  struct Part {
    std::vector<std::size_t> rows;
    std::set<std::size_t> fields;
  };

  void object(const std::string& what) { violations_.add(table_.name + ": " + what); }
  const std::string& text(std::size_t row, std::size_t field) const {
    return table_.cell(static_cast<std::uint32_t>(row), field);
  }
  void append(const Part& part, std::size_t field) {
    for (const std::size_t row : part.rows) texts_[row] += text(row, field);
  }

  /// What a group falls into, last part first; nothing where its rows are sent.
  std::vector<Part> parts_of(Part part) {
    for (const std::size_t field : std::set<std::size_t>(part.fields)) {
      const std::string& first = text(part.rows[0], field);
      if (!std::all_of(part.rows.begin(), part.rows.end(), [&](std::size_t row) { return text(row, field) == first; }))
        continue;
      append(part, field);
      part.fields.erase(field);
    }
    if (part.rows.size() < 2 || part.fields.size() < 2) return send(part);
    if (at_ == records_.size()) {
      object(fmt::format("no field is chosen for {} rows from row {} on", part.rows.size(), part.rows[0] + 1));
      return send(part);
    }
    const DecisionLog::Record& record = records_[at_++];
    if (record.event != sent_.size() || record.decision != 0) object("a choice is out of its order");
    const std::size_t field = record.subject % most_fields;
    if (!part.fields.contains(field)) {
      object(fmt::format("field {} is chosen, which these rows have sent or the table lacks", field));
      return send(part);
    }
    return record.subject < most_fields ? split(part, field) : peel(part, field, record.subject / most_fields - 1);
  }

  std::vector<Part> send(const Part& part) {
    for (const std::size_t field : part.fields) append(part, field);
    for (const std::size_t row : part.rows) sent_.push_back(texts_[row]);
    return {};
  }

  std::vector<Part> split(Part& part, std::size_t field) {
    append(part, field);
    part.fields.erase(field);
    std::map<std::string_view, std::size_t> place;
    std::vector<Part> parts;
    for (const std::size_t row : part.rows) {
      const auto [at, added] = place.try_emplace(text(row, field), parts.size());
      if (added) parts.push_back({{}, part.fields});
      parts[at->second].rows.push_back(row);
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  std::vector<Part> peel(Part& part, std::size_t field, std::size_t like) {
    if (std::find(part.rows.begin(), part.rows.end(), like) == part.rows.end()) {
      object(fmt::format("row {} is named for its value, and is none of the group", like + 1));
      return send(part);
    }
    Part with{{}, part.fields};
    Part without{{}, part.fields};
    for (const std::size_t row : part.rows) {
      (text(row, field) == text(like, field) ? with : without).rows.push_back(row);
    }
    append(with, field);
    with.fields.erase(field);
    std::vector<Part> parts;
    if (!without.rows.empty()) parts.push_back(std::move(without));
    parts.push_back(std::move(with));
    return parts;
  }

  const Instance& table_;
  std::span<const DecisionLog::Record> records_;
  Violations& violations_;
  std::size_t at_ = 0;
  std::vector<std::string> texts_;
  std::vector<std::string> sent_;
};

std::size_t common_start(const std::string& a, const std::string& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

std::vector<std::string> rows_sent(const Instance& table, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return Replay(table, records, violations).run();
}

std::vector<double> audit_table(const Instance& table, std::span<const DecisionLog::Record> records,
                                Violations& violations) {
  const std::vector<std::string> rows = rows_sent(table, records, violations);
  std::set<std::string> before;
  std::uint64_t characters = 0;
  std::uint64_t missed = 0;
  std::uint64_t largest = 0;
  for (const std::string& row : rows) {
    const auto after = before.lower_bound(row);
    std::size_t shared = after == before.end() ? 0 : common_start(row, *after);
    if (after != before.begin()) shared = std::max(shared, common_start(row, *std::prev(after)));
    before.insert(after, row);
    characters += row.size();
    missed += row.size() - shared;
    largest = std::max<std::uint64_t>(largest, row.size() - shared);
  }
  if (characters != table.characters()) {
    violations.add(
        fmt::format("{}: {} characters are sent, and the table has {}", table.name, characters, table.characters()));
  }
  const double miss = characters == 0 ? 1 : static_cast<double>(missed) / static_cast<double>(characters);
  return {miss, 1 - miss, static_cast<double>(largest)};
}

}  // namespace syswright::column_order
