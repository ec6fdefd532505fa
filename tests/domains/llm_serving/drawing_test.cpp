#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "domains/llm_serving/scenario.h"
#include "domains/llm_serving/workload.h"
#include "tests/domain/recorded_timeline.h"

namespace syswright::llm_serving {
namespace {

ScenarioPtr crowded(const std::string& groups) {
  const auto workload = ServingDomain().open({.options = {{"generate", "poisson:8/s sharegpt requests=60"},
                                                          {"seeds", "1"},
                                                          {"hardware", "linear:30ms,0.2ms,0.19ms,11.6ms"},
                                                          {"context", "600"},
                                                          {"groups", groups}}});
  return workload->scenarios().front();
}

double argument(const RecordedTimeline::Span& span, const std::string& name) {
  for (const auto& [key, value] : span.numbers) {
    if (key == name) return value;
  }
  ADD_FAILURE() << span.name << " has no " << name;
  return 0;
}

/// What is drawn of requests is their time from arrival to last token, without a gap.
TEST(ServingDrawing, CoversEveryRequestFromArrivalToEnd) {
  const ScenarioPtr scenario = crowded("replicas=2 kv-blocks=60 max-running=6");
  RecordedTimeline timeline;
  const Evaluation evaluation = scenario->evaluate(Policy::native("head_room_admission"), {.timeline = &timeline});
  std::map<double, double> drawn;
  std::set<std::string> phases;
  for (const RecordedTimeline::Span& span : timeline.spans) {
    const std::size_t colon = span.name.find(": ");
    if (colon == std::string::npos) continue;
    phases.insert(span.name.substr(colon + 2));
    drawn[argument(span, "request")] += span.end - span.start;
  }
  double sum = 0;
  for (const auto& [request, time] : drawn) sum += time;
  EXPECT_NEAR(sum / 60, evaluation.metrics[16], 1e-9);
  EXPECT_THAT(phases,
              testing::IsSupersetOf({"held", "waiting", "prefill", "decode", "waiting, preempted", "recompute"}));
}

TEST(ServingDrawing, ShowsTransfers) {
  const ScenarioPtr scenario = crowded("role=prefill kv-blocks=80; role=decode kv-blocks=90");
  RecordedTimeline timeline;
  scenario->evaluate(Policy::native("vllm"), {.timeline = &timeline});
  std::size_t transfers = 0;
  for (const RecordedTimeline::Span& span : timeline.spans) transfers += span.name.ends_with(": transfer");
  EXPECT_GT(transfers, 40u);
}

}  // namespace
}  // namespace syswright::llm_serving
