#include "design/model_choice.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace syswright::design {
namespace {

/// How often each of several models is asked in 400 conversations; success is worth 1.
std::vector<std::uint64_t> asked(const std::vector<double>& success, const std::vector<double>& money) {
  ModelChoice choice(success.size());
  const Random random(1, "model choice test");
  for (std::uint64_t i = 0; i < 400; ++i) {
    const std::size_t model = *choice.choose();
    choice.learn(model, random.at(i).chance(success[model]) ? 1 : 0, {.tokens = 100, .money = money[model]});
  }
  std::vector<std::uint64_t> counts;
  for (std::size_t m = 0; m < success.size(); ++m) counts.push_back(choice.asked(m));
  return counts;
}

TEST(ModelChoice, TriesEachOnceInOrder) {
  ModelChoice choice(3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(choice.choose(), i);
}

TEST(ModelChoice, AsksTheBetterOfEqualPrice) {
  const auto counts = asked({0.2, 0.8}, {0.01, 0.01});
  EXPECT_GT(counts[1], 3 * counts[0]);
  EXPECT_GT(counts[0], 5u) << "but looks at the other now and then";
}

TEST(ModelChoice, WeighsGainByMoney) {
  // Twice as good at ten times the price.
  const auto counts = asked({0.4, 0.8}, {0.001, 0.01});
  EXPECT_GT(counts[0], 5 * counts[1]);
}

TEST(ModelChoice, WithoutPricesTokensCount) {
  ModelChoice choice(2);
  for (int i = 0; i < 100; ++i) {
    const std::size_t model = *choice.choose();
    choice.learn(model, 0.5, {.tokens = model == 0 ? 1000u : 100u, .money = 0});
  }
  EXPECT_GT(choice.asked(1), 3 * choice.asked(0));
}

TEST(ModelChoice, OneThatCostsNothingDoesNotHideOneThatIsGood) {
  const auto counts = asked({0.0, 0.9}, {0.0, 0.01});
  EXPECT_GT(counts[1], 0u);
}

TEST(ModelChoice, RetiredModelsAreNotAsked) {
  ModelChoice choice(2);
  choice.retire(0);
  EXPECT_EQ(choice.choose(), 1u);
  EXPECT_TRUE(choice.any_left());
  choice.retire(1);
  EXPECT_FALSE(choice.any_left());
  EXPECT_FALSE(choice.choose());
}

TEST(ModelChoice, WhatIsTakenBackDoesNotCount) {
  ModelChoice choice(2);
  EXPECT_EQ(choice.choose(), 0u);
  choice.take_back(0);
  EXPECT_EQ(choice.choose(), 0u);
}

}  // namespace
}  // namespace syswright::design
