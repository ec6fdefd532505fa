#include "domains/multi_region/scenario.h"

#include <fmt/format.h>

#include "base/error.h"
#include "domain/code_version.h"
#include "domain/stepping.h"
#include "domains/multi_region/auditor.h"
#include "domains/multi_region/market.h"
#include "domains/multi_region/native.h"
#include "domains/multi_region/optimum.h"
#include "domains/multi_region/skynomad.h"

namespace syswright::multi_region {
namespace {

void check_domain(const policy::Program& program) {
  if (program.signature().domain == "multi_region") return;
  throw InputError(fmt::format("policy '{}' is for the domain '{}', not for 'multi_region'", program.name(),
                               program.signature().domain));
}

}  // namespace

MultiRegionScenario::MultiRegionScenario(Setup setup) : setup_(std::make_shared<const Setup>(std::move(setup))) {
  check(*setup_);
  digest_ = digest_of(*setup_);
}

std::string_view MultiRegionScenario::code_version() const { return syswright::code_version(); }

std::uint64_t MultiRegionScenario::events() const {
  return setup_->instances.size() * static_cast<std::uint64_t>(setup_->setting.ticks());
}

Evaluation MultiRegionScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (policy.program() != nullptr) {
    check_domain(*policy.program());
    return evaluate_program(Market(setup_, options.timeline), policy.program(), options);
  }
  return run_mechanism(Market(setup_, options.timeline), ProgramState(), *multi_region_signature(),
                       NativeRun(find_native(policy.name()).make), options);
}

Evaluation MultiRegionScenario::failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

std::vector<Bound> MultiRegionScenario::bounds() const {
  double optimum = 0;
  for (const Instance& instance : setup_->instances) optimum += cheapest_in_time(*setup_, instance);
  return {{.name = "optimum",
           .metric = 0,
           .value = optimum / static_cast<double>(setup_->instances.size()),
           .provable = true,
           .doc = "cheapest way to be in time for one who knows all availability and prices, needs no probes and moves "
                  "checkpoints in no time (dynamic programme)"},
          {.name = "known lifetimes",
           .metric = 0,
           .value = with_known_lifetimes(setup_).objective(),
           .provable = false,
           .doc = "the utility rule, told how long spot will last in every region: SkyNomad(o)"}};
}

Audit MultiRegionScenario::audit(const DecisionLog& log) const { return multi_region::audit(*setup_, log); }

std::unique_ptr<Simulation> MultiRegionScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program);
  return std::make_unique<SteppedSimulation<Market>>(Market(setup_), program);
}

ScenarioPtr MultiRegionScenario::miniature(double fraction) const {
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
  return std::make_shared<MultiRegionScenario>(std::move(small));
}

Evaluation with_known_lifetimes(std::shared_ptr<const Setup> setup) {
  return run_mechanism(Market(std::move(setup)), ProgramState(), *multi_region_signature(),
                       NativeRun([](const Market& market) { return make_skynomad(market, {.knows_lifetimes = true}); }),
                       EvaluationOptions{});
}

}  // namespace syswright::multi_region
