#include "design/portfolio.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Tries one program of a list in each turn, and ends with it.
class Lister final : public StrategyDesigner {
 public:
  Lister(std::string name, std::vector<policy::ProgramPtr> programs)
      : StrategyDesigner(std::move(name), "", "listed"), programs_(std::move(programs)) {}

  std::unique_ptr<Strategy> start(Search& search) const override {
    class Turns final : public Strategy {
     public:
      Turns(Search& search, const Lister& lister) : search_(search), lister_(lister) {}
      bool turn() override {
        if (next_ == lister_.programs_.size()) return false;
        Candidate* const candidate = search_.trials().propose(lister_.programs_[next_++], lister_.name());
        if (candidate != nullptr) search_.trials().measure({&candidate, 1}, search_.trials().top());
        return true;
      }
      std::vector<std::string> notes() const override { return {fmt::format("tried {}", next_)}; }

     private:
      Search& search_;
      const Lister& lister_;
      std::size_t next_ = 0;
    };
    return std::make_unique<Turns>(search, *this);
  }

 private:
  std::vector<policy::ProgramPtr> programs_;
};

class PortfolioTest : public testing::Test {
 protected:
  policy::ProgramPtr program(const std::string& score) {
    return toy_program(domain_, "policy p for toy { rank dispatch(work, cost) by all { return " + score + "; } }");
  }
  /// Nearer to the optimal order cost / work with every program.
  std::vector<policy::ProgramPtr> improving(int count) {
    std::vector<policy::ProgramPtr> programs;
    for (int i = 0; i < count; ++i) programs.push_back(program(fmt::format("cost / (work + {}s)", 400.0 / (i + 1))));
    return programs;
  }
  /// The wrong way round.
  std::vector<policy::ProgramPtr> useless(int count) {
    std::vector<policy::ProgramPtr> programs;
    for (int i = 0; i < count; ++i) programs.push_back(program(fmt::format("work / (cost + ${} / 1s)", i + 1)));
    return programs;
  }
  /// Turns that a member took, by its own note.
  static int tried(const Outcome& outcome, const std::string& member) {
    for (const std::string& note : outcome.notes) {
      if (note.starts_with(member + ": tried ")) return std::stoi(note.substr(member.size() + 8));
    }
    return -1;
  }

  toy::ToyDomain domain_;
  SerialEvaluator evaluator_;
};

TEST_F(PortfolioTest, BudgetMovesToWhoIsGainingAndNobodyStarves) {
  Portfolio::Members members;
  members.push_back(std::make_unique<Lister>("idler", useless(200)));
  members.push_back(std::make_unique<Lister>("gainer", improving(200)));
  const Portfolio portfolio(std::move(members), {.floor = 0.1});
  const Outcome outcome = portfolio.design(toy_task(domain_, evaluator_, 150, 1));
  const int idler = tried(outcome, "idler");
  const int gainer = tried(outcome, "gainer");
  EXPECT_GT(gainer, 2 * idler);
  EXPECT_GE(idler, 0.1 * (gainer + idler));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("gainer found the winner")));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("of what was spent, idler")));
}

TEST_F(PortfolioTest, WhoGainedFirstMayBeOvertaken) {
  std::vector<policy::ProgramPtr> early = improving(12);
  const std::vector<policy::ProgramPtr> rest = useless(200);
  early.insert(early.end(), rest.begin(), rest.end());
  std::vector<policy::ProgramPtr> late;
  for (int i = 0; i < 12; ++i) late.push_back(program(fmt::format("work * (cost + ${} / 1s)", i + 1)));
  for (int i = 0; i < 200; ++i) late.push_back(program(fmt::format("cost / (work + {}s)", 4.0 / (i + 1))));
  Portfolio::Members members;
  members.push_back(std::make_unique<Lister>("early", early));
  members.push_back(std::make_unique<Lister>("late", late));
  const Outcome outcome = Portfolio(std::move(members)).design(toy_task(domain_, evaluator_, 200, 1));
  EXPECT_GT(tried(outcome, "late"), tried(outcome, "early"));
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("late found the winner")));
}

TEST_F(PortfolioTest, GoesOnWithoutMembersThatAreDoneAndEndsWithTheLast) {
  Portfolio::Members members;
  members.push_back(std::make_unique<Lister>("short", useless(3)));
  members.push_back(std::make_unique<Lister>("long", improving(30)));
  const Outcome outcome = Portfolio(std::move(members)).design(toy_task(domain_, evaluator_, 1000, 1));
  EXPECT_EQ(tried(outcome, "short"), 3);
  EXPECT_EQ(tried(outcome, "long"), 30);
  EXPECT_LT(outcome.spent, 200);
}

TEST_F(PortfolioTest, WhatOneFoundIsNotPaidForByAnother) {
  WatchfulEvaluator evaluator;
  Portfolio::Members members;
  members.push_back(std::make_unique<Lister>("one", improving(40)));
  members.push_back(std::make_unique<Lister>("other", improving(40)));
  Portfolio(std::move(members)).design(toy_task(domain_, evaluator, 1000, 1));
  for (const auto& [key, times] : evaluator.asked) EXPECT_EQ(times, 1);
}

TEST_F(PortfolioTest, CreditsNobodyWithASeedThatStayed) {
  Task task = toy_task(domain_, evaluator_, 60, 1);
  task.seeds = {program("cost / work")};
  const Outcome outcome = Portfolio(own_strategies()).design(task);
  EXPECT_NEAR(outcome.validation.mean, task.validation[0]->bounds()[0].value, 1e-9);
  EXPECT_THAT(outcome.notes, Contains("the winner was there before"));
}

}  // namespace
}  // namespace syswright::design
