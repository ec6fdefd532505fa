#include "domains/broadcast/scenario.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "base/error.h"
#include "domain/code_version.h"
#include "domains/broadcast/auditor.h"
#include "domains/broadcast/planners.h"
#include "domains/broadcast/solver.h"

namespace syswright::broadcast {

BroadcastScenario::BroadcastScenario(OrdersPtr orders, std::string label, std::string setting)
    : orders_(std::move(orders)), label_(std::move(label)), setting_(std::move(setting)) {
  assert(!orders_->empty());
  DigestBuilder digest;
  digest.add("broadcast").add(orders_->size());
  for (const OrderPtr& order : *orders_) {
    digest.add(order->digest());
    events_ += order->transfer().partitions;
  }
  digest_ = digest.finish();
}

std::string_view BroadcastScenario::code_version() const { return syswright::code_version(); }

Evaluation BroadcastScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (policy.program() != nullptr) {
    const policy::Program& program = *policy.program();
    if (program.signature().domain != "broadcast") {
      throw InputError(fmt::format("policy '{}' is for the domain '{}', not for 'broadcast'", program.name(),
                                   program.signature().domain));
    }
    return evaluate_program(Machine(orders_), policy.program(), options);
  }
  const Planner* planner = find_planner(policy.name());
  if (planner == nullptr) {
    std::vector<std::string> names;
    for (const Planner& one : planners()) names.emplace_back(one.name);
    throw InputError(
        fmt::format("the domain 'broadcast' has no policy '{}'{}", policy.name(), did_you_mean(policy.name(), names)));
  }
  return evaluate_native(Machine(orders_), *broadcast_signature(), follow(planner->plan), options);
}

std::vector<Bound> BroadcastScenario::bounds() const {
  double bound = 0;
  double egress = 0;
  double reached = 0;
  for (const OrderPtr& order : *orders_) {
    const Solution& solution = order->solution();
    bound += solution.lower_bound;
    egress += solution.least_egress;
    reached += solution.cost.total();
  }
  const auto count = static_cast<double>(orders_->size());
  // A hair below, since a plan may cost exactly the least and sums are added in another order.
  constexpr double rounding = 1 - 1e-12;
  return {
      {.name = "tree packing",
       .metric = 0,
       .value = bound / count * rounding,
       .provable = true,
       .doc = "partitions split at will, limits shared at will, relays rented only while busy; by weights over links "
              "and regions and exact trees of least cost"},
      {.name = "least egress",
       .metric = 1,
       .value = egress / count * rounding,
       .provable = true,
       .doc = "one tree of least egress for all partitions (Dreyfus and Wagner, 1971)"},
      {.name = "balanced",
       .metric = 0,
       .value = reached / count,
       .provable = false,
       .doc = "what the search among whole plans reached; a policy may beat it"}};
}

Audit BroadcastScenario::audit(const DecisionLog& log) const { return broadcast::audit(*orders_, log); }

std::unique_ptr<Simulation> BroadcastScenario::start(const policy::ProgramPtr& program) const {
  return std::make_unique<SteppedSimulation<Machine>>(Machine(orders_), program);
}

ScenarioPtr BroadcastScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature is a part over 0 and under 1 of its scenario, not {}", fraction));
  }
  if (orders_->size() == 1) return nullptr;
  const auto step = static_cast<std::size_t>(std::max(2.0, std::round(1 / fraction)));
  auto kept = std::make_shared<Orders>();
  for (std::size_t i = 0; i < orders_->size(); i += step) kept->push_back((*orders_)[i]);
  return std::make_shared<BroadcastScenario>(std::move(kept), fmt::format("{}, every {}th transfer", label_, step),
                                             setting_);
}

}  // namespace syswright::broadcast
