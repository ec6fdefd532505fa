#include "domains/column_order/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "domain/options.h"
#include "domains/column_order/auditor.h"
#include "domains/column_order/bounds.h"
#include "domains/column_order/column_order.h"

namespace syswright::column_order {

std::unique_ptr<const Domain> make_column_order_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"miss_share", number_dimension, true,
       "characters that are not the start of an earlier row, of all characters, mean over the tables"},
      {"hit_rate", number_dimension, false, "the others: 1 - miss_share"},
      {"largest_miss", bytes_dimension, true, "new characters of the row that has most of them, mean over the tables"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"rows", "400", "rows of a table; a workload is cut into as many tables. all: the whole workload is one table"},
      {"tables", "16", "tables of each kind that are generated where no workload is given, 3 to 1,000"},
      {"effort", "200", "orders that the baseline 'best_order' tries for each table, up to 10^6"},
  };
  return options;
}

void Problem::digest(const Instance& table, DigestBuilder& digest) {
  digest.add(table.rows).add(table.fields.size());
  for (const Field& field : table.fields) {
    digest.add(field.values.size());
    for (const std::string& value : field.values) digest.add(value);
    digest.add_column(std::span<const std::uint32_t>(field.cells));
  }
}

std::vector<double> Problem::worst(const Instance& table) {
  std::uint64_t longest = 0;
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    std::uint64_t length = 0;
    for (std::size_t field = 0; field < table.fields.size(); ++field) length += table.length(row, field);
    longest = std::max(longest, length);
  }
  return {1, 0, static_cast<double>(longest)};
}

std::vector<Bound> Problem::bounds(const Instance& table) {
  const double all = std::max(1.0, static_cast<double>(table.characters()));
  return {{"shared characters", 0, static_cast<double>(least_new_characters(table)) / all, true,
           "no row shares more than the characters that it has in common with one other row, in any order"},
          {"equal cells", 0, static_cast<double>(new_by_equal_cells(table)) / all, false,
           "every row shares all cells in which it agrees with one other row, and nothing else"}};
}

std::vector<double> Problem::audit(const Instance& table, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_table(table, records, violations);
}

namespace {

/// Tables of `rows` rows each; what is left at the end goes to the last.
std::vector<Instance> tables_of(const Instance& whole, std::uint32_t rows) {
  std::vector<Instance> tables;
  const std::uint32_t count = std::max<std::uint32_t>(1, whole.rows / rows);
  for (std::uint32_t i = 0; i < count; ++i) {
    tables.push_back(cut(whole, i * rows, i + 1 == count ? whole.rows : (i + 1) * rows));
    tables.back().number = i;
  }
  return tables;
}

WorkloadSummary summarise(std::string name, const std::vector<InstanceGroup<Problem>>& groups) {
  WorkloadSummary summary;
  summary.name = std::move(name);
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t characters = 0;
  for (const InstanceGroup<Problem>& group : groups) {
    tables += group.instances.size();
    for (const Instance& table : group.instances) {
      rows += table.rows;
      characters += table.characters();
    }
  }
  summary.facts = {{"tables", with_thousands(tables)},
                   {"rows", with_thousands(rows)},
                   {"fields", std::to_string(groups[0].instances[0].fields.size())},
                   {"characters", with_thousands(characters)}};
  return summary;
}

}  // namespace

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  if (!request.format.empty() && request.format != "csv") {
    throw InputError(fmt::format("the domain 'column_order' reads the format 'csv', not '{}'", request.format));
  }
  const bool whole = values.text("rows") == "all";
  const auto rows = whole ? std::uint32_t{0} : static_cast<std::uint32_t>(values.count("rows", 2, most_rows));
  const std::uint64_t tables = values.count("tables", 3, 1'000);
  std::vector<InstanceGroup<Problem>> groups;
  std::string workload = fmt::format("generated tables, seed {}", request.seed);
  if (request.workload.empty()) {
    if (whole) throw InputError("rows 'all' needs a workload; give generated tables a number of rows");
    for (const Kind kind : {Kind::reviews, Kind::events}) {
      InstanceGroup<Problem>& group = groups.emplace_back(InstanceGroup<Problem>{std::string(to_string(kind)), {}});
      for (std::uint64_t i = 0; i < tables; ++i) group.instances.push_back(generate({kind, request.seed, i, rows}));
    }
  } else {
    workload = std::filesystem::path(request.workload).filename().string();
    Instance table = read_table(request.workload);
    table.name = workload;
    groups.push_back({whole ? "whole table" : fmt::format("{} rows each", with_thousands(std::uint64_t{rows})), {}});
    groups[0].instances = tables_of(table, whole ? table.rows : rows);
  }
  WorkloadSummary summary = summarise(workload, groups);
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed,
                                                     values.count("effort", 1, 1'000'000));
}

}  // namespace syswright::column_order
