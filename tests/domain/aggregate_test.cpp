#include "domain/aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>

#include "base/error.h"
#include "domain/evaluator.h"
#include "tests/support/synthetic_scenario.h"

namespace syswright {
namespace {

using testing_support::SyntheticScenario;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Gives one evaluation, whatever is asked.
class FixedScenario final : public SyntheticScenario {
 public:
  explicit FixedScenario(Evaluation evaluation) : SyntheticScenario("fixed"), evaluation_(std::move(evaluation)) {}
  Evaluation evaluate(const Policy&, const EvaluationOptions&) const override { return evaluation_; }

 private:
  Evaluation evaluation_;
};

Evaluation result(double objective) { return {.metrics = {objective, 2}, .blocks = {{objective, 1}}}; }

Evaluation checked(Evaluation evaluation) {
  return evaluate_checked(FixedScenario(std::move(evaluation)), Policy::native("p"));
}

TEST(EvaluateChecked, LeavesSoundResultsAsTheyAre) {
  EXPECT_EQ(checked(result(3)), result(3));
  const Evaluation failure{.status = Evaluation::Status::failed, .failure = "fee", .metrics = {9, 9}};
  EXPECT_EQ(checked(failure), failure);
  const Evaluation cancelled{.status = Evaluation::Status::cancelled};
  EXPECT_EQ(checked(cancelled), cancelled);
}

TEST(EvaluateChecked, MakesAFailureOfWhatIsNoFiniteNumber) {
  for (const double bad : {nan, infinity, -infinity}) {
    for (std::size_t metric : {0, 1}) {
      Evaluation evaluation = result(3);
      evaluation.metrics[metric] = bad;
      const Evaluation found = checked(evaluation);
      EXPECT_EQ(found.status, Evaluation::Status::failed);
      EXPECT_EQ(found.metrics, (std::vector<double>{1, 1, 1})) << "the scenario's worst";
      EXPECT_THAT(found.failure, testing::HasSubstr("metric " + std::to_string(metric)));
      EXPECT_THAT(found.failure, testing::HasSubstr("no finite number"));
    }
    Evaluation evaluation = result(3);
    evaluation.blocks[0].cost = bad;
    EXPECT_THAT(checked(evaluation).failure, testing::HasSubstr("block 0"));
    evaluation = result(3);
    evaluation.blocks[0].weight = bad;
    EXPECT_EQ(checked(evaluation).status, Evaluation::Status::failed);
  }
  EXPECT_THAT(checked({}).failure, testing::HasSubstr("no metrics"));
}

TEST(EvaluateChecked, MakesAFailureOfACrash) {
  const auto scenario = std::make_shared<SyntheticScenario>(
      "s", 10, [](const Policy&, const EvaluationOptions&) { throw std::out_of_range("slot 9"); });
  const Evaluation found = evaluate_checked(*scenario, Policy::native("wild"));
  EXPECT_EQ(found.status, Evaluation::Status::failed);
  EXPECT_EQ(found.failure, "policy 'wild' crashed the evaluation: slot 9");
  EXPECT_EQ(SerialEvaluator().evaluate(std::vector<Job>{{Policy::native("wild"), scenario}}).front(), found);
}

TEST(EvaluateChecked, PassesOnWhatSaysNothingOfThePolicy) {
  const SyntheticScenario wrong("s", 10, [](const Policy&, const EvaluationOptions&) { throw InputError("of llm"); });
  EXPECT_THROW(evaluate_checked(wrong, Policy::native("p")), InputError);
  const SyntheticScenario full("s", 10, [](const Policy&, const EvaluationOptions&) { throw std::bad_alloc(); });
  EXPECT_THROW(evaluate_checked(full, Policy::native("p")), std::bad_alloc);
}

TEST(MeanObjective, CountsAFailureAsTheWorst) {
  const Evaluation failed{.status = Evaluation::Status::failed, .failure = "fee", .metrics = {0, 0}};
  using List = std::vector<Evaluation>;
  EXPECT_EQ(mean_objective(List{result(1), result(2)}, true), 1.5);
  EXPECT_EQ(mean_objective(List{result(1), failed}, true), infinity);
  EXPECT_EQ(mean_objective(List{result(1), failed}, false), -infinity);
  EXPECT_EQ(mean_objective(List{result(1), result(nan)}, true), infinity);
  EXPECT_EQ(mean_objective(List{result(1), result(-infinity)}, true), infinity) << "no result is infinitely good";
  EXPECT_EQ(mean_objective(List{result(1), Evaluation{}}, false), -infinity);
}

TEST(MeanObjective, IsNotKnownWhereARunWasCancelledOrNoneIsThere) {
  EXPECT_EQ(mean_objective(std::vector<Evaluation>{}, true), std::nullopt);
  EXPECT_EQ(mean_objective(std::vector{result(1), Evaluation{.status = Evaluation::Status::cancelled}}, true),
            std::nullopt);
}

TEST(ObjectiveOrWorst, IsTheObjectiveOfAResultOnly) {
  EXPECT_EQ(objective_or_worst(result(4), true), 4);
  EXPECT_EQ(objective_or_worst(result(infinity), false), -infinity);
  EXPECT_TRUE(is_result(result(4)));
  EXPECT_FALSE(is_result(Evaluation{.status = Evaluation::Status::failed, .metrics = {1}}));
}

}  // namespace
}  // namespace syswright
