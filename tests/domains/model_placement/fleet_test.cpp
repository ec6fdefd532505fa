#include "domains/model_placement/fleet.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "domains/model_placement/auditor.h"
#include "domains/model_placement/exact.h"
#include "domains/model_placement/problem.h"

namespace syswright::model_placement {
namespace {

const std::string header = "instance,gpus,model,size_gb,requests_per_s,slo\n";

TEST(ModelPlacementReader, ReadsFleetsRowByRow) {
  const std::vector<Instance> fleets = read_fleets(header + "a,2,0,24,8,4\na,2,1,16.5,3,6\r\nb,1,0,1,0,5\n", "f.csv");
  ASSERT_EQ(fleets.size(), 2u);
  EXPECT_EQ(fleets[0].gpus, 2u);
  EXPECT_EQ(fleets[0].models, (std::vector<Model>{{24, 2}, {16.5, 0.5}}));
  EXPECT_EQ(fleets[1].name, "instance b");
  EXPECT_EQ(fleets[1].number, 1u);
}

TEST(ModelPlacementReader, SaysWhatIsWrongAndWhere) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      read_fleets(text, "f.csv");
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  using testing::HasSubstr;
  EXPECT_THAT(message("gpus\n"), HasSubstr("f.csv:1: the first line must be 'instance,gpus"));
  EXPECT_THAT(message(header), HasSubstr("there is no row below the header"));
  EXPECT_THAT(message(header + "0,2,0,24,8\n"), HasSubstr("f.csv:2: a row has 6 cells"));
  EXPECT_THAT(message(header + "0,2,0,24,8,5,7\n"), HasSubstr("a row has 6 cells"));
  EXPECT_THAT(message(header + "0,2,0,24,8,5\n0,3,1,24,8,5\n"), HasSubstr("f.csv:3: gpus differs"));
  EXPECT_THAT(message(header + "0,2.5,0,24,8,5\n"), HasSubstr("gpus is not a whole number"));
  EXPECT_THAT(message(header + "0,2,0,large,8,5\n"), HasSubstr("size_gb"));
  EXPECT_THAT(message(header + "0,2,0,-1,8,5\n"), HasSubstr("size_gb '-1' is negative"));
  EXPECT_THAT(message(header + "0,2,0,24,8,0\n"), HasSubstr("slo must be over 0"));
  EXPECT_THAT(message(header + "0,2,0,80,8,5\n"), HasSubstr("a model of 80 GB fits on no GPU of 80 GB"));
}

TEST(ModelPlacementMachine, GivesUpAModelThatFitsNowhereAndPaysForIt) {
  Instance fleet;
  fleet.name = "full";
  fleet.gpus = 1;
  fleet.models = {{60, 1}, {40, 1}};
  const auto scenario =
      std::make_shared<InstanceScenario<Problem>>(InstanceSetup<Problem>{{fleet}, "full", "full", 1, 100});
  DecisionLog log;
  const Evaluation evaluation = scenario->evaluate(Policy::native("round_robin"), {.log = &log});
  EXPECT_EQ(evaluation.metrics[0], 2 / 1e-3);
  EXPECT_EQ(evaluation.metrics[1], 1);
  EXPECT_EQ(log.records.size(), 3u);
  const Audit audit = scenario->audit(log);
  EXPECT_TRUE(audit.violations.empty());
  EXPECT_EQ(audit.metrics, evaluation.metrics);
  // No placement of all models can look worse than one that gives a model up.
  EXPECT_LE(pressure(2, 80 - least_free, 80), unplaced_pressure(fleet) * (1 + 1e-9));
}

TEST(ModelPlacementAuditor, NamesEveryBreach) {
  Instance fleet;
  fleet.name = "two";
  fleet.gpus = 2;
  fleet.models = {{50, 1}, {40, 1}, {10, 1}};
  const auto violations = [&](const std::vector<std::pair<std::uint32_t, std::uint64_t>>& decisions) {
    std::vector<DecisionLog::Record> records;
    std::uint64_t event = 0;
    for (const auto& [decision, subject] : decisions) {
      if (decision == 0 && !records.empty()) ++event;
      records.push_back({event, decision, subject, 1});
    }
    Violations found;
    audit_placement(fleet, records, found);
    std::string all;
    for (const std::string& text : found.take()) all += text + '\n';
    return all;
  };
  using testing::HasSubstr;
  EXPECT_EQ(violations({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 1}}), "");
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 2}, {0, 2}, {1, 1}}), HasSubstr("and there are 2 GPUs"));
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 0}, {0, 2}, {1, 1}}), HasSubstr("GPU 0 holds 90 GB"));
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 1}, {1, 1}}),
              HasSubstr("model 1 is placed a second time"));
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 1}}), HasSubstr("1 of 3 models are never placed"));
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}}),
              HasSubstr("model 2 is given up, and GPU 0 has room"));
  EXPECT_THAT(violations({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 1}, {1, 0}}), HasSubstr("GPU 0 takes no model"));
  EXPECT_THAT(violations({{0, 7}, {1, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 1}}), HasSubstr("there is no model 7"));
}

/// All 50 public fleets are solved to the optimum.
TEST(ModelPlacementData, PublicFleetsAreProved) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  if (folder == nullptr) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const std::string path = std::string(folder) + "/leaderboard/prism_instances.csv";
  const std::vector<Instance> fleets = read_fleets(read_file(path), path);
  ASSERT_EQ(fleets.size(), 50u);
  double optimum = 0;
  double seed = 0;
  for (const Instance& fleet : fleets) {
    EXPECT_EQ(fleet.models.size(), 2 * fleet.gpus);
    const ExactResult exact = place_exactly(fleet, {});
    EXPECT_TRUE(exact.proved) << fleet.name;
    optimum += exact.pressure / 50;
    const Placement greedy = place_greedily(fleet, by_demand(fleet), Greedy::before);
    seed += largest_pressure(fleet, greedy) / 50;
  }
  // The seed program's published score is 21.892 = 1 / mean + success rate.
  EXPECT_NEAR(1 / seed + 1, 21.892, 5e-4);
  EXPECT_LT(optimum, seed);
  // Proved here: 26.256 by the old score, which no valid placement passes.
  EXPECT_NEAR(optimum, 0.039594596, 1e-8);
}

}  // namespace
}  // namespace syswright::model_placement
