#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/digest.h"
#include "domain/evaluation.h"
#include "domain/policy.h"
#include "domain/simulation.h"

namespace syswright {

class Timeline;  // domain/timeline.h

struct EvaluationOptions {
  DecisionLog* log = nullptr;  ///< filled with every decision, if given
  std::stop_token stop;        ///< checked often enough that a run ends within 100 ms
  /// Where the run is drawn, if given and the domain draws timelines; it changes nothing in the result.
  Timeline* timeline = nullptr;
};

class Scenario;
using ScenarioPtr = std::shared_ptr<const Scenario>;

/// A workload with mechanism parameters and a seed: everything but the policy. Immutable; every method may be called
/// from any thread.
class Scenario {
 public:
  virtual ~Scenario() = default;
  /// For people: "OLTP.lis, 1000 objects, requests 609,430 to 914,145".
  virtual const std::string& label() const = 0;
  /// The setting that sets it apart from its neighbours in a suite: "1000 objects". Tables and plots use it.
  virtual const std::string& setting() const = 0;
  /// Content address of workload, parameters and seed.
  virtual Digest digest() const = 0;
  /// Of the code whose result an evaluation is; the ledger keeps results of different versions apart.
  virtual std::string_view code_version() const = 0;
  /// Events that one evaluation simulates: its cost, for planning.
  virtual std::uint64_t events() const = 0;

  /// Pure: equal policy and scenario give equal bytes. A policy that fails gets Status::failed and the worst metrics;
  /// throws InputError only for a policy that is not of this domain.
  virtual Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const = 0;

  /// What a policy gets that fails here: Status::failed, the reason, and metrics and blocks as bad as any policy's.
  virtual Evaluation failed(std::string why) const = 0;

  /// Bounds on the metrics of any policy in this scenario. May take as long as a few evaluations.
  virtual std::vector<Bound> bounds() const = 0;

  /// Recomputes the metrics from the raw workload and the decisions, by code of its own.
  virtual Audit audit(const DecisionLog& log) const = 0;

  /// The scenario as a simulation that asks its questions one by one. `program` says in which modes its rankings are
  /// applied and which statistics are kept; its answers are not used. Driving the simulation with the program's own
  /// answers gives what evaluate() gives.
  virtual std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const = 0;

  /// A cheaper scenario that predicts this one, with about `fraction` of its events (0 < fraction < 1): for racing.
  /// nullptr if this scenario cannot be made smaller in a way that keeps its meaning.
  virtual ScenarioPtr miniature(double fraction) const = 0;
};

}  // namespace syswright
