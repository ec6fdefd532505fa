#include "domains/expert_placement/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "domains/expert_placement/auditor.h"

namespace syswright::expert_placement {
namespace {

double largest_load(const Plan& plan, const Loads& loads) {
  double largest = 0;
  for (const std::vector<std::uint32_t>& held : plan.held) {
    double load = 0;
    for (const std::uint32_t expert : held) load += loads[expert] / plan.replicas[expert];
    largest = std::max(largest, load);
  }
  return largest;
}

void expect_whole(const Plan& plan, const Cluster& cluster) {
  std::vector<std::uint32_t> found(cluster.experts);
  for (const std::vector<std::uint32_t>& held : plan.held) {
    EXPECT_EQ(held.size(), cluster.slots);
    for (const std::uint32_t expert : held) ++found[expert];
  }
  EXPECT_EQ(found, plan.replicas);
  for (const std::uint32_t count : found) EXPECT_GE(count, 1u);
}

TEST(Plans, AreWholeAndAboveTheBound) {
  const Cluster cluster;
  for (const Drift drift : {Drift::slow, Drift::bursty}) {
    const std::vector<Instance> layers = generate({drift, 1, 7, 4, cluster});
    ASSERT_EQ(layers.size(), 3u);
    const Loads& loads = layers[1].past[0];
    const double bound = least_largest_load(cluster, loads);
    const double global = largest_load(place_globally(cluster, loads), loads);
    const double exchanged = largest_load(place_by_exchange(cluster, loads, {}), loads);
    const double grouped = largest_load(place_by_group(cluster, loads), loads);
    const double in_turn = largest_load(place_in_turn(cluster), loads);
    for (const Plan& plan : {place_in_turn(cluster), place_globally(cluster, loads), place_by_group(cluster, loads),
                             place_by_exchange(cluster, loads, {})}) {
      expect_whole(plan, cluster);
    }
    EXPECT_LE(bound, exchanged * (1 + 1e-12));
    EXPECT_LE(exchanged, global);
    EXPECT_LE(global, grouped);
    EXPECT_LT(grouped, in_turn);
  }
}

TEST(Plans, KeepGroupsOnTheirNodes) {
  const Cluster cluster;
  const Plan plan = place_by_group(cluster, generate({Drift::slow, 3, 1, 2, cluster})[0].past[0]);
  std::vector<std::vector<std::uint32_t>> nodes(cluster.groups);
  for (std::uint32_t gpu = 0; gpu < cluster.gpus; ++gpu) {
    for (const std::uint32_t expert : plan.held[gpu]) nodes[cluster.group_of(expert)].push_back(cluster.node_of(gpu));
  }
  for (const std::vector<std::uint32_t>& of_group : nodes) {
    EXPECT_EQ(std::count(of_group.begin(), of_group.end(), of_group.front()),
              static_cast<std::ptrdiff_t>(of_group.size()));
  }
}

/// Loads 6, 2, 1, 1 on two GPUs of three slots. 6 is split in three (2 each), the mean is 5; T = 2 needs 3 + 1 + 1 + 1.
TEST(Plans, SplitTheLargest) {
  const Loads loads{6, 2, 1, 1};
  const Cluster cluster{.experts = 4, .gpus = 2, .slots = 3, .nodes = 1, .groups = 1};
  EXPECT_EQ(replicate_largest(loads, 6, 3), (std::vector<std::uint32_t>{3, 1, 1, 1}));
  EXPECT_DOUBLE_EQ(least_largest_load(cluster, loads), 5);
  // With one slot more than experts, 6 can be halved only.
  const Cluster tight{.experts = 4, .gpus = 5, .slots = 1, .nodes = 1, .groups = 1};
  EXPECT_NEAR(least_largest_load(tight, loads), 3, 1e-9);
  EXPECT_DOUBLE_EQ(largest_load(place_globally(tight, loads), loads), 3);
}

/// On all replications and placements of small layers nothing is below the bound.
TEST(LeastLargestLoad, IsBelowEveryPlacement) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed, "small layer", 0);
    Loads loads;
    for (int i = 0; i < 3; ++i) loads.push_back(static_cast<double>(random.below(12)));
    const Cluster cluster{.experts = 3, .gpus = 2, .slots = 2, .nodes = 1, .groups = 1};
    const double bound = least_largest_load(cluster, loads);
    for (std::uint32_t twice = 0; twice < 3; ++twice) {
      std::vector<std::uint32_t> replicas(3, 1);
      ++replicas[twice];
      std::vector<std::uint32_t> slots;
      for (std::uint32_t i = 0; i < 3; ++i) slots.insert(slots.end(), replicas[i], i);
      do {
        const Plan plan{replicas, {{slots[0], slots[1]}, {slots[2], slots[3]}}};
        EXPECT_GE(largest_load(plan, loads) * (1 + 1e-12), bound) << seed;
      } while (std::next_permutation(slots.begin(), slots.end()));
    }
  }
}

