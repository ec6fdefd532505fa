#include "domains/llm_serving/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/error.h"
#include "domains/llm_serving/scenario.h"
#include "domains/llm_serving/workload.h"

namespace syswright::llm_serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ServingOptions options_of(std::map<std::string, std::string> options) {
  return read_options({.options = std::move(options)});
}

std::string refusal(std::map<std::string, std::string> options) {
  try {
    ServingDomain().open({.options = std::move(options)})->suite();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no refusal";
}

const Setup& setup_of(const ScenarioPtr& scenario) { return dynamic_cast<const ServingScenario&>(*scenario).setup(); }

TEST(ServingOptions, HaveDefaultsThatMakeAScenario) {
  const ServingOptions options = options_of({});
  ASSERT_EQ(options.clusters.size(), 1u);
  const ReplicaGroup& group = options.clusters[0].settings.groups.at(0);
  EXPECT_EQ(group.count, 4u);
  EXPECT_EQ(group.replica.max_running, 256u);
  EXPECT_EQ(group.replica.token_budget, 2048u);
  // 24 GB · 0.9 less 16 GB of weights leaves about 4.5 GB: at 128 KiB a token and 16 tokens a block.
  EXPECT_GT(group.replica.kv_blocks, 1800u);
  EXPECT_LT(group.replica.kv_blocks, 2600u);
  EXPECT_EQ(options.weights.e2e, 1);
  EXPECT_EQ(options.rates, std::vector<double>{0});
}

TEST(ServingOptions, CrossLists) {
  const ServingOptions options = options_of({{"replicas", "2,4"}, {"kv-blocks", "1000,2000"}, {"rate", "5/s,300/min"}});
  std::vector<std::string> settings;
  for (const NamedCluster& cluster : options.clusters) settings.push_back(cluster.setting);
  EXPECT_THAT(settings, ElementsAre("2 replicas of 1,000 KV blocks", "2 replicas of 2,000 KV blocks",
                                    "4 replicas of 1,000 KV blocks", "4 replicas of 2,000 KV blocks"));
  EXPECT_THAT(options.rates, ElementsAre(5, 5));
}

TEST(ServingOptions, ReadEverySettingOfAReplica) {
  const ServingOptions options = options_of({{"hardware", "A100-80x4"},
                                             {"model", "Llama-3.1-70B"},
                                             {"scheduler", "sarathi"},
                                             {"long-prefill", "512"},
                                             {"chunked", "off"},
                                             {"block-size", "32"},
                                             {"max-length", "4096"},
                                             {"prefix-caching", "off"},
                                             {"whole-sequence", "on"},
                                             {"async-scheduling", "on"},
                                             {"watermark", "0.01"},
                                             {"host-overhead", "2ms"},
                                             {"drafts", "3"},
                                             {"acceptance", "0.5"}});
  const ReplicaSettings& replica = options.clusters[0].settings.groups[0].replica;
  EXPECT_EQ(replica.gpus, 4u);
  EXPECT_EQ(replica.scheduler, Scheduler::sarathi);
  EXPECT_EQ(replica.long_prefill, 512u);
  EXPECT_FALSE(replica.chunked);
  EXPECT_EQ(replica.block_size, 32u);
  EXPECT_EQ(replica.max_length, 4096u);
  EXPECT_FALSE(replica.prefix_caching);
  EXPECT_TRUE(replica.whole_sequence);
  EXPECT_TRUE(replica.async_scheduling);
  EXPECT_DOUBLE_EQ(replica.watermark, 0.01);
  EXPECT_DOUBLE_EQ(replica.host_overhead, 0.002);
  EXPECT_EQ(replica.drafts, 3u);
  EXPECT_DOUBLE_EQ(replica.acceptance, 0.5);
}

TEST(ServingOptions, ReadSwitchesInEitherWord) {
  EXPECT_TRUE(options_of({{"check", "on"}}).check);
  EXPECT_TRUE(options_of({{"check", "yes"}}).check);
  EXPECT_FALSE(options_of({}).check);
  EXPECT_FALSE(options_of({{"check", "no"}}).check);
  EXPECT_THROW(options_of({{"check", "maybe"}}), InputError);
}

TEST(ServingOptions, ReadGroupsThatDiffer) {
  const ServingOptions options =
      options_of({{"groups", "name=first role=prefill hardware=H100 replicas=1; role=decode replicas=3 kv-blocks=900"},
                  {"link-bandwidth", "10GB"},
                  {"link-latency", "5ms"}});
  const ClusterSettings& cluster = options.clusters[0].settings;
  ASSERT_EQ(cluster.groups.size(), 2u);
  EXPECT_EQ(cluster.groups[0].name, "first");
  EXPECT_EQ(cluster.groups[0].role, Role::prefill);
  EXPECT_EQ(cluster.groups[1].count, 3u);
  EXPECT_EQ(cluster.groups[1].replica.kv_blocks, 900u);
  EXPECT_DOUBLE_EQ(cluster.link_bandwidth, 10e9);
  EXPECT_DOUBLE_EQ(cluster.link_latency, 0.005);
}

TEST(ServingOptions, SayWhatIsWrong) {
  EXPECT_THAT(refusal({{"hardware", "H101"}}), HasSubstr("H100"));
  EXPECT_THAT(refusal({{"scheduler", "vlm"}}), HasSubstr("did you mean 'vllm'"));
  EXPECT_THAT(refusal({{"objective", "slo"}}), HasSubstr("add slo-ttft"));
  EXPECT_THAT(refusal({{"objective", "latncy"}}), HasSubstr("did you mean 'latency'"));
  EXPECT_THAT(refusal({{"kv-blocks", "0"}}), HasSubstr("not between 1"));
  EXPECT_THAT(refusal({{"kv-blocks", "100,100"}}), HasSubstr("names 100 twice"));
  EXPECT_THAT(refusal({{"groups", "replica=3"}}), HasSubstr("did you mean 'replicas'"));
  EXPECT_THAT(refusal({{"groups", "serves=gpt-4 replicas=2"}}), HasSubstr("no request is for the model 'gpt-4'"));
  EXPECT_THAT(refusal({{"groups", "replicas=1;;replicas=2"}}), HasSubstr("empty group"));
  EXPECT_THAT(refusal({{"hardware", "linear:30ms,1ms,1ms,0s"}}), HasSubstr("give a number of blocks"));
  EXPECT_THAT(refusal({{"chunked", "maybe"}}), HasSubstr("'maybe' is not one of on, off, yes, no"));
  EXPECT_THAT(refusal({{"min-replicas", "5"}}), HasSubstr("not between 1 and 4"));
  EXPECT_THAT(refusal({{"generate", "sharegpt requests=20"}, {"seeds", "1"}}), HasSubstr("are the least"));
  EXPECT_THAT(refusal({{"kv-block", "100"}}), HasSubstr("did you mean 'kv-blocks'"));
}

TEST(ServingWorkload, SplitsSeedsAndGivesEachPartItsOwn) {
  const auto workload = ServingDomain().open({.options = {{"generate", "sharegpt requests=60"}, {"seeds", "8"}}});
  const Suite suite = workload->suite();
  EXPECT_EQ(suite.train.size(), 4u);
  EXPECT_EQ(suite.validation.size(), 2u);
  EXPECT_EQ(suite.test.size(), 2u);
  EXPECT_EQ(workload->scenarios().size(), 8u);
  EXPECT_EQ(setup_of(suite.test[1]).requests->digest, setup_of(workload->scenarios()[7]).requests->digest);
}

TEST(ServingWorkload, SplitsTimeIntoPartsThatBeginAnew) {
  const auto workload = ServingDomain().open(
      {.options = {{"generate", "constant:1/s fixed:prompt=100,output=10 requests=101"}, {"seeds", "1"}}});
  const Suite suite = workload->suite();
  const auto& train = setup_of(suite.train[0]).requests->list;
  const auto& validation = setup_of(suite.validation[0]).requests->list;
  const auto& test = setup_of(suite.test[0]).requests->list;
  const std::size_t all = setup_of(workload->scenarios()[0]).requests->list.size();
  EXPECT_EQ(train.size() + validation.size() + test.size(), all);
  EXPECT_EQ(train.size(), 50u);
  EXPECT_LT(validation.front().arrival, 1.0);
  EXPECT_LT(test.front().arrival, 1.0);
}

TEST(ServingWorkload, CutsPrefixBlocksWithTheirRequests) {
  const auto workload =
      ServingDomain().open({.options = {{"generate", "mooncake requests=80"}, {"seeds", "1"}, {"hardware", "H100"}}});
  const Requests& all = *setup_of(workload->scenarios()[0]).requests;
  const RequestsPtr some = cut_requests(all, 30, 50, all.list[30].arrival);
  ASSERT_EQ(some->list.size(), 20u);
  EXPECT_EQ(some->list[0].arrival, 0);
  for (std::size_t i = 0; i < 20; ++i) {
    const auto before = all.blocks_of(all.list[30 + i]);
    const auto after = some->blocks_of(some->list[i]);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin(), after.end()));
  }
}

