#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "domains/llm_serving/cluster.h"
#include "domains/llm_serving/requests_reader.h"
#include "domains/llm_serving/step_time_measured.h"

// The run of a real vLLM 0.19.0 (data/llm/README.md): Llama-3.1-8B on one RTX PRO 6000, 300 requests, from its settings
// and the profile's kernel times alone. Nothing is fitted to the run; the host is given no time, as its share of a step
// was not measured; the KV cache never filled, so that its size, which was not recorded, does not matter.
namespace syswright::llm_serving {
namespace {

std::string folder() {
  const char* data = std::getenv("SYSWRIGHT_DATA");
  return data == nullptr ? "" : std::string(data) + "/llm/llmservingsim_rtxpro6000_llama3.1-8b";
}

Evaluation simulated(Skew skew) {
  auto setup = std::make_shared<Setup>();
  // Arrivals as the engine itself saw them: what came before is the client's delay.
  setup->requests = std::make_shared<Requests>(
      read_request_log(folder() + "/vllm/requests.jsonl", {.format = "vllm-queued"}).requests);
  ReplicaGroup group;
  group.replica.max_running = 128;
  group.replica.token_budget = 2048;
  group.replica.kv_blocks = 30000;
  group.replica.async_scheduling = true;  // by default in this version
  group.replica.step_time = make_measured_step_time({.folder = folder(), .skew = skew});
  setup->cluster.groups = {group};
  check_setup(*setup);
  Cluster cluster(setup, 0);
  ProgramState state;
  Ask ask;
  EXPECT_FALSE(cluster.next(ask, state));
  EXPECT_EQ(cluster.fault(), "");
  return cluster.result();
}

/// Allowed errors: 3 % of means, 5 % of percentiles. The median of the time to the first token is an exception: in the
/// real run it lies on the knee between requests that met a full engine and those before (the 143rd time is 7.98 s, the
/// 150th 9.39 s), so that a shift by four requests out of 300 is 15 %.
struct Times {
  Measure first;
  std::array<double, 4> measured;  ///< mean, p50, p90, p99: data/llm/README.md
  std::array<double, 4> allowed{0.03, 0.05, 0.05, 0.05};
};
constexpr std::array runs = {
    Times{Measure::ttft, {7.0972, 9.4427, 16.8527, 19.7553}, {0.03, 0.1, 0.05, 0.05}},
    Times{Measure::tpot, {0.032458, 0.033425, 0.036485, 0.037344}},
    Times{Measure::e2e, {28.2007, 29.6156, 35.4507, 37.6388}},
};

TEST(MeasuredRun, is_reproduced) {
  if (folder().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Evaluation evaluation = simulated(Skew::table);
  for (const Times& times : runs) {
    const auto at = static_cast<std::size_t>(times.first);
    const std::array<std::size_t, 4> places = {at, at + 1, at + 2, at + 4};
    for (std::size_t i = 0; i < places.size(); ++i) {
      const double error = evaluation.metrics[places[i]] / times.measured[i] - 1;
      RecordProperty(serving_metrics()[places[i]].name, std::to_string(error));
      EXPECT_LE(std::abs(error), times.allowed[i])
          << serving_metrics()[places[i]].name << " is " << evaluation.metrics[places[i]] << ", measured "
          << times.measured[i];
    }
  }
  EXPECT_EQ(evaluation.metrics[static_cast<std::size_t>(Measure::preemptions)], 0);
}

/// The skew of decode lengths is the largest choice of the model: without it the run is too fast.
TEST(MeasuredRun, is_too_fast_without_skew) {
  if (folder().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Evaluation without = simulated(Skew::none);
  const Evaluation with = simulated(Skew::table);
  for (const Measure measure : {Measure::ttft, Measure::tpot, Measure::e2e}) {
    EXPECT_LT(without.metrics[static_cast<std::size_t>(measure)], with.metrics[static_cast<std::size_t>(measure)]);
  }
}

}  // namespace
}  // namespace syswright::llm_serving
