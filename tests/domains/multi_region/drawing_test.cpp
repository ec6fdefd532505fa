#include "domains/multi_region/drawing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "domains/multi_region/features.h"
#include "domains/multi_region/multi_region.h"
#include "domains/multi_region/scenario.h"
#include "policy/compile.h"
#include "tests/domain/recorded_timeline.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

using testing::Contains;
using testing::ElementsAre;

/// "us-a1-a: spot 7-30", times in minutes.
std::vector<std::string> spans_of(const RecordedTimeline& timeline) {
  std::vector<std::string> lines;
  for (const auto& span : timeline.spans) {
    lines.push_back(
        fmt::format("{}: {} {:g}-{:g}", timeline.rows[span.row].name, span.name, span.start / 60, span.end / 60));
  }
  return lines;
}
std::vector<std::string> marks_of(const RecordedTimeline& timeline) {
  std::vector<std::string> lines;
  for (const auto& mark : timeline.marks) {
    lines.push_back(fmt::format("{}: {} {:g}", timeline.rows[mark.row].name, mark.name, mark.at / 60));
  }
  return lines;
}

/// Ticks of 10 min, a job of 60 min, starts of 6. Spot is taken in the first region, lost after three ticks, in which
/// 24 minutes of work are done, refused there, had in the third region for two ticks (14 min), and lost. Then the job
/// waits until the net starts on demand at home: 22 minutes of work and 6 of a start take three ticks, so at 90 of 120.
TEST(Drawing, ShowsWhatRanWhereAndWhen) {
  const MultiRegionScenario scenario(one_job({"111000000000", "000000000000", "000110000000"}, 10, 60, 120, 6));
  const auto program = policy::compile(R"(policy cheapest for multi_region {
    rank region(spot_price) { return -spot_price; }
    value instance(exhausted) { return exhausted ? keep : spot; }
    value probe(elapsed, runs_here, home) { return elapsed == 1h and home ? yes : no; }
  })",
                                       "test", std::array{multi_region_signature()});
  RecordedTimeline timeline;
  const Evaluation evaluation = scenario.evaluate(Policy::of(program), {.timeline = &timeline});
  ASSERT_EQ(evaluation.status, Evaluation::Status::ok);

  ASSERT_EQ(timeline.rows.size(), 8u);
  for (const auto& row : timeline.rows) EXPECT_EQ(row.group, "job 1: job");
  EXPECT_THAT(spans_of(timeline), ElementsAre("us-a1-a: start 0-6", "us-a1-a: spot 6-30",           //
                                              "us-b1-a: start 30-36", "us-b1-a: spot 36-50",        //
                                              "us-b1-a: start 90-96", "us-b1-a: on demand 96-120",  //
                                              "spot in us-a1-a: spot 0-30", "spot in us-b1-a: spot 30-50",
                                              "who decides: policy 0-90", "who decides: safety net 90-120"));
  const std::vector<std::string> marks = marks_of(timeline);
  EXPECT_THAT(marks, Contains("us-a1-a: preempted 30"));
  EXPECT_THAT(marks, Contains("us-a1-a: no spot 30"));
  EXPECT_THAT(marks, Contains("us-a1-b: no spot 30"));
  EXPECT_THAT(marks, Contains("us-b1-a: checkpoint moves here 30"));
  EXPECT_THAT(marks, Contains("us-b1-a: preempted 50"));
  EXPECT_THAT(marks, Contains("us-b1-a: probe: none 60"));
  EXPECT_THAT(marks, Contains("who decides: done 120"));

  // What the spans say was paid is what the job was billed for instances.
  double paid = 0;
  for (const auto& span : timeline.spans) {
    for (const auto& [name, value] : span.numbers) paid += value;
  }
  EXPECT_NEAR(paid, evaluation.metrics[2], 1e-9);
  EXPECT_EQ(timeline.levels.back().value, 1) << "an hour of work is done";
}

/// An instance that is lost before its start is over has no span of work.
TEST(Drawing, AStartMayBeAllThereIs) {
  const MultiRegionScenario scenario(one_job({"100000000000"}, 10, 30, 120, 25));
  RecordedTimeline timeline;
  scenario.evaluate(Policy::native("cheapest_spot"), {.timeline = &timeline});
  EXPECT_THAT(spans_of(timeline), Contains("us-a1-a: start 0-10"));
  EXPECT_THAT(spans_of(timeline), testing::Not(Contains(testing::StartsWith("us-a1-a: spot"))));
}

/// Each job has a group of its own, from time 0.
TEST(Drawing, EveryJobIsAGroup) {
  const ScenarioPtr scenario =
      make_multi_region_domain()->open({.options = {{"job", "4h"}, {"deadline", "6h"}, {"jobs", "3"}}})->scenarios()[0];
  RecordedTimeline timeline;
  const Evaluation evaluation = scenario->evaluate(Policy::native("skynomad"), {.timeline = &timeline});
  ASSERT_EQ(timeline.rows.size(), 3u * (2 + 2 * 9));
  double spot_time = 0;
  for (const auto& span : timeline.spans) {
    EXPECT_LE(span.end, 6 * 3600);
    const std::string& row = timeline.rows[span.row].name;
    const bool runs = row != "who decides" && !row.starts_with("spot in ");
    if (runs) spot_time += span.end - span.start;
  }
  EXPECT_NEAR(spot_time, 3 * (evaluation.metrics[5] + evaluation.metrics[6]), 1e-6);
}

}  // namespace
}  // namespace syswright::multi_region
