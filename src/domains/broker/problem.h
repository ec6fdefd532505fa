#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/broker/job.h"
#include "domains/broker/machine.h"

namespace syswright::broker {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = broker::Instance;
  using Machine = broker::Machine;

  static constexpr std::string_view name = "broker";
  static constexpr std::string_view summary =
      "which cloud, region and instance runs each task of a job, spot or not, and what moving its data costs";

  static const std::shared_ptr<const policy::Signature>& signature() { return broker_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& job) { return job.tasks.size(); }
  static void digest(const Instance& job, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& job);
  static std::vector<Bound> bounds(const Instance& job);
  static std::vector<double> audit(const Instance& job, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::broker
