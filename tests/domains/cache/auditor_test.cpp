#include "domains/cache/auditor.h"

#include "base/error.h"
#include "domains/cache/native.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Record = DecisionLog::Record;

/// A small honest run: two places, keys 10 and 20 come in, 30 drives 20 out, 40 is refused.
struct Honest {
  std::shared_ptr<const Requests> requests = requests_of({10, 20, 10, 30, 40, 20, 10});
  Window window = whole(*requests);
  Capacity capacity{2, false};
  DecisionLog log{{{3, evict_decision, 20, 1}, {4, admit_decision, 40, 0}, {5, evict_decision, 30, 1}}};

  Audit audited() const { return audit(*requests, window, capacity, log); }
};

TEST(Auditor, RecomputesAnHonestRunFromTheRawTrace) {
  const Honest honest;
  const Audit result = honest.audited();
  EXPECT_THAT(result.violations, IsEmpty());
  // Misses: 10, 20, 30, 40, 20; four of them are taken in, at a byte each.
  EXPECT_THAT(result.metrics, ElementsAre(5.0 / 7, 5.0 / 7, 4));
}

TEST(Auditor, CountsTheCountedPartOnlyAndRealBytes) {
  const auto requests = requests_of({1, 2, 1, 3}, {3, 4, 3, 10});
  const DecisionLog log{{{3, evict_decision, 1, 1}}};
  const Audit result = audit(*requests, {0, 2, 4}, {2, false}, log);
  EXPECT_THAT(result.violations, IsEmpty());
  EXPECT_THAT(result.metrics, ElementsAre(0.5, 10.0 / 13, 10));
}

// Each cheat makes a run look better than it was, or is a log that no mechanism could have written.

TEST(Auditor, CatchesKeepingMoreThanTheCapacity) {
  Honest cheat;
  cheat.log.records.erase(cheat.log.records.begin());  // 30 comes in and nobody leaves
  EXPECT_THAT(cheat.audited().violations, ElementsAre("event 3: object 30 brings the cache to 3 of 2 objects"));
}

TEST(Auditor, CatchesKeepingMoreBytesThanTheCapacity) {
  const auto requests = requests_of({1, 2}, {3, 4});
  EXPECT_THAT(audit(*requests, whole(*requests), {7, true}, {}).violations, IsEmpty());
  EXPECT_THAT(audit(*requests, whole(*requests), {6, true}, {}).violations,
              ElementsAre("event 1: object 2 brings the cache to 7 of 6 bytes"));
}

TEST(Auditor, CatchesTakingInAnObjectLargerThanTheCache) {
  const auto requests = requests_of({1}, {7});
  EXPECT_THAT(audit(*requests, whole(*requests), {6, true}, {}).violations, ElementsAre(HasSubstr("to 7 of 6 bytes")));
}

TEST(Auditor, CatchesEvictingWhatIsNotThere) {
  Honest cheat;
  cheat.log.records[0].subject = 40;  // not there yet
  EXPECT_THAT(cheat.audited().violations,
              ElementsAre("event 3: the decision 'evict' about object 40 evicts an object that is not in the cache",
                          HasSubstr("brings the cache to 3 of 2 objects")));
  cheat.log.records[0].subject = 99;  // never requested
  EXPECT_THAT(cheat.audited().violations, testing::Contains(HasSubstr("99 evicts an object that is not in the cache")));
}

TEST(Auditor, CatchesEvictingTwice) {
  Honest cheat;
  cheat.log.records.insert(cheat.log.records.begin(), cheat.log.records[0]);
  EXPECT_THAT(cheat.audited().violations, ElementsAre(HasSubstr("20 evicts an object that is not in the cache")));
}

TEST(Auditor, CatchesEvictingTheObjectBeingServed) {
  Honest cheat;
  cheat.log.records.insert(cheat.log.records.begin(), Record{2, evict_decision, 10, 1});
  EXPECT_THAT(cheat.audited().violations,
              ElementsAre(HasSubstr(
                  "event 2: the decision 'evict' about object 10 evicts the object that is being asked for")));
}

TEST(Auditor, CatchesRefusingAHit) {
  Honest cheat;
  cheat.log.records.insert(cheat.log.records.begin(), Record{2, admit_decision, 10, 0});
  EXPECT_THAT(cheat.audited().violations, ElementsAre(HasSubstr("answers a miss, but the object is in the cache")));
}

