#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/broadcast/machine.h"
#include "domains/broadcast/options.h"
#include "domains/broadcast/tables.h"

namespace syswright::broadcast {

class BroadcastDomain : public Domain {
 public:
  BroadcastDomain();
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override;
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return broadcast_options(); }
  std::span<const std::string> exemplars() const override;
  std::span<const Cheat> cheats() const override;
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "broadcast";
  std::string summary_ = "sending data from one cloud region to many: trees of links, by egress and machine time";
  std::vector<Metric> metrics_;
  std::vector<Baseline> baselines_;
};

/// A network with its configured transfers, and others drawn over it.
class BroadcastWorkload : public Workload {
 public:
  /// Networks for train, validation and test; read tables are the same for all three.
  BroadcastWorkload(Tables tables, std::vector<NetworkPtr> networks, BroadcastOptions options, std::uint64_t seed);
  const WorkloadSummary& summary() const override { return summary_; }
  /// The configured transfers; where there are none, those of the test part.
  std::vector<ScenarioPtr> scenarios() const override;
  /// Train and validation are drawn, a scenario for each kind; test is configured, or drawn where nothing is.
  Suite suite() const override;

 private:
  enum class Part { train, validation, test };
  std::vector<ScenarioPtr> drawn(Part part) const;
  ScenarioPtr configured() const;
  ScenarioPtr scenario(const NetworkPtr& network, const std::vector<Transfer>& transfers, std::string label,
                       std::string setting) const;
  void tell_of_plan();

  Tables tables_;
  std::vector<NetworkPtr> networks_;
  BroadcastOptions options_;
  std::uint64_t seed_;
  WorkloadSummary summary_;
};

}  // namespace syswright::broadcast
