#include "domain/overtaking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "policy/compile.h"

namespace syswright {
namespace {

using testing::HasSubstr;

std::shared_ptr<const policy::Signature> signature() {
  using policy::Scope;
  using policy::ValueKind;
  policy::Decision pick;
  pick.name = "pick";
  pick.features = {{"age", Scope::candidate, ValueKind::number, time_dimension, 0, 0, 1000, "of the job"},
                   {"work", Scope::candidate, ValueKind::number, time_dimension, 0, 0, 100, "of the job"},
                   {"open", Scope::candidate, ValueKind::number, number_dimension, 0, 0, 1, "whether it counts"}};
  auto made = std::make_shared<policy::Signature>();
  made->domain = "jobs";
  made->decisions = {pick};
  return made;
}

policy::ProgramPtr program(const std::string& rule) {
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{signature()};
  return policy::compile("policy p for jobs { rank pick(age, work, open) { " + rule + " } }", "p.pol", signatures);
}

struct Job {
  double age;
  double work;
  double open = 1;
};

Ask question(const std::vector<Job>& jobs) {
  Ask ask;
  ask.event = 7;
  for (std::size_t i = 0; i < jobs.size(); ++i) ask.candidates.push_back(100 + i);
  for (const Job& job : jobs) ask.columns.push_back(job.age);
  for (const Job& job : jobs) ask.columns.push_back(job.work);
  for (const Job& job : jobs) ask.columns.push_back(job.open);
  return ask;
}

void look(const std::string& rule, const std::vector<Job>& jobs) {
  const policy::ProgramPtr its = program(rule);
  OvertakingWatch watch(its);
  ProgramAnswers answers(its);
  const Ask ask = question(jobs);
  std::vector<double> out(jobs.size());
  answers.answer(ask, out);
  watch.look(ask, out);
}

const std::string bounded = "ensure starves none beyond 10 rounds as age grows by 1s; ";

TEST(OvertakingWatch, WatchesOnlyWhatIsStated) {
  EXPECT_FALSE(OvertakingWatch(program("return -work / 1s;")).any());
  EXPECT_FALSE(OvertakingWatch(program("ensure increasing in age; return age / 1s - work / 1s;")).any());
  EXPECT_TRUE(OvertakingWatch(program(bounded + "return age / 1s;")).any());
}

TEST(OvertakingWatch, NamesTheStatementAndTheTwo) {
  try {
    look(bounded + "return -work / 1s;", {{.age = 50, .work = 9}, {.age = 45, .work = 3}, {.age = 40, .work = 5}});
    FAIL() << "the third came 10 s later than the first and is preferred";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("starves none beyond 10 rounds"));
    EXPECT_THAT(error.what(), HasSubstr("event 7"));
    EXPECT_THAT(error.what(), HasSubstr("candidate 102 (40) is preferred to candidate 100 (50)"));
  }
}

TEST(OvertakingWatch, LetsWithinTheGapPass) {
  EXPECT_NO_THROW(look(bounded + "return -work / 1s;", {{.age = 50, .work = 9}, {.age = 40.5, .work = 3}}));
  EXPECT_NO_THROW(look(bounded + "return age / 1s - work / 11s;", {{.age = 50, .work = 90}, {.age = 40, .work = 0}}));
}

TEST(OvertakingWatch, AnEqualScoreIsNoHigherOne) {
  EXPECT_THROW(look(bounded + "return 1 + 0 * age / 1s;", {{.age = 50, .work = 1}, {.age = 40, .work = 1}}),
               InputError);
}

TEST(OvertakingWatch, SpeaksOfWhatIsRequired) {
  const std::string rule = "require open > 0.5; " + bounded + "return -work / 1s + open;";
  EXPECT_NO_THROW(look(rule, {{.age = 90, .work = 9, .open = 0}, {.age = 40, .work = 3}}));
  EXPECT_THROW(look(rule, {{.age = 90, .work = 9}, {.age = 40, .work = 3}}), InputError);
}

/// Against all pairs.
TEST(OvertakingWatch, AgreesWithEveryPair) {
  const policy::ProgramPtr its = program(bounded + "return age / 1s - work / 1s;");
  OvertakingWatch watch(its);
  ProgramAnswers answers(its);
  int broken = 0;
  for (std::uint64_t turn = 0; turn < 2000; ++turn) {
    Random random(3, "overtaking", turn);
    std::vector<Job> jobs(1 + random.below(7));
    for (Job& job : jobs) {
      job = {static_cast<double>(random.below(40)), static_cast<double>(random.below(20))};
    }
    const Ask ask = question(jobs);
    std::vector<double> out(jobs.size());
    answers.answer(ask, out);
    bool expected = false;
    for (std::size_t a = 0; a < jobs.size(); ++a) {
      for (std::size_t b = 0; b < jobs.size(); ++b) expected |= jobs[a].age >= jobs[b].age + 10 && out[a] <= out[b];
    }
    broken += expected;
    bool found = false;
    try {
      watch.look(ask, out);
    } catch (const InputError&) {
      found = true;
    }
    ASSERT_EQ(found, expected) << turn;
  }
  EXPECT_GT(broken, 100);
  EXPECT_LT(broken, 1900);
}

}  // namespace
}  // namespace syswright