TEST(Auditor, CatchesRefusingAnotherObject) {
  Honest cheat;
  cheat.log.records[1].subject = 10;
  EXPECT_THAT(cheat.audited().violations,
              testing::Contains(HasSubstr("about object 10 is about another object than the one asked for, 40")));
}

TEST(Auditor, CatchesTwoAnswersAboutOneMiss) {
  Honest cheat;
  cheat.log.records.insert(cheat.log.records.begin() + 2, Record{4, admit_decision, 40, 1});
  EXPECT_THAT(cheat.audited().violations, ElementsAre(HasSubstr("is the second answer about one miss")));
}

TEST(Auditor, CatchesEventsOutOfOrder) {
  Honest cheat;
  std::swap(cheat.log.records[0], cheat.log.records[1]);
  EXPECT_THAT(cheat.audited().violations, testing::Contains(HasSubstr("event 3: the decision 'evict' about object 20 "
                                                                      "stands behind one of event 4")));
}

TEST(Auditor, CatchesEventsOutsideTheWindow) {
  Honest cheat;
  cheat.window = {1, 1, 6};
  cheat.log.records.insert(cheat.log.records.begin(), Record{0, evict_decision, 10, 1});
  cheat.log.records.push_back({6, evict_decision, 10, 1});
  const Audit result = cheat.audited();
  EXPECT_THAT(result.violations.front(),
              HasSubstr("event 0: the decision 'evict' about object 10 lies before the window"));
  EXPECT_THAT(result.violations.back(),
              HasSubstr("event 6: the decision 'evict' about object 10 lies beyond the window"));
}

TEST(Auditor, CatchesUnknownDecisionsAndAnswers) {
  Honest cheat;
  cheat.log.records = {{3, evict_decision, 20, 0.5}, {4, admit_decision, 40, 7}, {5, 2, 10, 1}};
  const std::vector<std::string> violations = cheat.audited().violations;
  EXPECT_THAT(violations, testing::Contains(HasSubstr("answers 0.5, where an eviction answers 1")));
  EXPECT_THAT(violations, testing::Contains(HasSubstr("answers 7, where 0 refuses and 1 takes")));
  EXPECT_THAT(violations,
              testing::Contains(HasSubstr("the decision '2' about object 10 is none of the cache's decisions")));
}

TEST(Auditor, TakesAnAnswerThatAdmits) {
  Honest honest;
  honest.log.records.insert(honest.log.records.begin(), Record{0, admit_decision, 10, 1});
  EXPECT_THAT(honest.audited().violations, IsEmpty());
}

TEST(Auditor, SpellsOutTwentyViolations) {
  Honest cheat;
  cheat.log.records.assign(25, Record{0, 5, 1, 1});
  const std::vector<std::string> violations = cheat.audited().violations;
  ASSERT_EQ(violations.size(), 21);
  EXPECT_EQ(violations.back(), "and 7 more");  // 5 records, and events 3 and 5 without their evictions
}

// A log of an honest run with one record dropped, doubled or answered otherwise breaks a rule or has other metrics.
TEST(Auditor, NoSmallForgeryOfARealLogPasses) {
  int forgeries = 0;
  for (std::uint64_t index = 0; index < 300; ++index) {
    Random random(1, "forgery", index);
    const bool in_bytes = index % 2 == 0;
    const auto requests =
        prepare(small_trace({.requests = 120, .objects = 25, .largest_size = 6, .sizes_change = true}, random));
    const Capacity capacity{5 + random.below(15), in_bytes};
    DecisionLog log;
    const ReplayResult honest = replay_native("lru", *requests, whole(*requests), capacity, {.log = &log});
    if (log.records.empty()) continue;
    DecisionLog forged = log;
    const std::size_t at = random.below(forged.records.size());
    switch (index % 3) {
      case 0:
        forged.records.erase(forged.records.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        forged.records.push_back(forged.records[at]);
        break;
      default:
        forged.records[at].answer = 1 - forged.records[at].answer;
    }
    ++forgeries;
    const Audit result = audit(*requests, whole(*requests), capacity, forged);
    EXPECT_TRUE(!result.violations.empty() || result.metrics != metrics_of(honest.counts)) << index;
  }
  EXPECT_GT(forgeries, 200);
}

TEST(Auditor, RefusesAWindowThatDoesNotFit) {
  const Honest honest;
  EXPECT_THROW(audit(*honest.requests, {0, 0, 8}, honest.capacity, honest.log), InputError);
}

}  // namespace
}  // namespace syswright::cache
