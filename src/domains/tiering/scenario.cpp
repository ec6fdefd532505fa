#include "domains/tiering/scenario.h"

#include <fmt/format.h>

#include "base/error.h"
#include "domain/code_version.h"
#include "domain/stepping.h"
#include "domains/tiering/auditor.h"
#include "domains/tiering/bounds.h"
#include "domains/tiering/machine.h"
#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

void check_domain(const policy::Program& program) {
  if (program.signature().domain == "tiering") return;
  throw InputError(
      fmt::format("policy '{}' is for the domain '{}', not for 'tiering'", program.name(), program.signature().domain));
}

}  // namespace

TieringScenario::TieringScenario(Setup setup) : setup_(std::make_shared<const Setup>(std::move(setup))) {
  check(*setup_);
  digest_ = digest_of(*setup_);
}

std::string_view TieringScenario::code_version() const { return syswright::code_version(); }

Evaluation TieringScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  Tiers tiers(setup_, options.timeline);
  if (policy.program() != nullptr) {
    check_domain(*policy.program());
    return evaluate_program(std::move(tiers), policy.program(), options);
  }
  return evaluate_native(std::move(tiers), *tiering_signature(), answers_of(find_native(policy.name()), *setup_),
                         options);
}

Evaluation TieringScenario::failed(std::string why) const { return Tiers(setup_).failed(std::move(why)); }

std::vector<Bound> TieringScenario::bounds() const {
  const auto accesses = [&] {
    std::uint64_t sum = 0;
    for (std::uint32_t tick = setup_->from; tick < setup_->to; ++tick) {
      sum += setup_->run->tick_reads[tick] + setup_->run->tick_writes[tick];
    }
    return static_cast<double>(sum);
  }();
  return {{.name = "offline",
           .metric = static_cast<std::size_t>(Measure::access_time),
           .value = offline_bound(*setup_) / accesses,
           .provable = true,
           .doc = "whoever knows all accesses, moves pages before any tick, pays for each move, and has no limit on "
                  "moves or bandwidth (Lagrangian relaxation)"},
          {.name = "all fast",
           .metric = static_cast<std::size_t>(Measure::access_time),
           .value = seconds(setup_->costs, all_fast_time(*setup_)) / accesses,
           .provable = false,
           .doc = "every page in fast memory; where bandwidth is short, both devices together could do better"}};
}

Audit TieringScenario::audit(const DecisionLog& log) const { return tiering::audit(*setup_, log); }

std::unique_ptr<Simulation> TieringScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program);
  return std::make_unique<SteppedSimulation<Tiers>>(Tiers(setup_), program);
}

ScenarioPtr TieringScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature keeps a fraction between 0 and 1, not {}", fraction));
  }
  const auto kept = static_cast<std::uint32_t>(fraction * setup_->ticks()) / block_ticks * block_ticks;
  if (kept < min_miniature_ticks || kept >= setup_->ticks()) return nullptr;
  Setup small = *setup_;
  small.to = small.from + kept;
  small.label = fmt::format("{}, the first {} of {} ticks", setup_->label, kept, setup_->ticks());
  return std::make_shared<TieringScenario>(std::move(small));
}

}  // namespace syswright::tiering
