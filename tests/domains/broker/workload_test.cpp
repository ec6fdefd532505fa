#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "domains/broker/broker.h"
#include "domains/broker/problem.h"

namespace syswright::broker {
namespace {

using testing::HasSubstr;

std::vector<std::string> settings(const std::map<std::string, std::string>& options) {
  std::vector<std::string> all;
  for (const ScenarioPtr& scenario : make_broker_domain()->open({.options = options})->scenarios()) {
    all.push_back(scenario->setting());
  }
  return all;
}

TEST(BrokerWorkload, OneScenarioForEachShapeObjectiveAndAvailability) {
  EXPECT_EQ(settings({{"jobs", "3"}, {"tasks", "4"}}),
            (std::vector<std::string>{"chains, cost, 20% unavailable", "chains, time, 20% unavailable",
                                      "dags, cost, 20% unavailable", "dags, time, 20% unavailable"}));
  EXPECT_EQ(settings({{"jobs", "3"}, {"shape", "dag"}, {"objective", "$2.5/h"}, {"unavailable", "0,0.4"}}),
            (std::vector<std::string>{"dags, $2.5/h, 0% unavailable", "dags, $2.5/h, 40% unavailable"}));
}

TEST(BrokerWorkload, RefusesOptionsThatCannotBeUsed) {
  const auto message = [](const std::string& name, const std::string& value) -> std::string {
    try {
      make_broker_domain()->open({.options = {{"jobs", "3"}, {"tasks", "4"}, {name, value}}});
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_THAT(message("objective", "speed"), HasSubstr("give cost, time, or dollars an hour such as $5/h"));
  EXPECT_THAT(message("objective", "$-1/h"), HasSubstr("objective '$-1/h' is none"));
  EXPECT_THAT(message("shape", "tree"), HasSubstr("shape 'tree' is neither chain nor dag"));
  EXPECT_THAT(message("unavailable", "1"), HasSubstr("unavailable '1' is not between 0 and 0.9"));
  EXPECT_THAT(message("catalogue", "c.csv"), HasSubstr("name them with --egress FILE"));
  EXPECT_THAT(message("retry", "5"), HasSubstr("retry"));
  EXPECT_EQ(message("objective", "$5/h"), "none");
}

class BrokerFiles : public testing::Test {
 protected:
  BrokerFiles() : folder_(std::filesystem::temp_directory_path() / ("syswright-broker-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_ / "jobs");
    write("market.csv",
          "cloud,region,instance,price,spot_price\naws,us-east-1,m5,1,0.3\naws,us-west-2,m5,1.1,\naws,eu,m5,0.9,\n");
    write(
        "egress.csv",
        "src,dest,cost\naws:us-east-1,aws:us-west-2,0.02\naws:us-west-2,aws:us-east-1,0.02\n"
        "aws:us-east-1,aws:eu,0.05\naws:eu,aws:us-east-1,0.05\naws:us-west-2,aws:eu,0.05\naws:eu,aws:us-west-2,0.05\n");
    for (const char* name : {"a", "b", "c"}) {
      write(std::string("jobs/") + name + ".json",
            std::string(R"({"name": ")") + name + R"(", "tasks": [{"name": "t", "hours": {"m5": 2},
              "inputs": [{"region": "aws:us-east-1", "gb": 100}]}]})");
    }
  }
  ~BrokerFiles() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(BrokerFiles, JobsMarketAndEgressComeFromFiles) {
  const ScenarioRequest request{.workload = at("jobs"),
                                .options = {{"catalogue", at("market.csv")},
                                            {"egress", at("egress.csv")},
                                            {"objective", "cost"},
                                            {"unavailable", "0"},
                                            {"spot_stretch", "1"}}};
  const auto workload = make_broker_domain()->open(request);
  const std::vector<ScenarioPtr> scenarios = workload->scenarios();
  ASSERT_EQ(scenarios.size(), 1u);
  EXPECT_EQ(scenarios[0]->events(), 3u);
  // Spot at home: 2 h at $0.3. The cheapest on demand is in Europe: $1.8, and $5 of egress.
  EXPECT_DOUBLE_EQ(scenarios[0]->evaluate(Policy::native("optimal")).objective(), 0.6);
  EXPECT_EQ(workload->suite().test.front()->events(), 1u);
}

TEST_F(BrokerFiles, AFolderWithoutJobsIsRefused) {
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_THROW(make_broker_domain()->open({.workload = at("empty")}), InputError);
  EXPECT_THROW(make_broker_domain()->open({.workload = at("jobs"), .format = "csv"}), InputError);
}

}  // namespace
}  // namespace syswright::broker
