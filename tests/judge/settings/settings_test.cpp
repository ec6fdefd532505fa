#include "judge/settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"
#include "tests/support/toy_domain.h"

namespace syswright::judge {
namespace {

using ::testing::HasSubstr;

/// A domain whose metrics are a known function of its settings, so that shares can be worked out by hand.
class Tariff final : public Domain {
 public:
  const std::string& name() const override { return toy_.name(); }
  const std::string& summary() const override { return toy_.summary(); }
  const std::shared_ptr<const policy::Signature>& signature() const override { return toy_.signature(); }
  std::span<const Metric> metrics() const override { return toy_.metrics(); }
  std::span<const Baseline> baselines() const override { return toy_.baselines(); }
  std::span<const Option> options() const override { return options_; }
  std::span<const std::string> exemplars() const override { return toy_.exemplars(); }
  std::span<const Cheat> cheats() const override { return toy_.cheats(); }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  toy::ToyDomain toy_;
  std::vector<Option> options_{{"a", "0", "", false}, {"b", "0", "", false}, {"c", "0", "", false},
                               {"d", "0", "", false}, {"e", "0", "", false}, {"f", "0", "", false},
                               {"g", "0", "", false}, {"h", "0", "", false}};
};

class Bill final : public Scenario {
 public:
  Bill(ScenarioPtr toy, double cost) : toy_(std::move(toy)), cost_(cost) {}
  const std::string& label() const override { return toy_->label(); }
  const std::string& setting() const override { return toy_->setting(); }
  Digest digest() const override { return toy_->digest(); }
  std::string_view code_version() const override { return toy_->code_version(); }
  std::uint64_t events() const override { return 1; }
  Evaluation evaluate(const Policy&, const EvaluationOptions&) const override { return {.metrics = {cost_, -cost_}}; }
  Evaluation failed(std::string why) const override { return toy_->failed(std::move(why)); }
  std::vector<Bound> bounds() const override { return {}; }
  Audit audit(const DecisionLog&) const override { return {}; }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override { return toy_->start(program); }
  ScenarioPtr miniature(double) const override { return nullptr; }

 private:
  ScenarioPtr toy_;
  double cost_;
};

class OneBill final : public Workload {
 public:
  explicit OneBill(std::vector<ScenarioPtr> scenarios) : scenarios_(std::move(scenarios)) {}
  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override { return scenarios_; }
  Suite suite() const override { return {}; }

