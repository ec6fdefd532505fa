#include "domains/spot/scenario.h"

#include <fmt/format.h>

#include "base/error.h"
#include "domain/code_version.h"
#include "domain/running_cost.h"
#include "domain/stepping.h"
#include "domains/spot/auditor.h"
#include "domains/spot/baselines.h"
#include "domains/spot/market.h"
#include "domains/spot/optimum.h"

namespace syswright::spot {
namespace {

void check_domain(const policy::Program& program) {
  if (program.signature().domain == "spot") return;
  throw InputError(
      fmt::format("policy '{}' is for the domain '{}', not for 'spot'", program.name(), program.signature().domain));
}

}  // namespace

SpotScenario::SpotScenario(Setup setup) : setup_(std::make_shared<const Setup>(std::move(setup))) {
  check(*setup_);
  digest_ = digest_of(*setup_);
}

std::string_view SpotScenario::code_version() const { return syswright::code_version(); }

std::uint64_t SpotScenario::events() const {
  return setup_->instances.size() * static_cast<std::uint64_t>(setup_->setting.ticks());
}

Evaluation SpotScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (policy.program() != nullptr) {
    check_domain(*policy.program());
    return evaluate_program(Market(setup_, options.timeline), policy.program(), options);
  }
  const NativePolicy& native = find_native(policy.name());
  return run_mechanism(
      Market(setup_, options.timeline), ProgramState(), *spot_signature(),
      [&](const Market& market, const Ask&, std::span<double> answers) {
        answers[0] = static_cast<double>(native.answer(market));
      },
      options);
}

Evaluation SpotScenario::failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

std::vector<Bound> SpotScenario::bounds() const {
  double optimum = 0;
  double floor = 0;
  const Prices prices(*setup_);
  const auto ticks = static_cast<double>(ceil_divide(setup_->setting.job, setup_->setting.tick));
  for (const Instance& instance : setup_->instances) {
    optimum += cheapest_in_time(*setup_, instance);
    double cheapest = prices.on_demand(instance);
    for (std::int64_t tick = 0; tick < setup_->setting.ticks(); ++tick) {
      cheapest = std::min(cheapest, prices.spot(instance, tick));
    }
    floor += ticks * cheapest;
  }
  const auto jobs = static_cast<double>(setup_->instances.size());
  return {
      {.name = "optimum",
       .metric = 0,
       .value = optimum / jobs,
       .provable = true,
       .doc = "cheapest way to be in time for one who knows all availability and prices (dynamic programme)"},
      {.name = "spot throughout",
       .metric = 0,
       .value = floor / jobs,
       .provable = false,
       .doc = "all work on spot at its lowest price without a start: the floor that public scores are anchored at"}};
}

Audit SpotScenario::audit(const DecisionLog& log) const { return spot::audit(*setup_, log); }

std::unique_ptr<Simulation> SpotScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program);
  return std::make_unique<CostedSimulation<Market>>(Market(setup_), program);
}

ScenarioPtr SpotScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature keeps a fraction between 0 and 1, not {}", fraction));
  }
  const std::size_t jobs = setup_->instances.size();
  const auto kept = static_cast<std::size_t>(fraction * static_cast<double>(jobs));
  if (kept < min_miniature_jobs) return nullptr;
  Setup small = *setup_;
  small.instances.clear();
  for (std::size_t i = 0; i < kept; ++i) small.instances.push_back(setup_->instances[(2 * i + 1) * jobs / (2 * kept)]);
  small.label = fmt::format("{}, {} of {} jobs", setup_->label, kept, jobs);
  return std::make_shared<SpotScenario>(std::move(small));
}

}  // namespace syswright::spot
