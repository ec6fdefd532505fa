#include "domains/model_placement/problem.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/model_placement/auditor.h"
#include "domains/model_placement/exact.h"
#include "domains/model_placement/model_placement.h"

namespace syswright::model_placement {

std::unique_ptr<const Domain> make_model_placement_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"largest_pressure", number_dimension, true,
       "demand for each GB left, of the GPU where it is largest, mean over the fleets; with a model that fits nowhere, "
       "all "
       "demand on 1 MB"},
      {"unplaced", number_dimension, true, "models of a fleet that fit nowhere, mean"},
      {"unevenness", number_dimension, true, "share by which the mean pressure of a fleet is below its largest, mean"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"fleets", "60", "fleets that are generated where no workload is given, 3 to 10,000"},
      {"fill", "0.4875,0.8",
       "share of all memory that the models of a generated fleet fill on average, 0.1 to 0.9; one scenario for each",
       true},
      {"effort", "1000000", "completions of a GPU that the exact method tries on each fleet, up to 10^9"},
  };
  return options;
}

void Problem::digest(const Instance& fleet, DigestBuilder& digest) {
  digest.add(fleet.gpus).add(fleet.capacity).add(fleet.models.size());
  for (const Model& model : fleet.models) digest.add(model.size).add(model.demand);
}

std::vector<double> Problem::worst(const Instance& fleet) {
  const auto models = static_cast<double>(fleet.models.size());
  return {models * unplaced_pressure(fleet), models, 1};
}

std::vector<Bound> Problem::bounds(const Instance& fleet) {
  const double free = static_cast<double>(fleet.gpus) * fleet.capacity - fleet.total_size();
  const double even = free <= 0 ? unplaced_pressure(fleet) : fleet.total_demand() / free;
  const ExactResult exact = place_exactly(fleet, {});
  return {{"exact", 0, std::min(exact.bound, unplaced_pressure(fleet)), true,
           "the optimum of each fleet to one part in 10^9 (bin packing for each threshold), or what was proved of it"},
          // An even spread cannot pass the optimum; rounding might.
          {"even spread", 0, even * (1 - 1e-12), true,
           "all demand over all memory that the models leave: every GPU pressed alike"}};
}

std::vector<double> Problem::audit(const Instance& fleet, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_placement(fleet, records, violations);
}

namespace {

std::vector<InstanceGroup<Problem>> generated(const OptionValues& values, std::uint64_t seed) {
  const std::uint64_t fleets = values.count("fleets", 3, 10'000);
  std::vector<InstanceGroup<Problem>> groups;
  for (const std::string& text : split_list(values.text("fill"), "fill")) {
    const double fill = parse_number(text, "fill");
    if (!(fill >= 0.1 && fill <= 0.9)) throw InputError(fmt::format("fill '{}' is not between 0.1 and 0.9", text));
    InstanceGroup<Problem> group{fmt::format("{:.4g}% filled", 100 * fill), {}};
    for (std::uint64_t i = 0; i < fleets; ++i) {
      group.instances.push_back(generate({.seed = seed, .number = i, .fill = fill}));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

WorkloadSummary summarise(std::string name, const std::vector<InstanceGroup<Problem>>& groups) {
  WorkloadSummary summary;
  summary.name = std::move(name);
  std::uint64_t fleets = 0;
  std::uint64_t gpus = 0;
  std::uint64_t models = 0;
  for (const InstanceGroup<Problem>& group : groups) {
    fleets += group.instances.size();
    for (const Instance& fleet : group.instances) {
      gpus += fleet.gpus;
      models += fleet.models.size();
    }
  }
  summary.facts = {
      {"fleets", with_thousands(fleets)}, {"GPUs", with_thousands(gpus)}, {"models", with_thousands(models)}};
  return summary;
}

}  // namespace

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  if (!request.format.empty() && request.format != "csv") {
    throw InputError(fmt::format("the domain 'model_placement' reads the format 'csv', not '{}'", request.format));
  }
  const std::uint64_t effort = values.count("effort", 1, 1'000'000'000);
  std::vector<InstanceGroup<Problem>> groups;
  std::string workload = fmt::format("generated fleets, seed {}", request.seed);
  if (request.workload.empty()) {
    groups = generated(values, request.seed);
  } else {
    workload = std::filesystem::path(request.workload).filename().string();
    groups.push_back({"all fleets", read_fleets(read_file(request.workload), request.workload)});
  }
  WorkloadSummary summary = summarise(workload, groups);
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed, effort);
}

}  // namespace syswright::model_placement
