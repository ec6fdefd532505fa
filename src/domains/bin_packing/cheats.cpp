#include <unordered_set>

#include "domain/instance_cheats.h"
#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {
namespace {

using Cheated = CheatedRun<Problem>;
using Records = std::vector<DecisionLog::Record>;

/// Small items waste little.
Instance with_halved_items(const Instance& instance) {
  Instance easier = instance;
  for (std::uint32_t& size : easier.sizes) size = (size + 1) / 2;
  return easier;
}

std::uint64_t bins_in(const Records& records) {
  std::unordered_set<std::uint64_t> bins;
  for (const DecisionLog::Record& record : records) bins.insert(record.subject);
  return bins.size();
}

/// Changes the records of each instance (bool change(instance, records)) and states the bins that are then left, as if
/// they held everything.
template <typename Change>
bool repack(Cheated& cheated, Change change) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::vector<std::vector<double>> metrics;
  for (std::size_t i = 0; i < split.size(); ++i) {
    const Instance& instance = cheated.scenario.instances()[i];
    change(instance, split[i]);
    metrics.push_back(metrics_of(instance, bins_in(split[i]), instance.total()));
  }
  const double before = cheated.run.evaluation.objective();
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

/// The last tenth of the bins is poured over those opened first.
bool overfill(Cheated& cheated) {
  return repack(cheated, [](const Instance&, Records& records) {
    const std::uint64_t kept = bins_in(records) * 9 / 10;
    if (kept == 0) return;
    for (DecisionLog::Record& record : records) {
      if (record.subject >= kept) record.subject %= kept;
    }
  });
}

/// The items of the last twentieth of the bins lie nowhere, and everything is said to be packed.
bool drop_items(Cheated& cheated) {
  return repack(cheated, [](const Instance&, Records& records) {
    const std::uint64_t bins = bins_in(records);
    std::erase_if(records, [&](const DecisionLog::Record& record) { return record.subject + bins / 20 + 1 > bins; });
  });
}

/// Knows all items beforehand.
bool look_ahead(Cheated& cheated) {
  return repack(cheated, [](const Instance& instance, Records& records) {
    const std::vector<std::uint64_t> plan = pack_all_at_once(instance);
    for (std::size_t i = 0; i < records.size(); ++i) records[i].subject = plan[i];
  });
}

/// The honest decisions, and the bins that would be left if everything were packed again at the end.
bool tidy_up(Cheated& cheated) {
  DecisionLog shown = cheated.run.log;
  if (!look_ahead(cheated)) return false;
  cheated.run.log = std::move(shown);
  return true;
}

/// Bins a tenth larger than those that were set.
bool use_larger_bins(Cheated& cheated) {
  InstanceSetup<Problem> setup = cheated.scenario.setup();
  for (Instance& instance : setup.instances) instance.capacity += (instance.capacity + 9) / 10;
  const auto larger = std::make_shared<InstanceScenario<Problem>>(std::move(setup));
  DecisionLog log;
  if (larger->evaluate(cheated.policy, {.log = &log}).status != Evaluation::Status::ok) return false;
  cheated.run.log = std::move(log);
  return repack(cheated, [](const Instance&, Records&) {});
}

/// Bins that got a single item are not counted.
bool count_full_bins_only(Cheated& cheated) {
  const auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::vector<std::vector<double>> metrics;
  for (std::size_t i = 0; i < split.size(); ++i) {
    std::unordered_set<std::uint64_t> once;
    std::unordered_set<std::uint64_t> counted;
    for (const DecisionLog::Record& record : split[i]) {
      if (!once.insert(record.subject).second) counted.insert(record.subject);
    }
    const Instance& instance = cheated.scenario.instances()[i];
    metrics.push_back(metrics_of(instance, counted.size(), instance.total()));
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
    std::vector<Cheat> all = cheats_on_instances<Problem>(with_halved_items);
    all.push_back({"overfills", "pours the last bins over the first", in_each<overfill>});
    all.push_back(
        {"drops_items", "leaves out the items of the last bins, and counts them as packed", in_each<drop_items>});
    all.push_back({"looks_ahead", "packs the largest first, as if all items had been there", in_each<look_ahead>});
    all.push_back({"tidies_up", "states the bins that a new packing at the end would need", in_each<tidy_up>});
    all.push_back({"uses_larger_bins", "reckons with a tenth more room", in_each<use_larger_bins>});
    all.push_back(
        {"counts_shared_bins_only", "does not count bins that hold a single item", in_each<count_full_bins_only>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::bin_packing
