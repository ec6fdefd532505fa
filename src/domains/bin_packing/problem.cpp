#include "domains/bin_packing/problem.h"

#include <fmt/format.h>

#include <filesystem>
#include <unordered_set>

#include "base/file.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/bin_packing/auditor.h"
#include "domains/bin_packing/bin_packing.h"

namespace syswright::bin_packing {

std::unique_ptr<const Domain> make_bin_packing_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"excess", number_dimension, true,
       "share by which the bins exceed L1, the fewest that can hold the total size, mean over the instances"},
      {"bins", number_dimension, true, "opened in an instance, mean"},
      {"fill", number_dimension, false, "share of the opened bins' capacity that is used, mean"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"instances", "40", "instances that are generated where no workload is given, 3 to 10,000, of each kind"},
      {"items", "5000", "items of a generated instance, 1 to 1,000,000"},
      {"sizes", "weibull",
       "of generated items: weibull (shape 3, scale 45, rounded, 1 to 100) or uniform (20 to 100); one scenario for "
       "each",
       true},
      {"capacity", "usual",
       "of a bin: a number, or usual: 100 for weibull and for a file of sizes, 150 for uniform; an OR-Library file "
       "has its own"},
  };
  return options;
}

void Problem::digest(const Instance& instance, DigestBuilder& digest) {
  digest.add(instance.capacity).add(instance.steps).add_column(std::span(instance.sizes));
}

std::vector<double> Problem::worst(const Instance& instance) {
  return metrics_of(instance, instance.sizes.size(), instance.total());
}

std::vector<Bound> Problem::bounds(const Instance& instance) {
  const std::uint64_t total = instance.total();
  const std::vector<std::uint64_t> bins = pack_all_at_once(instance);
  const std::uint64_t opened = std::unordered_set(bins.begin(), bins.end()).size();
  return {{"L2", 0, metrics_of(instance, separation_bound(instance), total)[0], true,
           "bins that the items need for one who sees them all, with large items apart (Martello and Toth, 1990)"},
          {"L1", 0, 0, true, "the total size over a bin's capacity, rounded up"},
          {"best fit decreasing", 0, metrics_of(instance, opened, total)[0], false,
           "what one reaches who may wait for all items and places the largest first"}};
}

std::vector<double> Problem::audit(const Instance& instance, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_packing(instance, records, violations);
}

namespace {

using Groups = std::vector<InstanceGroup<Problem>>;

std::uint32_t generated_capacity(const OptionValues& values, Distribution distribution) {
  if (values.text("capacity") == "usual") return distribution == Distribution::weibull ? 100 : 150;
  return static_cast<std::uint32_t>(values.count("capacity", 100, most_capacity));
}

Groups generated(const OptionValues& values, std::uint64_t seed) {
  const std::uint64_t instances = values.count("instances", 3, 10'000);
  GeneratorOptions options{.seed = seed, .items = values.count("items", 1, most_items)};
  Groups groups;
  for (const std::string& text : split_list(values.text("sizes"), "sizes")) {
    if (text != "weibull" && text != "uniform") {
      throw InputError(fmt::format("there are no sizes '{}'{} (there are: weibull, uniform)", text,
                                   did_you_mean(text, std::vector<std::string>{"weibull", "uniform"})));
    }
    options.distribution = text == "weibull" ? Distribution::weibull : Distribution::uniform;
    options.capacity = generated_capacity(values, options.distribution);
    InstanceGroup<Problem> group{fmt::format("{}, {} items", text, with_thousands(options.items)), {}};
    for (options.number = 0; options.number < instances; ++options.number) {
      group.instances.push_back(generate(options));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<Instance> read(const OptionValues& values, const ScenarioRequest& request) {
  const std::string text = read_file(request.workload);
  std::string format = request.format;
  if (format.empty()) format = looks_like_or_library(text) ? "or-library" : "items";
  if (format == "or-library") return read_or_library(text, request.workload);
  if (format != "items") {
    throw InputError(
        fmt::format("the domain 'bin_packing' reads the formats 'items' and 'or-library', not '{}'", request.format));
  }
  const std::string& capacity = values.text("capacity");
  return read_items(text, request.workload, capacity == "usual" ? "100" : capacity);
}

WorkloadSummary summarise(std::string name, const Groups& groups) {
  std::uint64_t instances = 0;
  std::uint64_t items = 0;
  std::uint64_t least = 0;
  for (const InstanceGroup<Problem>& group : groups) {
    instances += group.instances.size();
    for (const Instance& instance : group.instances) {
      items += instance.sizes.size();
      least += volume_bound(instance);
    }
  }
  return {std::move(name),
          {{"instances", with_thousands(instances)},
           {"items", with_thousands(items)},
           {"bins at least (L1)", with_thousands(least)}},
          {}};
}

}  // namespace

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  Groups groups;
  std::string workload = fmt::format("generated items, seed {}", request.seed);
  if (request.workload.empty()) {
    groups = generated(values, request.seed);
  } else {
    workload = std::filesystem::path(request.workload).filename().string();
    groups.push_back({"all instances", read(values, request)});
  }
  WorkloadSummary summary = summarise(workload, groups);
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed, 0);
}

}  // namespace syswright::bin_packing
