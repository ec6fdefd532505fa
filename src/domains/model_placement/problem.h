#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/model_placement/fleet.h"
#include "domains/model_placement/machine.h"

namespace syswright::model_placement {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = model_placement::Instance;
  using Machine = model_placement::Machine;

  static constexpr std::string_view name = "model_placement";
  static constexpr std::string_view summary = "which GPU serves which model, so that the busiest has memory to spare";

  static const std::shared_ptr<const policy::Signature>& signature() { return model_placement_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& fleet) { return fleet.models.size(); }
  static void digest(const Instance& fleet, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& fleet);
  static std::vector<Bound> bounds(const Instance& fleet);
  static std::vector<double> audit(const Instance& fleet, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::model_placement