/// The measured run of the bundle, as options alone.
TEST(ServingOptions, ExpressTheMeasuredRun) {
  const char* data = std::getenv("SYSWRIGHT_DATA");
  if (data == nullptr) GTEST_SKIP() << "SYSWRIGHT_DATA names no folder with the measured run";
  const std::string folder = std::string(data) + "/llm/llmservingsim_rtxpro6000_llama3.1-8b";
  const auto workload = ServingDomain().open(
      {.workload = folder + "/vllm/requests.jsonl",
       .format = "vllm-queued",
       .options = {
           {"hardware", "measured:" + folder}, {"replicas", "1"}, {"max-running", "128"}, {"token-budget", "2048"}}});
  const Evaluation evaluation = workload->scenarios()[0]->evaluate(Policy::native("vllm"));
  // README of the bundle: 7.0972 s to the first token, 32.458 ms a token, 28.2007 s to the last.
  EXPECT_NEAR(evaluation.metrics[1], 7.0972, 0.03 * 7.0972);
  EXPECT_NEAR(evaluation.metrics[6], 0.032458, 0.03 * 0.032458);
  EXPECT_NEAR(evaluation.metrics[16], 28.2007, 0.03 * 28.2007);
}

}  // namespace
}  // namespace syswright::llm_serving
