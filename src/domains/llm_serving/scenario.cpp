#include "domains/llm_serving/scenario.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "domain/code_version.h"
#include "domain/overtaking.h"
#include "domain/stepping.h"
#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/auditor.h"
#include "domains/llm_serving/bounds.h"
#include "domains/llm_serving/cluster.h"
#include "domains/llm_serving/drawing.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/native.h"
#include "domains/llm_serving/workload.h"

namespace syswright::llm_serving {
namespace {

void check_domain(const policy::Program& program) {
  if (program.signature().domain == "llm_serving") return;
  throw InputError(fmt::format("policy '{}' is for the domain '{}', not for 'llm_serving'", program.name(),
                               program.signature().domain));
}

Digest digest_of(const Setup& setup) {
  DigestBuilder builder;
  digest_setup(setup, builder);
  return builder.finish();
}

}  // namespace

ServingScenario::ServingScenario(Setup setup) : setup_(std::make_shared<const Setup>(std::move(setup))) {
  check_setup(*setup_);
  digest_ = digest_of(*setup_);
}

std::string_view ServingScenario::code_version() const { return syswright::code_version(); }

std::uint64_t ServingScenario::events() const { return setup_->requests->list.size(); }

Evaluation ServingScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (options.timeline != nullptr) {
    DecisionLog own;
    DecisionLog* log = options.log != nullptr ? options.log : &own;
    Evaluation evaluation = evaluate(policy, {.log = log, .stop = options.stop});
    if (evaluation.status == Evaluation::Status::ok) draw(*setup_, *log, *options.timeline);
    return evaluation;
  }
  if (policy.program() != nullptr) {
    check_domain(*policy.program());
    if (setup_->check) return evaluate_watched(Cluster(setup_), policy.program(), options);
    return evaluate_program(Cluster(setup_), policy.program(), options);
  }
  const NativePolicy& native = find_native(policy.name());
  return evaluate_native(Cluster(setup_, native.asked), *llm_serving_signature(), native.make(*setup_), options);
}

Evaluation ServingScenario::failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

std::vector<Bound> ServingScenario::bounds() const { return serving_bounds(*setup_); }

Audit ServingScenario::audit(const DecisionLog& log) const { return llm_serving::audit(*setup_, log); }

std::unique_ptr<Simulation> ServingScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program);
  return std::make_unique<SteppedSimulation<Cluster>>(Cluster(setup_), program);
}

ScenarioPtr ServingScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature keeps a fraction between 0 and 1, not {}", fraction));
  }
  const std::size_t all = setup_->requests->list.size();
  const auto kept = static_cast<std::size_t>(fraction * static_cast<double>(all));
  if (kept < min_miniature_requests) return nullptr;
  Setup small = *setup_;
  small.requests = cut_requests(*setup_->requests, 0, kept);
  small.label = fmt::format("{}, the first {} of {} requests", setup_->label, with_thousands(std::uint64_t{kept}),
                            with_thousands(std::uint64_t{all}));
  return std::make_shared<ServingScenario>(std::move(small));
}

}  // namespace syswright::llm_serving
