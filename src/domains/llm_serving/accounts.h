#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/quantile.h"
#include "domain/domain.h"
#include "domain/evaluation.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// Metrics of the domain, in its order. Each of the four times has its mean and four percentiles, in this order.
enum class Measure : std::size_t {
  objective,
  ttft,
  ttft_p50,
  ttft_p90,
  ttft_p95,
  ttft_p99,
  tpot,
  tpot_p50,
  tpot_p90,
  tpot_p95,
  tpot_p99,
  itl,
  itl_p50,
  itl_p90,
  itl_p95,
  itl_p99,
  e2e,
  e2e_p50,
  e2e_p90,
  e2e_p95,
  e2e_p99,
  attainment,
  goodput,
  throughput,
  held,
  preemptions,
  recompute_tax,
  prefix_hits,
  kv_mean,
  kv_peak,
  gpu_time,
  energy,
  fairness,
  refused,
  makespan,
};
inline constexpr std::size_t measure_count = 35;

/// Names, units and documentation of the metrics.
std::span<const Metric> serving_metrics();

/// How a request came out.
struct Outcome {
  std::uint32_t request = 0;
  double released = 0;  ///< from the router to a replica, for the first time
  double first_token = 0;
  double last_token = 0;
  std::uint64_t recomputed = 0;  ///< tokens, that had been computed before
};

/// Sums of a run: their size does not depend on the number of requests. A value: a copy is a fork.
class Accounts {
 public:
  /// Consecutive requests share a block of the evaluation.
  static constexpr std::size_t most_blocks = 40;

  Accounts() = default;
  explicit Accounts(const Setup& setup);

  void complete(const Setup& setup, const Outcome& outcome);
  void refuse(const Setup& setup, std::uint32_t request);
  /// count tokens came this long after the ones before them.
  void token_gaps(double seconds, std::uint64_t count);

  // Added up by whoever sees them.
  std::uint64_t steps = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t computed_tokens = 0;
  std::uint64_t recomputed_tokens = 0;  ///< of these, such as had been computed before
  std::uint64_t prompt_tokens = 0;      ///< looked up in a prefix cache
  std::uint64_t hit_tokens = 0;         ///< of these, found
  double block_seconds = 0;             ///< in use
  double capacity_seconds = 0;          ///< blocks × time of replicas that are ready
  double kv_peak = 0;                   ///< share of a replica's blocks
  double gpu_seconds = 0;
  double joules = 0;
  double lost_requests = 0;  ///< sent back to the router by failures

  std::uint64_t completed() const { return completed_; }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t in_limits() const { return in_limits_; }
  double ttft_sum() const { return ttft_.sum; }
  double last_completion() const { return last_; }

  /// Of the requests that ended so far.
  Evaluation evaluation(const Setup& setup) const;

 private:
  struct Times {
    double sum = 0;
    QuantileSketch sketch;
    void add(double value, std::uint64_t times = 1) {
      sum += value * static_cast<double>(times);
      sketch.add(value, times);
    }
  };
  struct Tenant {
    double slowdown = 0;
    std::uint64_t requests = 0;
  };
  Block& block_of(const Setup& setup, std::uint32_t request);

  Times ttft_, tpot_, itl_, e2e_;
  double held_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t in_limits_ = 0;
  std::uint64_t output_tokens_ = 0;
  double last_ = 0;
  std::vector<Block> blocks_;
  std::vector<Tenant> tenants_;
};

/// Time of a request that has a replica for itself: its prompt in one step, then one step a token. An estimate, by
/// which slowdowns are measured. Deterministic.
double time_alone(const Setup& setup, const Request& request);

/// The worst that any policy could have; every metric and block.
Evaluation failed_evaluation(const Setup& setup, std::string why);

}  // namespace syswright::llm_serving