 private:
  WorkloadSummary summary_;
  std::vector<ScenarioPtr> scenarios_;
};

/// cost = 10 a + b + 6 a b + Σ of the others; b = 2 needs a = 1.
std::unique_ptr<Workload> Tariff::open(const ScenarioRequest& request) const {
  std::map<std::string, double> value;
  for (const Option& option : options_) value[option.name] = 0;
  for (const auto& [name, text] : request.options) {
    if (!value.contains(name)) throw InputError("no option '" + name + "'");
    value[name] = std::stod(text);
  }
  if (value["b"] == 2 && value["a"] != 1) throw InputError("b = 2 needs a = 1");
  double cost = 10 * value["a"] + value["b"] + 6 * value["a"] * value["b"];
  for (const char* other : {"c", "d", "e", "f", "g", "h"}) cost += value[other];
  const auto toy = toy_.scenario({.batches = 1});
  std::vector<ScenarioPtr> scenarios{std::make_shared<Bill>(toy, cost)};
  if (value["c"] == 9) scenarios.push_back(scenarios.front());
  return std::make_unique<OneBill>(std::move(scenarios));
}

class SettingsTest : public testing::Test {
 protected:
  static Configuration with(std::string name, std::map<std::string, std::string> options) {
    return {std::move(name), {.options = std::move(options)}, Policy::native("fifo")};
  }
  SettingsReport compare(std::map<std::string, std::string> first, std::map<std::string, std::string> second) {
    return compare_settings(domain, with("one", std::move(first)), with("two", std::move(second)), evaluator);
  }
  Tariff domain;
  SerialEvaluator evaluator;
};

TEST_F(SettingsTest, NamesWhatDiffersAndSharesOutTheDifference) {
  const SettingsReport report = compare({{"b", "0"}}, {{"a", "1"}, {"b", "1"}, {"h", "0"}});
  EXPECT_EQ(report.first, (std::vector<double>{0, -0.0}));
  EXPECT_EQ(report.second, (std::vector<double>{17, -17}));
  ASSERT_EQ(report.changes.size(), 2u);
  const SettingChange& a = report.changes[0];
  EXPECT_EQ(a.setting, "a");
  EXPECT_EQ(a.first, "0");
  EXPECT_EQ(a.second, "1");
  EXPECT_DOUBLE_EQ(a.taken[0], 10);
  EXPECT_DOUBLE_EQ(a.put_back[0], 1);
  EXPECT_DOUBLE_EQ(a.share[0], 13);  // its own 10, and half of the 6 that both together cost
  EXPECT_DOUBLE_EQ(a.share[1], -13);
  EXPECT_DOUBLE_EQ(report.changes[1].share[0], 4);
  EXPECT_EQ(report.runs, 4u);
  EXPECT_TRUE(report.exact);
}

TEST_F(SettingsTest, SharesAStepThatOnlyTwoSettingsTogetherCanTake) {
  const SettingsReport report = compare({}, {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(report.refused, 1u);
  ASSERT_EQ(report.changes.size(), 2u);
  EXPECT_THAT(report.changes[1].refused, HasSubstr("b = 2 needs a = 1"));
  EXPECT_TRUE(report.changes[0].taken.empty());
  EXPECT_TRUE(report.changes[1].put_back.empty());
  // a then b: 10, then 14; b then a: 24 in one step, 12 each.
  EXPECT_DOUBLE_EQ(report.changes[0].share[0], 13);  // b
  EXPECT_EQ(report.changes[0].setting, "b");
  EXPECT_DOUBLE_EQ(report.changes[1].share[0], 11);
}

TEST_F(SettingsTest, ManySettingsAreSampledAndStillAddUp) {
  std::map<std::string, std::string> all;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) all[name] = "1";
  const SettingsReport report = compare({}, all);
  EXPECT_FALSE(report.exact);
  double sum = 0;
  for (const SettingChange& change : report.changes) sum += change.share[0];
  EXPECT_NEAR(sum, 23, 1e-9);
  // An order and its reverse give a and b the same mean in any case: one of them has the other before it.
  EXPECT_NEAR(report.changes[0].share[0], 13, 1e-9);
  EXPECT_EQ(report.changes[0].setting, "a");
}

TEST_F(SettingsTest, EqualRunsDifferInNothing) {
  const SettingsReport report = compare({{"a", "0"}}, {});
  EXPECT_TRUE(report.changes.empty());
  EXPECT_EQ(report.first, report.second);
}

TEST_F(SettingsTest, SeesPolicySeedAndTrace) {
  Configuration first = with("one", {});
  Configuration second = with("two", {});
  second.policy = Policy::native("smith");
  second.request.seed = 7;
  second.request.workload = "t.csv";
  second.request.format = "csv";
  const SettingsReport report = compare_settings(domain, first, second, evaluator);
  ASSERT_EQ(report.changes.size(), 3u);
  EXPECT_EQ(report.changes[0].first, "(bundled)");
  EXPECT_EQ(report.changes[0].second, "t.csv (csv)");
  EXPECT_EQ(report.changes[1].second, "7");
  EXPECT_EQ(report.changes[2].second, "smith");
}

TEST_F(SettingsTest, RefusesWhatItCannotCompare) {
  EXPECT_THROW(compare({}, {{"z", "1"}}), InputError);
  EXPECT_THROW(compare({}, {{"c", "9"}}), InputError);
  EXPECT_THROW(compare({}, {{"b", "2"}}), InputError);
}

TEST_F(SettingsTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(
      compare_settings(domain, with("one", {}), with("two", {{"a", "1"}}), evaluator, {}, source.get_token()).complete);
}

}  // namespace
}  // namespace syswright::judge
