#include "domains/cache/features.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "domains/cache/scenario.h"
#include "policy/compile.h"
#include "tests/domains/cache/sample_traces.h"
#include "tests/domains/cache/slow_cache.h"

namespace syswright::cache {
namespace {

struct Setting {
  const char* name;
  SampleTrace trace;
  Capacity capacity;
  const char* rules;
};

const char* const sample = "rank evict(hits) by sample { return hits; }";
const char* const queue = "rank evict(hits) by queue { return hits; }";
const char* const sample_admit =
    "rank evict(hits) by sample { return hits; } value admit(gap) { return gap > 5 ? take : refuse; }";
const char* const queue_admit =
    "rank evict(hits) by queue { return hits; } value admit(gap) { return gap > 5 ? take : refuse; }";

const Setting settings[] = {
    {"sample", {}, {50, false}, sample},
    {"sample_large", {}, {150, false}, sample},
    {"sample_bytes", {.sizes = true, .times = true, .changing_sizes = true}, {20'000, true}, sample},
    {"sample_admit", {.times = true}, {90, false}, sample_admit},
    {"queue", {}, {50, false}, queue},
    {"queue_bytes", {.sizes = true, .times = true, .changing_sizes = true}, {20'000, true}, queue},
    {"queue_admit", {.times = true}, {90, false}, queue_admit},
    {"tiny_bytes", {.sizes = true}, {700, true}, queue_admit},
    {"one", {}, {1, false}, sample},
};

/// Walks a simulation and the plain model side by side; answers are drawn at random, but the same for both.
class SideBySide {
 public:
  explicit SideBySide(const Setting& setting)
      : requests_(sample_requests(5, setting.trace)),
        scenario_({.requests = requests_, .window = {0, 0, requests_->size()}, .capacity = setting.capacity}),
        program_(policy::compile("policy walk for cache {" + std::string(setting.rules) + "}", "walk",
                                 std::array{cache_signature()})),
        samples_(program_->rules().front().mode == static_cast<std::size_t>(RankingMode::sample)),
        admits_(program_->rules().size() == 2),
        simulation_(scenario_.start(program_)),
        slow_(*requests_, setting.capacity),
        random_(9, "side by side") {}

  void walk() {
    std::uint64_t misses = 0;
    for (std::uint64_t event = 0; event < requests_->size() && !testing::Test::HasFatalFailure(); ++event) {
      misses += !request(event);
    }
    ASSERT_EQ(simulation_->next(), nullptr);
    EXPECT_EQ(simulation_->result().metrics[0], static_cast<double>(misses) / static_cast<double>(requests_->size()));
    EXPECT_GT(questions_, 1000u);
  }

 private:
  /// Returns whether it was a hit.
  bool request(std::uint64_t event) {
    const std::uint64_t key = requests_->trace.keys[event];
    if (slow_.arrive(event)) {
      slow_.hit();
      if (!samples_) score(event, key);
      return true;
    }
    if (slow_.too_large()) return false;
    slow_.miss();
    if (admits_ && !admitted(event, key)) {
      slow_.refuse();
      return false;
    }
    while (!slow_.fits() && !testing::Test::HasFatalFailure()) slow_.evict(samples_ ? sampled(event) : highest_score());
    slow_.insert();
    if (!samples_) score(event, key);
    return false;
  }

  void score(std::uint64_t event, std::uint64_t key) {
    const Question* question = ask(event, evict_decision);
    ASSERT_NE(question, nullptr);
    ASSERT_EQ(question->candidates.size(), 1u);
    ASSERT_EQ(question->candidates[0], key);
    compare(*question, 0, slow_.residents.at(key));
    const double answer = random_answer();
    slow_.residents.at(key).score = answer;
    simulation_->answer(std::array{answer});
  }

  bool admitted(std::uint64_t event, std::uint64_t key) {
    const Question* question = ask(event, admit_decision);
    if (question == nullptr) return false;
    EXPECT_EQ(question->candidates.size(), 1u);
    EXPECT_EQ(question->candidates[0], key);
    compare(*question, 0, slow_.incoming);
    const bool take = random_.chance(0.7);
    simulation_->answer(std::array{take ? 1.0 : 0.0});
    return take;
  }

  std::uint64_t sampled(std::uint64_t event) {
    const Question* question = ask(event, evict_decision);
    if (question == nullptr) return slow_.residents.begin()->first;
    EXPECT_EQ(question->candidates.size(), std::min<std::size_t>(64, slow_.residents.size()));
    std::vector<double> answers;
    std::size_t best = 0;
    for (std::size_t i = 0; i < question->candidates.size(); ++i) {
      const auto resident = slow_.residents.find(question->candidates[i]);
      EXPECT_NE(resident, slow_.residents.end());
      if (resident == slow_.residents.end()) break;
      compare(*question, i, resident->second);
      answers.push_back(random_answer());
      if (answers[i] > answers[best]) best = i;
    }
    const std::uint64_t victim = question->candidates[best];
    simulation_->answer(answers);
    return victim;
  }

  std::uint64_t highest_score() const {
    auto best = slow_.residents.begin();
    for (auto one = slow_.residents.begin(); one != slow_.residents.end(); ++one) {
      const bool earlier = one->second.accesses.back() < best->second.accesses.back();
      if (one->second.score > best->second.score || (one->second.score == best->second.score && earlier)) best = one;
    }
    return best->first;
  }

  const Question* ask(std::uint64_t event, std::size_t decision) {
    const Question* question = simulation_->next();
    EXPECT_NE(question, nullptr) << "at request " << event;
    if (question == nullptr) return nullptr;
    ++questions_;
    EXPECT_EQ(question->event, event);
    EXPECT_EQ(question->decision, decision);
    return question->event == event && question->decision == decision ? question : nullptr;
  }

  void compare(const Question& question, std::size_t candidate, const SlowCache::Object& object) {
    const policy::Decision& decision = cache_signature()->decisions[question.decision];
    const SlotLayout layout(decision, {});
    for (std::size_t i = 0; i < decision.features.size(); ++i) {
      const policy::Feature& feature = decision.features[i];
      for (std::size_t element = 0; element < feature.slots(); ++element) {
        const double expected = slow_.feature(feature.name, element, object);
        if (std::isnan(expected)) continue;
        const std::size_t slot = layout.slot({policy::Input::Source::feature, i, element, feature.scope});
        const double shown = feature.scope == policy::Scope::global
                                 ? question.globals[slot]
                                 : question.columns[slot * question.candidates.size() + candidate];
        ASSERT_EQ(shown, expected) << feature.name << "[" << element << "] at request " << question.event;
      }
    }
  }

  /// Few values, so that ties are common.
  double random_answer() { return static_cast<double>(random_.below(50)) - 25; }

  std::shared_ptr<const Requests> requests_;
  CacheScenario scenario_;
  policy::ProgramPtr program_;
  bool samples_;
  bool admits_;
  std::unique_ptr<Simulation> simulation_;
  SlowCache slow_;
  Random random_;
  std::size_t questions_ = 0;
};

class Features : public testing::TestWithParam<Setting> {};

TEST_P(Features, AreWhatAPlainModelSays) { SideBySide(GetParam()).walk(); }

INSTANTIATE_TEST_SUITE_P(All, Features, testing::ValuesIn(settings),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

TEST(CacheSignature, FeaturesOfAdmitAreFeaturesOfEvict) {
  const auto& decisions = cache_signature()->decisions;
  for (std::size_t i = 0; i < decisions[admit_decision].features.size(); ++i) {
    const auto same = decisions[evict_decision].find_feature(decisions[admit_decision].features[i].name);
    ASSERT_TRUE(same.has_value());
    EXPECT_EQ(fact_of(admit_decision, i), fact_of(evict_decision, *same));
  }
}

TEST(CacheSignature, ALoggedOneMeansTaken) {
  EXPECT_EQ(cache_signature()->decisions[admit_decision].actions, (std::vector<std::string>{"refuse", "take"}));
  EXPECT_EQ(cache_signature()->decisions[evict_decision].modes, (std::vector<std::string>{"sample", "queue"}));
}

}  // namespace
}  // namespace syswright::cache
