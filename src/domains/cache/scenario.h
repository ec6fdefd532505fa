#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domain/scenario.h"
#include "domains/cache/front_replay.h"
#include "domains/cache/host_contents.h"
#include "domains/cache/replay.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// A window of a trace, a capacity and a seed; or a miniature of one.
struct ScenarioSetup {
  std::shared_ptr<const Requests> requests;
  Window window;
  Capacity capacity;
  std::uint64_t seed = 1;
  std::string label;
  std::string setting;
  /// Of a miniature: see HostSetup.
  std::vector<Position> positions;
  double share = 1;
  FrontRule front{};

  HostSetup host() const { return {*requests, window, capacity, seed, positions, share}; }
  FrontSetup front_setup() const { return {*requests, window, capacity, seed, front, positions}; }
};

/// The worst metrics that a policy could have here.
Evaluation failed_evaluation(const ScenarioSetup& setup, std::string failure);

class CacheScenario : public Scenario {
 public:
  /// Fewer objects than this, or fewer counted requests than min_miniature_requests, predict nothing.
  static constexpr std::uint64_t min_miniature_objects = 16;
  static constexpr std::uint64_t min_miniature_requests = 256;

  /// Throws InputError for a window that does not fit the trace, is longer than 2^31 requests, or a capacity of 0.
  explicit CacheScenario(ScenarioSetup setup);

  const std::string& label() const override { return setup_->label; }
  const std::string& setting() const override { return setup_->setting; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override;
  std::uint64_t events() const override { return setup_->window.end - setup_->window.begin; }

  /// A program's statistics of each object that would need over Contents::max_object_state fail it.
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override;
  Evaluation failed(std::string why) const override { return failed_evaluation(*setup_, std::move(why)); }
  std::vector<Bound> bounds() const override;
  Audit audit(const DecisionLog& log) const override;
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override;

  /// Keeps the objects whose hashed key falls below `fraction`, all their requests, and that share of the capacity, as
  /// SHARDS samples in space: each object meets in its queue the share of others that it would meet. Requests keep
  /// their positions and times, and what a program is told of sizes and numbers is scaled up, so that its constants
  /// mean the same. A smaller fraction keeps a subset of what a larger one keeps.
  /// nullptr if it would hold fewer than min_miniature_objects or have too few requests.
  /// Source: Waldspurger et al., "Cache Modeling and Optimization using Miniature Simulations", USENIX ATC 2017.
  ScenarioPtr miniature(double fraction) const override;

  const ScenarioSetup& setup() const { return *setup_; }

  /// What became of each request of the window in a policy's run: [events()]. Costs an evaluation and a byte a request.
  /// Throws InputError for a policy that is not of this domain, and Error for one that fails; empty if stopped.
  std::vector<Outcome> outcomes(const Policy& policy, std::stop_token stop = {}) const;

 private:
  std::shared_ptr<const ScenarioSetup> setup_;
  Digest digest_;
};

/// What CacheScenario and CacheSimulation make of their counts after `events` requests.
Evaluation evaluation_of(const ReplayResult& result, std::uint64_t events);

}  // namespace syswright::cache