TEST(ExpertPlacementReader, CutsStepsAndSaysWhatIsWrong) {
  const Cluster cluster{.experts = 0, .gpus = 2, .slots = 2, .nodes = 1, .groups = 1};
  const std::vector<Instance> layers =
      read_loads("step,layer,a,b,c\n0,x,1,2,3\n0,y,4,5,6\n1,x,7,8,9\n1,y,1,1,1\n2,x,2,2,2\n", "f.csv", cluster);
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].next, (Loads{7, 8, 9}));
  EXPECT_EQ(layers[0].past[3], (Loads{1, 2, 3}));
  EXPECT_EQ(layers[1].past[0], (Loads{7, 8, 9}));
  EXPECT_EQ(layers[1].past[1], (Loads{1, 2, 3}));
  EXPECT_EQ(layers[2].name, "layer y, step 0");
  const auto message = [&](const std::string& text) -> std::string {
    try {
      read_loads(text, "f.csv", cluster);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  using testing::HasSubstr;
  EXPECT_THAT(message("a\n"), HasSubstr("f.csv:1: the header must start with 'step,layer,'"));
  EXPECT_THAT(message("step,layer,a\n"), HasSubstr("there is no row below the header"));
  EXPECT_THAT(message("step,layer,a\n0,x,1\n1,x,1,2\n"), HasSubstr("f.csv:3: 2 loads, and 1 in the rows before"));
  EXPECT_THAT(message("step,layer,a\n0,x,-1\n"), HasSubstr("load '-1' is negative"));
  EXPECT_THAT(message("step,layer,a\n0,x,1\n"), HasSubstr("a layer needs two steps at least"));
  EXPECT_THAT(message("step,layer,a,b,c,d,e\n0,x,1,2,3,4,5\n"), HasSubstr("cannot hold 5 experts"));
}

TEST(ExpertPlacementAuditor, NamesEveryBreach) {
  Instance layer;
  layer.name = "small";
  layer.cluster = {.experts = 2, .gpus = 3, .slots = 1, .nodes = 1, .groups = 1};
  layer.past.fill({4, 1});
  layer.next = {4, 1};
  const auto check_log = [&](const std::vector<std::pair<std::uint32_t, std::uint64_t>>& decisions) {
    std::vector<DecisionLog::Record> records;
    for (const auto& [decision, subject] : decisions) records.push_back({records.size(), decision, subject, 1});
    Violations found;
    const std::vector<double> metrics = audit_layer(layer, records, found);
    std::string all;
    for (const std::string& text : found.take()) all += text + '\n';
    return std::pair(metrics, all);
  };
  using testing::HasSubstr;
  // 2, 2 and 1 on three GPUs: the mean is 5/3, the largest 2.
  const auto [metrics, none] = check_log({{0, 0}, {1, 0}, {1, 2}, {1, 1}});
  EXPECT_EQ(none, "");
  EXPECT_DOUBLE_EQ(metrics[0], 1 - 5.0 / 3 / 2);
  EXPECT_THAT(check_log({{0, 0}, {1, 0}, {1, 0}, {1, 1}}).second, HasSubstr("GPU 0 holds 2 replicas, and has 1 slots"));
  EXPECT_THAT(check_log({{0, 0}, {1, 0}, {1, 3}, {1, 1}}).second, HasSubstr("there is no GPU 3"));
  EXPECT_THAT(check_log({{0, 0}, {1, 0}, {1, 1}}).second, HasSubstr("2 of 3 replicas are placed"));
  EXPECT_THAT(check_log({{1, 0}, {1, 1}}).second, HasSubstr("there are 2 replicas for 3 slots"));
  EXPECT_THAT(check_log({{0, 5}, {1, 0}, {1, 1}}).second, HasSubstr("there is no expert 5"));
  EXPECT_THAT(check_log({{1, 0}, {0, 0}, {1, 1}, {1, 2}}).second, HasSubstr("after placing began"));
}

}  // namespace
}  // namespace syswright::expert_placement
