#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "domains/bin_packing/problem.h"
#include "policy/compile.h"
#include "tests/domains/bin_packing/slow_packing.h"

namespace syswright::bin_packing {
namespace {

Instance random_instance(std::uint64_t seed) {
  Random random(seed, "bin packing test");
  Instance instance;
  instance.name = "random " + std::to_string(seed);
  instance.capacity = static_cast<std::uint32_t>(1 + random.below(60));
  instance.steps = random.chance(0.5) ? 1 : 10;
  const std::uint64_t most = 1 + random.below(instance.capacity);
  for (std::uint64_t items = random.below(120); items > 0; --items) {
    instance.sizes.push_back(static_cast<std::uint32_t>(1 + random.below(most)));
  }
  if (instance.sizes.empty()) instance.sizes.push_back(1);
  return instance;
}

std::shared_ptr<const InstanceScenario<Problem>> scenario_of(std::vector<Instance> instances) {
  return std::make_shared<InstanceScenario<Problem>>(
      InstanceSetup<Problem>{std::move(instances), "random", "random", 1, 0});
}

std::vector<std::uint64_t> placed_by(const Policy& policy, const Instance& instance) {
  DecisionLog log;
  scenario_of({instance})->evaluate(policy, {.log = &log});
  std::vector<std::uint64_t> bins;
  for (const DecisionLog::Record& record : log.records) bins.push_back(record.subject);
  return bins;
}

TEST(BinPackingMachine, PlacesAsDefinedBinByBin) {
  std::vector<std::string> texts;
  for (const std::size_t i : {0, 1, 2, 3}) texts.push_back(Problem::exemplars()[i]);
  texts.push_back(R"(policy all for bin_packing {
    rank place(size, capacity, mean_size, room, room_after, alike, alike_after, fresh, fit, match) {
      return fit * mean_size - match * size + 20 * room_after / capacity - alike * 3 + alike_after
        + size / room - (fresh ? 2 : 0);
    }
  })");
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Instance instance = random_instance(seed);
    for (const std::string& text : texts) {
      const policy::ProgramPtr program = policy::compile(text, "test", std::vector{Problem::signature()});
      EXPECT_EQ(placed_by(Policy::of(program), instance), slow::by_program(instance, program))
          << program->name() << ", seed " << seed;
    }
  }
}

TEST(BinPackingMethods, PlaceAsDefined) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Instance instance = random_instance(seed);
    const std::uint32_t capacity = instance.capacity;
    const auto expect = [&](const char* name, const std::vector<std::uint64_t>& bins) {
      EXPECT_EQ(placed_by(Policy::native(name), instance), bins) << name << ", seed " << seed;
    };
    using Bins = std::vector<slow::Bin>;
    expect("next_fit", slow::pack(instance, [](const Bins& bins, std::uint32_t size) {
             return !bins.empty() && bins.back().room >= size ? bins.size() - 1 : bins.size();
           }));
    expect("first_fit", slow::pack(instance, [](const Bins& bins, std::uint32_t size) {
             std::size_t bin = 0;
             while (bin < bins.size() && bins[bin].room < size) ++bin;
             return bin;
           }));
    expect("best_fit", slow::pack(instance, slow::highest(capacity, [](const Bins&, std::size_t, double room, double) {
                                    return -room;
                                  })));
    expect("worst_fit",
           slow::pack(instance, slow::highest(capacity, [](const Bins& bins, std::size_t bin, double room, double) {
                        return bin == bins.size() ? -1 : room;
                      })));
    expect("sum_of_squares", slow::pack(instance, slow::highest(capacity, [=](const Bins& bins, std::size_t bin,
                                                                              double room, std::uint32_t size) {
                                          return -1000 * slow::growth(bins, bin, size, capacity) - room;
                                        })));
    expect("funsearch_weibull", slow::funsearch(instance));
    std::vector<std::size_t> open(12, ~std::size_t{0});
    expect("harmonic", slow::pack(instance, [&](const Bins& bins, std::uint32_t size) {
             std::size_t kind = 1;  // size in (capacity / (kind + 1), capacity / kind]
             while (kind < 12 && size * (kind + 1) <= capacity) ++kind;
             std::size_t& bin = open[kind - 1];
             if (bin >= bins.size() || bins[bin].room < size) bin = bins.size();
             return bin;
           }));
  }
}

/// Published for FunSearch's own five instances: best fit 4.08 %, its program 0.68 %. Ten of ours have a standard error
/// of about 0.06 % and 0.02 %.
TEST(BinPackingMethods, ComeToThePublishedExcessOnWeibullSizes) {
  std::vector<Instance> instances;
  for (std::uint64_t i = 0; i < 10; ++i) instances.push_back(generate({.seed = 77, .number = i}));
  const auto scenario = scenario_of(std::move(instances));
  EXPECT_NEAR(scenario->evaluate(Policy::native("best_fit")).objective(), 0.0408, 0.004);
  EXPECT_NEAR(scenario->evaluate(Policy::native("funsearch_weibull")).objective(), 0.0068, 0.0015);
}

TEST(BinPackingMachine, AsksAboutEachRoomOnce) {
  const auto scenario = scenario_of({generate({.seed = 5, .items = 2'000})});
  const policy::ProgramPtr program =
      policy::compile(Problem::exemplars()[2], "test", std::vector{Problem::signature()});
  const auto simulation = scenario->start(program);
  std::size_t most = 0;
  while (const Question* question = simulation->next()) {
    most = std::max(most, question->candidates.size());
    simulation->answer(interpret_answers(*program, *question));
  }
  EXPECT_LE(most, 100u);
  EXPECT_GT(simulation->result().metrics[1], 800);
}

TEST(BinPackingAuditor, NamesEveryBreach) {
  Instance instance;
  instance.name = "three";
  instance.capacity = 10;
  instance.sizes = {6, 5, 4};
  const auto violations = [&](const std::vector<std::pair<std::uint64_t, std::uint64_t>>& placed) {
    std::vector<DecisionLog::Record> records;
    for (const auto& [item, bin] : placed) records.push_back({item, 0, bin, 1});
    Violations found;
    Problem::audit(instance, records, found);
    std::string all;
    for (const std::string& text : found.take()) all += text + '\n';
    return all;
  };
  using testing::HasSubstr;
  EXPECT_EQ(violations({{0, 0}, {1, 1}, {2, 0}}), "");
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {2, 1}}), HasSubstr("bin 0 holds 11 with item 1, and its capacity is 10"));
  EXPECT_THAT(violations({{0, 0}, {1, 2}, {2, 0}}), HasSubstr("item 1 goes to bin 2, and only 1 were opened"));
  EXPECT_THAT(violations({{0, 0}, {1, 1}}), HasSubstr("1 of 3 items are in no bin"));
  EXPECT_THAT(violations({{0, 0}, {1, 1}, {1, 1}, {2, 0}}), HasSubstr("item 1 is placed a second time"));
  EXPECT_THAT(violations({{0, 0}, {2, 0}, {1, 1}}), HasSubstr("item 2 is placed out of its order"));
  EXPECT_THAT(violations({{0, 0}, {1, 1}, {2, 0}, {3, 1}}), HasSubstr("there is no item 3"));
}

}  // namespace
}  // namespace syswright::bin_packing
