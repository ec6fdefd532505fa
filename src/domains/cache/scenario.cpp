#include "domains/cache/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "domain/code_version.h"
#include "domains/cache/auditor.h"
#include "domains/cache/bounds.h"
#include "domains/cache/host.h"
#include "domains/cache/native.h"
#include "domains/cache/simulation.h"

namespace syswright::cache {

namespace {

constexpr std::uint64_t most_requests = std::uint64_t{1} << 31;

template <typename Mode>
ReplayResult replay_host(const ScenarioSetup& setup, const HostPlan& plan, const ProgramCode& code,
                         const EvaluationOptions& options, Outcome* outcomes) {
  Host<Mode> host(setup.host(), plan, code.evict(), code.admit());
  if (outcomes != nullptr || !setup.front.idle(*setup.requests)) {
    const FrontReplayOptions fronted{.log = options.log, .outcomes = outcomes, .stop = options.stop};
    return setup.capacity.in_bytes ? replay_fronted<true>(setup.front_setup(), host, fronted)
                                   : replay_fronted<false>(setup.front_setup(), host, fronted);
  }
  if (options.log != nullptr) {
    LogListener listener(*setup.requests, *options.log);
    return replay(*setup.requests, setup.window, setup.capacity, host, listener, options.stop);
  }
  NoListener listener;
  return replay(*setup.requests, setup.window, setup.capacity, host, listener, options.stop);
}

ReplayResult replay_program(const ScenarioSetup& setup, const policy::ProgramPtr& program,
                            const EvaluationOptions& options, Outcome* outcomes = nullptr) {
  const HostPlan plan = HostPlan::of(*program);
  const ProgramCode code(program, setup.window.end - setup.window.begin);
  return plan.mode == RankingMode::sample ? replay_host<SampleMode>(setup, plan, code, options, outcomes)
                                          : replay_host<QueueMode>(setup, plan, code, options, outcomes);
}

ReplayResult replay_baseline(const ScenarioSetup& setup, const std::string& name, const EvaluationOptions& options,
                             Outcome* outcomes = nullptr) {
  NativeOptions native{.seed = setup.seed, .log = options.log, .stop = options.stop};
  const FrontSetup front = setup.front_setup();
  if (outcomes != nullptr || !setup.front.idle(*setup.requests)) native.front = &front;
  native.outcomes = outcomes;
  return replay_native(name, *setup.requests, setup.window, setup.capacity, native);
}

void check_domain(const policy::Program& program) {
  if (program.signature().domain == "cache") return;
  throw InputError(
      fmt::format("policy '{}' is for the domain '{}', not for 'cache'", program.name(), program.signature().domain));
}

}  // namespace

Evaluation evaluation_of(const ReplayResult& result, std::uint64_t events) {
  Evaluation evaluation;
  if (result.stopped) {
    evaluation.status = Evaluation::Status::cancelled;
    return evaluation;
  }
  const Counts& counts = result.counts;
  evaluation.metrics = metrics_of(counts);
  evaluation.blocks = result.blocks;
  evaluation.details = {{"requests", static_cast<double>(counts.requests)},
                        {"misses", static_cast<double>(counts.misses)},
                        {"bytes_requested", static_cast<double>(counts.bytes_requested)},
                        {"bytes_missed", static_cast<double>(counts.bytes_missed)}};
  if (counts.expired_misses > 0) {
    evaluation.details.emplace_back("expired_misses", static_cast<double>(counts.expired_misses));
  }
  evaluation.events = events;
  return evaluation;
}

Evaluation failed_evaluation(const ScenarioSetup& setup, std::string failure) {
  Counts worst;
  worst.requests = worst.misses = setup.window.end - setup.window.counted;
  for (std::uint64_t i = setup.window.counted; i < setup.window.end; ++i) {
    worst.bytes_requested += setup.requests->request_bytes(i);
  }
  worst.bytes_missed = worst.bytes_written = worst.bytes_requested;
  Evaluation evaluation;
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(failure);
  evaluation.metrics = metrics_of(worst);
  for (std::uint64_t block = 0; block < block_count(setup.window); ++block) {
    const auto requests = static_cast<double>(block_begin(setup.window, block + 1) - block_begin(setup.window, block));
    evaluation.blocks.push_back({requests, requests});
  }
  return evaluation;
}

CacheScenario::CacheScenario(ScenarioSetup setup) : setup_(std::make_shared<const ScenarioSetup>(std::move(setup))) {
  const Window& window = setup_->window;
  check(*setup_->requests, window, setup_->capacity);
  if (window.end - window.begin >= most_requests) {
    throw InputError(
        fmt::format("a scenario of {} requests is too long: fewer than {} can be replayed at once; cut the "
                    "trace",
                    window.end - window.begin, most_requests));
  }
  DigestBuilder digest;
  digest.add("cache scenario")
      .add(setup_->requests->digest)
      .add(window.begin)
      .add(window.counted)
      .add(window.end)
      .add(setup_->capacity.amount)
      .add(setup_->capacity.in_bytes)
      .add(setup_->seed)
      .add(setup_->share)
      .add_column(std::span<const Position>(setup_->positions));
  const FrontRule& front = setup_->front;
  if (!front.idle(*setup_->requests) || !front.trace_lifetimes) {
    digest.add(static_cast<std::uint64_t>(front.admission.kind))
        .add(front.admission.parameter)
        .add(front.trace_lifetimes)
        .add(front.default_lifetime);
  }
  digest_ = digest.finish();
}

std::vector<Outcome> CacheScenario::outcomes(const Policy& policy, std::stop_token stop) const {
  std::vector<Outcome> outcomes(events());
  const EvaluationOptions options{.stop = std::move(stop)};
  if (policy.program() != nullptr) check_domain(*policy.program());
  const ReplayResult result = policy.program() == nullptr
                                  ? replay_baseline(*setup_, policy.name(), options, outcomes.data())
                                  : replay_program(*setup_, policy.program(), options, outcomes.data());
  if (result.stopped) outcomes.clear();
  return outcomes;
}

std::string_view CacheScenario::code_version() const { return syswright::code_version(); }

Evaluation CacheScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (policy.program() == nullptr) {
    return evaluation_of(replay_baseline(*setup_, policy.name(), options), events());
  }
  check_domain(*policy.program());
  try {
    return evaluation_of(replay_program(*setup_, policy.program(), options), events());
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    return failed_evaluation(*setup_, error.what());
  }
}

std::vector<Bound> CacheScenario::bounds() const {
  return cache_bounds(*setup_->requests, setup_->window, setup_->capacity, setup_->front);
}

Audit CacheScenario::audit(const DecisionLog& log) const {
  return cache::audit(*setup_->requests, setup_->window, setup_->capacity, log, setup_->front);
}

std::unique_ptr<Simulation> CacheScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program);
  return std::make_unique<CacheSimulation>(setup_, program);
}

}  // namespace syswright::cache
