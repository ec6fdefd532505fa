#pragma once

#include <memory>
#include <string>

#include "domain/scenario.h"
#include "domains/broadcast/machine.h"

namespace syswright::broadcast {

/// Several transfers, one after another: cost is their mean, a block each.
class BroadcastScenario : public Scenario {
 public:
  /// At least one order.
  BroadcastScenario(OrdersPtr orders, std::string label, std::string setting);

  const std::string& label() const override { return label_; }
  const std::string& setting() const override { return setting_; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override { return events_; }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override { return failed_evaluation(*orders_, std::move(why)); }
  /// A lower bound on the mean cost, least egress, and what `balanced` reaches. Costs solve() of every order once.
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;
  /// Every k-th transfer; nullptr for a single one.
  ScenarioPtr miniature(double fraction) const override;

  const Orders& orders() const { return *orders_; }

 private:
  OrdersPtr orders_;
  std::string label_;
  std::string setting_;
  Digest digest_;
  std::uint64_t events_ = 0;
};

}  // namespace syswright::broadcast
