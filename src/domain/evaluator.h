#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "domain/evaluation.h"
#include "domain/policy.h"
#include "domain/scenario.h"

namespace syswright {

struct Job {
  Policy policy;
  ScenarioPtr scenario;
};

/// Where designers and judges get evaluations. farm/ implements it on threads; ledger/ wraps another with a memory of
/// what is already known. Results come in the order of the jobs and do not depend on where they ran. What counts as a
/// result is for evaluate_checked() to say: a policy that crashes its evaluation, or ends with a NaN, has failed.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Once a stop is asked for, jobs not yet done come back as Status::cancelled.
  virtual std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) = 0;
};

/// Evaluates one job after another on the calling thread.
class SerialEvaluator : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override;
};

}  // namespace syswright
