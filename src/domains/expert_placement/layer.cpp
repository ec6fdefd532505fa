#include "domains/expert_placement/layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace syswright::expert_placement {

void check(const Cluster& cluster) {
  if (cluster.experts == 0 || cluster.gpus == 0 || cluster.all_slots() < cluster.experts) {
    throw InputError(fmt::format("{} GPUs of {} slots cannot hold {} experts: give more slots", cluster.gpus,
                                 cluster.slots, cluster.experts));
  }
  if (cluster.nodes == 0 || cluster.groups == 0 || cluster.gpus % cluster.nodes != 0 ||
      cluster.experts % cluster.groups != 0) {
    throw InputError(
        fmt::format("{} GPUs on {} nodes, {} experts in {} groups: the first must be multiples of the second",
                    cluster.gpus, cluster.nodes, cluster.experts, cluster.groups));
  }
}

std::vector<Instance> cut(const std::string& layer, const Cluster& cluster, std::span<const Loads> steps) {
  std::vector<Instance> instances;
  for (std::size_t step = 0; step + 1 < steps.size(); ++step) {
    Instance instance;
    instance.name = fmt::format("{}, step {}", layer, step);
    instance.cluster = cluster;
    for (std::size_t ago = 0; ago < remembered; ++ago) instance.past[ago] = steps[step - std::min(ago, step)];
    instance.next = steps[step + 1];
    instances.push_back(std::move(instance));
  }
  return instances;
}

namespace {

struct Row {
  std::string_view layer;
  Loads loads;
};

Row read_row(std::string_view line, const SourceLocation& where) {
  Row row;
  for (std::size_t cell = 0;; ++cell) {
    const std::size_t end = std::min(line.find(','), line.size());
    const std::string_view text = line.substr(0, end);
    if (cell == 1) row.layer = text;
    if (cell >= 2) {
      double load = -1;
      try {
        load = parse_number(text, "load");
      } catch (const InputError& error) {
        throw InputError(where, error.what());
      }
      if (load < 0) throw InputError(where, fmt::format("load '{}' is negative", text));
      row.loads.push_back(load);
    }
    if (end == line.size()) break;
    line.remove_prefix(end + 1);
  }
  if (row.loads.empty()) throw InputError(where, "a row is step,layer and the load of each expert");
  return row;
}

}  // namespace

std::vector<Instance> read_loads(std::string_view csv, const std::string& path, Cluster cluster) {
  std::vector<std::string> layers;
  std::map<std::string, std::vector<Loads>, std::less<>> steps;
  std::size_t line_number = 0;
  for (std::string_view rest = csv; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const SourceLocation where{path, ++line_number, 0};
    if (line_number == 1) {
      if (!line.starts_with("step,layer,")) throw InputError(where, "the header must start with 'step,layer,'");
      continue;
    }
    if (line.empty()) continue;
    Row row = read_row(line, where);
    if (layers.empty()) cluster.experts = static_cast<std::uint32_t>(row.loads.size());
    if (row.loads.size() != cluster.experts) {
      throw InputError(where, fmt::format("{} loads, and {} in the rows before", row.loads.size(), cluster.experts));
    }
    const auto [at, added] = steps.try_emplace(std::string(row.layer));
    if (added) layers.emplace_back(row.layer);
    at->second.push_back(std::move(row.loads));
  }
  if (layers.empty()) throw InputError(SourceLocation{path, 0, 0}, "there is no row below the header");
  check(cluster);
  std::vector<Instance> all;
  for (const std::string& layer : layers) {
    for (Instance& instance : cut("layer " + layer, cluster, steps.find(layer)->second)) {
      instance.number = all.size();
      all.push_back(std::move(instance));
    }
  }
  if (all.empty())
    throw InputError(SourceLocation{path, 0, 0}, "a layer needs two steps at least: one to decide on, one to judge by");
  return all;
}

std::string_view to_string(Drift drift) { return drift == Drift::slow ? "slow" : "bursty"; }

namespace {

/// Popularity of one layer's experts, in logarithms.
class Popularity {
 public:
  Popularity(const GeneratorOptions& options)
      : options_(options), random_(options.seed, fmt::format("experts {}", to_string(options.drift)), options.layer) {
    for (std::uint32_t expert = 0; expert < options.cluster.experts; ++expert) {
      level_.push_back(spread * random_.normal());
      heat_.push_back(0);
    }
  }

  Loads step() {
    // A stationary process: the spread stays what it was.
    constexpr double kept = 0.995;
    for (double& level : level_) level = kept * level + spread * std::sqrt(1 - kept * kept) * random_.normal();
    if (options_.drift == Drift::bursty) {
      for (double& heat : heat_) heat = random_.chance(0.02) ? random_.uniform(1, 3) : 0.6 * heat;
    }
    return draw();
  }

 private:
  static constexpr double spread = 0.8;

  /// Tokens for each expert: Poisson draws, by their normal limit, of the expected number.
  Loads draw() {
    double sum = 0;
    std::vector<double> weights(level_.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = std::exp(level_[i] + heat_[i]);
      sum += weights[i];
    }
    Loads loads;
    for (const double weight : weights) {
      const double expected = weight / sum * (1 << 20);
      loads.push_back(std::max(0.0, std::round(expected + std::sqrt(expected) * random_.normal())));
    }
    return loads;
  }

  const GeneratorOptions& options_;
  Random random_;
  std::vector<double> level_;
  std::vector<double> heat_;
};

}  // namespace

std::vector<Instance> generate(const GeneratorOptions& options) {
  Popularity popularity(options);
  std::vector<Loads> steps;
  for (std::size_t step = 0; step < options.steps; ++step) steps.push_back(popularity.step());
  return cut(fmt::format("{} layer {}", to_string(options.drift), options.layer), options.cluster, steps);
}

}  // namespace syswright::expert_placement
