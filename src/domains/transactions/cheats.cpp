#include "domain/instance_cheats.h"
#include "domains/transactions/problem.h"

namespace syswright::transactions {
namespace {

using Cheated = CheatedRun<Problem>;

/// Every second write is a read.
Instance with_fewer_writes(const Instance& batch) {
  Instance easier = batch;
  bool keep = false;
  for (Transaction& transaction : easier.transactions) {
    for (Operation& operation : transaction.operations) {
      if (!operation.write) continue;
      operation.write = keep;
      keep = !keep;
    }
  }
  return finished(std::move(easier));
}

/// Schedules that hold the first transaction only.
bool place_one(Cheated& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  for (auto& records : split) records.resize(1);
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, play_log(cheated.policy, cheated.scenario, split));
  return true;
}

/// The first transaction stands in every place of the order: the same one over and over.
bool place_the_same(Cheated& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::vector<std::vector<DecisionLog::Record>> firsts = split;
  for (auto& records : firsts) records.resize(1);
  restate(cheated.run.evaluation, play_log(cheated.policy, cheated.scenario, firsts));
  for (auto& records : split) {
    for (auto& record : records) record.subject = records.front().subject;
  }
  cheated.run.log = joined(split);
  return true;
}

/// The makespan is the longest transaction's length, as if nothing conflicted; the order is honest.
bool forge_makespans(Cheated& cheated) {
  std::vector<std::vector<double>> metrics;
  for (const Instance& batch : cheated.scenario.instances()) {
    double longest = 0;
    for (const Transaction& transaction : batch.transactions) longest = std::max<double>(longest, transaction.length);
    metrics.push_back({longest, longest, 0});
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
    std::vector<Cheat> all = cheats_on_instances<Problem>(with_fewer_writes);
    all.push_back(
        {"places_one_transaction", "hands in a schedule that holds a single transaction", in_each<place_one>});
    all.push_back(
        {"places_the_same_again", "puts one transaction in every place of the order", in_each<place_the_same>});
    all.push_back({"forges_makespans", "states the longest transaction's length as the makespan of an honest order",
                   in_each<forge_makespans>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::transactions
