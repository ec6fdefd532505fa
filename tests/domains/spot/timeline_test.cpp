#include <fmt/format.h>
#include <gmock/gmock.h>

#include <memory>

#include "domains/spot/scenario.h"
#include "tests/domain/recorded_timeline.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

/// What ran and when there was spot, from the start of the job, in minutes.
TEST(SpotTimeline, ShowsWhatRanAndWhenThereWasSpot) {
  // Starts of 5 min in ticks of 10: 5 min of work are done before the loss, and 5 and 10 after it.
  const SpotScenario scenario(one_job("101111", 10, 20, 60, 5));
  RecordedTimeline timeline;
  const Evaluation drawn = scenario.evaluate(Policy::native("greedy"), {.timeline = &timeline});
  EXPECT_EQ(drawn, scenario.evaluate(Policy::native("greedy")));
  ASSERT_EQ(timeline.rows.size(), 2u);
  EXPECT_EQ(timeline.rows[0].name, "runs on");
  std::vector<std::string> spans;
  for (const auto& span : timeline.spans) {
    spans.push_back(fmt::format("{} {} {:g}-{:g}", span.row, span.name, span.start / 60, span.end / 60));
  }
  EXPECT_THAT(spans, testing::UnorderedElementsAre("0 spot 0-10", "0 spot 20-40", "1 spot 0-10", "1 spot 20-40"));
}

}  // namespace
}  // namespace syswright::spot
