#include "domains/transactions/problem.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "domain/options.h"
#include "domains/transactions/auditor.h"
#include "domains/transactions/bounds.h"
#include "domains/transactions/transactions.h"

namespace syswright::transactions {

std::unique_ptr<const Domain> make_transactions_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"makespan", number_dimension, true, "ticks until the last transaction of a batch ends, mean over the batches"},
      {"mean_end", number_dimension, true, "tick at which a transaction ends, mean"},
      {"longest_wait", number_dimension, true, "ticks by which the most delayed transaction of a batch starts late"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"batches", "40", "batches of each kind that are generated where no workload is given, 3 to 10,000"},
      {"batch", "100", "transactions of a generated batch, 2 to 2,000"},
      {"effort", "200000", "moves that the baseline 'search' tries on each batch, up to 10^9"},
  };
  return options;
}

void Problem::digest(const Instance& batch, DigestBuilder& digest) {
  digest.add(batch.transactions.size());
  for (const Transaction& transaction : batch.transactions) {
    digest.add(transaction.length).add(transaction.operations.size());
    for (const Operation& operation : transaction.operations) {
      digest.add(operation.position).add(batch.keys[operation.key]).add(operation.write);
    }
  }
}

/// One transaction after another. Nothing takes longer: a transaction never waits behind one for more than its length.
std::vector<double> Problem::worst(const Instance& batch) {
  const auto ticks = static_cast<double>(batch.total_length());
  return {ticks, ticks, ticks};
}

std::vector<Bound> Problem::bounds(const Instance& batch) {
  const MakespanBounds bounds = makespan_bounds(batch);
  return {{"conflict chain", 0, static_cast<double>(bounds.best()), true,
           "the larger of the longest transaction and, over transactions that all conflict with each other, the "
           "cheapest way to give each a successor (assignment problem)"},
          {"longest transaction", 0, static_cast<double>(bounds.longest), true,
           "no batch ends before its longest transaction"}};
}

std::vector<double> Problem::audit(const Instance& batch, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_order(batch, records, violations);
}

namespace {

WorkloadSummary summarise(std::string name, const std::vector<InstanceGroup<Problem>>& groups) {
  WorkloadSummary summary;
  summary.name = std::move(name);
  std::uint64_t batches = 0;
  std::uint64_t transactions = 0;
  std::uint64_t operations = 0;
  std::uint64_t writes = 0;
  for (const InstanceGroup<Problem>& group : groups) {
    batches += group.instances.size();
    for (const Instance& batch : group.instances) {
      transactions += batch.transactions.size();
      for (const Transaction& transaction : batch.transactions) {
        operations += transaction.operations.size();
        for (const Operation& operation : transaction.operations) writes += operation.write ? 1 : 0;
      }
    }
  }
  summary.facts = {{"batches", with_thousands(batches)},
                   {"transactions", with_thousands(transactions)},
                   {"operations", with_thousands(operations)},
                   {"writes", with_thousands(writes)}};
  return summary;
}

}  // namespace

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  if (!request.format.empty() && request.format != "json") {
    throw InputError(fmt::format("the domain 'transactions' reads the format 'json', not '{}'", request.format));
  }
  const std::uint64_t batches = values.count("batches", 3, 10'000);
  const std::uint64_t size = values.count("batch", 2, most_transactions);
  const std::uint64_t effort = values.count("effort", 1, 1'000'000'000);
  std::vector<InstanceGroup<Problem>> groups;
  std::string name;
  if (request.workload.empty()) {
    name = fmt::format("generated batches, seed {}", request.seed);
    for (const Kind kind : {Kind::dense, Kind::mixed, Kind::sparse}) {
      InstanceGroup<Problem>& group = groups.emplace_back(InstanceGroup<Problem>{std::string(to_string(kind)), {}});
      for (std::uint64_t i = 0; i < batches; ++i) group.instances.push_back(generate({kind, request.seed, i, size}));
    }
  } else {
    const std::filesystem::path path(request.workload);
    name = path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
    groups.push_back({"all batches", read_batches(request.workload)});
  }
  WorkloadSummary summary = summarise(name, groups);
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed, effort);
}

}  // namespace syswright::transactions
