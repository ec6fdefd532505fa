#include "studies/leaderboard.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "design/design.h"
#include "domains/domains.h"

namespace syswright::studies {
namespace {

/// A file of the public instances below $SYSWRIGHT_DATA; empty if that is not set.
std::string public_file(const std::string& name) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  return folder == nullptr || *folder == 0 ? "" : std::string(folder) + "/leaderboard/" + name;
}

class LeaderboardTest : public ::testing::Test {
 protected:
  LeaderboardTest() {
    register_domains(domains);
    design::register_designers(designers);
    path = std::filesystem::temp_directory_path() /
           ("leaderboard-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(path);
  }
  ~LeaderboardTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Result run(const std::unique_ptr<const Study>& study, std::map<std::string, std::string> options,
             std::stop_token stop = {}) {
    return study->run({.domains = domains,
                       .designers = designers,
                       .evaluator = [this](const Domain&) -> Evaluator& { return evaluator; },
                       .options = std::move(options),
                       .progress = {},
                       .stop = std::move(stop)});
  }
  std::string file(const std::string& name, const std::string& text) const {
    write_file_atomically((path / name).string(), text);
    return (path / name).string();
  }
  static const Figure& figure(const Result& result, const std::string& name) {
    for (const Figure& one : result.figures) {
      if (one.name == name) return one;
    }
    throw Error("there is no figure '" + name + "'");
  }
  static void expect_all(const Result& result) {
    EXPECT_TRUE(result.complete);
    EXPECT_TRUE(result.holds) << result.verdict;
    for (const Figure& one : result.figures) EXPECT_TRUE(one.holds) << one.name << ": " << one.ours_text;
  }

  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  SerialEvaluator evaluator;
  std::filesystem::path path;
};

TEST_F(LeaderboardTest, TransactionsTakeFewerTicksThanPublished) {
  if (public_file("").empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result =
      run(make_transactions_study(), {{"trace", public_file("")}, {"budget", "0"}, {"effort", "1000000"}});
  EXPECT_EQ(figure(result, "in order of arrival").ours, 537);
  EXPECT_LT(figure(result, "search").ours, 226);
  EXPECT_EQ(figure(result, "lower bound on every order").ours, 127 + 33 + 25);
  EXPECT_TRUE(figure(result, "dishonest results refused").holds);
}

TEST_F(LeaderboardTest, ModelsArePlacedAtTheProvedOptimum) {
  if (public_file("").empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  const Result result =
      run(make_model_placement_study(), {{"trace", public_file("prism_instances.csv")}, {"budget", "0"}});
  expect_all(result);
  EXPECT_EQ(figure(result, "fleets proved optimal").ours, 50);
}

TEST_F(LeaderboardTest, GroupsOfReviewsShareMoreThanOneOrder) {
  if (public_file("").empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  expect_all(run(make_column_order_study(), {{"trace", public_file("llm_sql_beer.csv.zst")}, {"budget", "0"}}));
}

/// Other batches cannot have the published figures. Both transactions begin with a write of one key and take 3 ticks,
/// so that the later one starts at tick 2 and ends at tick 4, whichever it is.
TEST_F(LeaderboardTest, TransactionsAreWholeOnOtherBatches) {
  file("batch.json", R"({"transactions": [{"name": "a", "operations": ["w-1", "*", "*"]},
                                           {"name": "b", "operations": ["w-1", "*", "*"]}]})");
  const Result result =
      run(make_transactions_study(),
          {{"trace", path.string()}, {"effort", "100"}, {"budget", "20evals"}, {"designer", "random"}});
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.holds);
  EXPECT_EQ(figure(result, "in order of arrival").ours, 4);
  EXPECT_EQ(figure(result, "search").ours, 4);
  EXPECT_EQ(figure(result, "rule designed without seeing them").ours, 4);
}

TEST_F(LeaderboardTest, ModelsAreWholeOnOtherFleets) {
  const std::string trace =
      file("fleets.csv", "instance,gpus,model,size_gb,requests_per_s,slo\n0,2,0,40,8,8\n0,2,1,40,8,8\n0,2,2,20,4,8\n");
  const Result result =
      run(make_model_placement_study(), {{"trace", trace}, {"budget", "20evals"}, {"designer", "random"}});
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.holds) << "one fleet is not the public 50";
  EXPECT_EQ(figure(result, "fleets proved optimal").ours, 1);
  // The two large ones apart: the small one joins either, 1.5 / 20 GB.
  EXPECT_NEAR(figure(result, "optimum: no valid placement scores more").ours, 1 + 20 / 1.5, 1e-6);
}

TEST_F(LeaderboardTest, ColumnsAreWholeOnOtherTables) {
  std::string text = "id,kind,note\n";
  for (int row = 0; row < 40; ++row) {
    text += std::to_string(1000 + row * 7) + ",kind" + std::to_string(row % 4) + ",the note of kind " +
            std::to_string(row % 4) + "\n";
  }
  const Result result = run(make_column_order_study(),
                            {{"trace", file("table.csv", text)}, {"budget", "20evals"}, {"designer", "random"}});
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(figure(result, "dishonest results refused").holds);
  EXPECT_GE(figure(result, "look_ahead").ours, figure(result, "best_order").ours);
  EXPECT_LT(figure(result, "as listed").ours, 0.2);
}

TEST_F(LeaderboardTest, ExpertsAreWholeOnFewLayers) {
  const Result result =
      run(make_expert_placement_study(), {{"layers", "4"}, {"budget", "20evals"}, {"designer", "random"}});
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.figures.size(), 4u + 1 + 4 + 2 + 1 + 2);
  EXPECT_TRUE(figure(result, "dishonest results refused").holds);
  EXPECT_TRUE(figure(result, "slow, bound with the next step known").holds);
  EXPECT_TRUE(figure(result, "bursty, lost to stale loads by exchange").holds);
}

TEST_F(LeaderboardTest, AStopLeavesThemIncompleteAndNotHolding) {
  std::stop_source source;
  source.request_stop();
  const Result result = run(make_expert_placement_study(), {{"layers", "4"}}, source.get_token());
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.holds);
}

TEST_F(LeaderboardTest, NeedTheirInstances) {
  for (const auto& study : {make_transactions_study(), make_model_placement_study(), make_column_order_study()}) {
    EXPECT_THROW(run(study, {}), InputError) << study->name();
    EXPECT_THROW(run(study, {{"trace", "/no/such/file"}}), Error) << study->name();
  }
}

}  // namespace
}  // namespace syswright::studies
