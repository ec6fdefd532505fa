#include "domains/expert_placement/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace syswright::expert_placement {

std::vector<double> audit_layer(const Instance& layer, std::span<const DecisionLog::Record> records,
                                Violations& violations) {
  const Cluster& cluster = layer.cluster;
  const auto object = [&](const std::string& what) { violations.add(layer.name + ": " + what); };
  std::map<std::uint64_t, std::uint64_t> copies;
  for (std::uint64_t expert = 0; expert < cluster.experts; ++expert) copies[expert] = 1;
  std::vector<std::uint64_t> gpus;
  std::uint64_t event = 0;
  for (const DecisionLog::Record& record : records) {
    if (record.event != event++) object(fmt::format("decision {} is out of its order", record.event));
    if (record.decision == 1) {
      gpus.push_back(record.subject);
    } else if (record.subject >= cluster.experts) {
      object(fmt::format("there is no expert {}", record.subject));
    } else {
      if (!gpus.empty()) object(fmt::format("expert {} gets a replica after placing began", record.subject));
      ++copies[record.subject];
    }
  }
  std::vector<std::pair<double, std::uint64_t>> replicas;
  for (const auto& [expert, count] : copies) {
    const double part = layer.past[0][expert] / static_cast<double>(count);
    for (std::uint64_t i = 0; i < count; ++i) replicas.emplace_back(-part, expert);
  }
  std::sort(replicas.begin(), replicas.end());
  if (replicas.size() != std::uint64_t{cluster.gpus} * cluster.slots) {
    object(fmt::format("there are {} replicas for {} slots", replicas.size(), cluster.gpus * cluster.slots));
  }
  if (gpus.size() != replicas.size()) object(fmt::format("{} of {} replicas are placed", gpus.size(), replicas.size()));

  std::map<std::uint64_t, std::vector<std::uint64_t>> on;
  std::set<std::pair<std::uint64_t, std::uint64_t>> group_on_node;
  for (std::size_t i = 0; i < std::min(gpus.size(), replicas.size()); ++i) {
    const std::uint64_t expert = replicas[i].second;
    on[gpus[i]].push_back(expert);
    group_on_node.emplace(expert / (cluster.experts / cluster.groups), gpus[i] / (cluster.gpus / cluster.nodes));
  }
  for (const auto& [gpu, experts] : on) {
    if (gpu >= cluster.gpus) object(fmt::format("there is no GPU {}", gpu));
    if (experts.size() > cluster.slots) {
      object(fmt::format("GPU {} holds {} replicas, and has {} slots", gpu, experts.size(), cluster.slots));
    }
  }
  const auto idle = [&](const Loads& loads) {
    double most = 0;
    double all = 0;
    for (auto& [gpu, experts] : on) {
      // Experts in the order of their numbers, so that sums round alike.
      std::sort(experts.begin(), experts.end());
      double load = 0;
      for (std::size_t i = 0; i < experts.size();) {
        std::size_t end = i;
        while (end < experts.size() && experts[end] == experts[i]) ++end;
        load += static_cast<double>(end - i) * (loads[experts[i]] / static_cast<double>(copies[experts[i]]));
        i = end;
      }
      most = std::max(most, load);
      all += load;
    }
    return most == 0 ? 0.0 : 1 - all / cluster.gpus / most;
  };
  return {idle(layer.next), idle(layer.past[0]), static_cast<double>(group_on_node.size()) / cluster.groups};
}

}  // namespace syswright::expert_placement
