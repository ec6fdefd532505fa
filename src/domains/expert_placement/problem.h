#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/expert_placement/layer.h"
#include "domains/expert_placement/machine.h"

namespace syswright::expert_placement {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = expert_placement::Instance;
  using Machine = expert_placement::Machine;

  static constexpr std::string_view name = "expert_placement";
  static constexpr std::string_view summary =
      "which experts are replicated, and on which GPU, so that none waits for the busiest";

  static const std::shared_ptr<const policy::Signature>& signature() { return expert_placement_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& layer) { return layer.cluster.extra() + layer.cluster.all_slots(); }
  static void digest(const Instance& layer, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& layer);
  static std::vector<Bound> bounds(const Instance& layer);
  static std::vector<double> audit(const Instance& layer, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::expert_placement
