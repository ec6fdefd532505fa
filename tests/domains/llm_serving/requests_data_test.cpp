#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "domains/llm_serving/lengths.h"
#include "domains/llm_serving/requests_reader.h"
#include "domains/llm_serving/requests_shape.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

/// Recorded logs of real services, where they are at hand; the figures are those of their README.
class RecordedRequests : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SYSWRIGHT_DATA");
    if (folder == nullptr) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
    folder_ = std::string(folder) + "/llm/";
  }
  RequestLog read(const std::string& name, const std::string& format = "") const {
    return read_request_log(folder_ + name, {.format = format});
  }

  std::string folder_;
};

TEST_F(RecordedRequests, AzureCode) {
  const RequestLog log = read("AzureLLMInferenceTrace_code.csv");
  EXPECT_EQ(log.format, "azure");
  const RequestStatistics statistics = request_statistics(log.requests);
  EXPECT_EQ(statistics.requests, 8819u);
  EXPECT_NEAR(statistics.span, 3435.948, 5e-4);
  EXPECT_NEAR(statistics.rate, 2.57, 0.005);
  EXPECT_NEAR(statistics.gap_cv, 13.2, 0.05);
  EXPECT_EQ(statistics.prompt.sum, 18'059'974u);
  EXPECT_EQ(statistics.prompt.minimum, 3);
  EXPECT_EQ(statistics.prompt.p50, 1469);
  EXPECT_NEAR(statistics.prompt.p90, 5194, 8);  // 5188 between two order statistics
  EXPECT_NEAR(statistics.prompt.p99, 7436, 1);
  EXPECT_EQ(statistics.prompt.maximum, 7437);
  EXPECT_EQ(statistics.output.sum, 245'896u);
  EXPECT_EQ(statistics.output.p50, 13);
  EXPECT_NEAR(statistics.output.p99, 252, 1);
}

TEST_F(RecordedRequests, AzureConversationAndVidurAgree) {
  const RequestLog log = read("AzureLLMInferenceTrace_conv.csv");
  const RequestStatistics statistics = request_statistics(log.requests);
  EXPECT_EQ(statistics.requests, 19'366u);
  EXPECT_NEAR(statistics.span, 3501.722, 5e-4);
  EXPECT_NEAR(statistics.rate, 5.53, 0.005);
  EXPECT_NEAR(statistics.gap_cv, 1.09, 0.005);
  EXPECT_EQ(statistics.prompt.sum, 22'361'870u);
  EXPECT_EQ(statistics.output.sum, 4'088'665u);
  EXPECT_NEAR(statistics.prompt.p90, 2735, 1);
  EXPECT_NEAR(statistics.prompt.p99, 4142, 1);
  EXPECT_EQ(statistics.output.p50, 129);
  EXPECT_NEAR(statistics.output.p99, 601, 1);

  const RequestLog copy = read("vidur/splitwise_conv.csv");
  EXPECT_EQ(copy.format, "vidur");
  ASSERT_EQ(copy.requests.list.size(), log.requests.list.size());
  EXPECT_NEAR(copy.requests.list.back().arrival, 3501.721937, 1e-9);
  // Vidur's copy is cut to microseconds, and orders requests of one moment in its own way.
  const auto lengths = [](const RequestLog& one) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> list;
    for (const Request& request : one.requests.list) list.emplace_back(request.prompt, request.output);
    std::sort(list.begin(), list.end());
    return list;
  };
  EXPECT_EQ(lengths(copy), lengths(log));
  for (std::size_t i = 0; i < log.requests.list.size(); ++i) {
    ASSERT_NEAR(copy.requests.list[i].arrival, log.requests.list[i].arrival, 2e-6) << i;
  }
}

TEST_F(RecordedRequests, Arxiv) {
  const RequestLog log = read("vidur/arxiv_summarization_stats_llama2_tokenizer_filtered_v2.csv");
  EXPECT_FALSE(log.has_arrivals);
  const RequestStatistics statistics = request_statistics(log.requests);
  EXPECT_EQ(statistics.requests, 28'257u);
  EXPECT_EQ(statistics.prompt.sum, 73'131'321u);
  EXPECT_EQ(statistics.output.sum, 8'234'948u);
  const ShapedRequests shaped = shape_requests(log, {.arrivals = arrivals_from("poisson:2/s"), .context = 4096});
  EXPECT_EQ(shaped.cut_prompts + shaped.cut_outputs, 0u) << "no request has more than 4,096 tokens";
}

/// The built-in shapes against the data that they were measured on.
TEST_F(RecordedRequests, BuiltInShapesAreTheirs) {
  const std::pair<const char*, const char*> cases[] = {
      {"azure-code", "AzureLLMInferenceTrace_code.csv"},
      {"azure-conversation", "AzureLLMInferenceTrace_conv.csv"},
      {"mooncake", "mooncake_conversation_trace.jsonl.zst"},
      {"arxiv", "vidur/arxiv_summarization_stats_llama2_tokenizer_filtered_v2.csv"}};
  for (const auto& [shape, file] : cases) {
    const Lengths fitted = fit_quantile_lengths(read(file).requests);
    const Lengths built_in = length_shape(shape);
    ASSERT_EQ(fitted.prompt.knots.size(), built_in.prompt.knots.size());
    for (std::size_t i = 0; i < fitted.prompt.knots.size(); ++i) {
      const double prompt = fitted.prompt.knots[i].tokens;
      const double output = fitted.output.knots[i].tokens;
      EXPECT_NEAR(built_in.prompt.knots[i].tokens, prompt, 0.01 * prompt + 1) << shape << " knot " << i;
      EXPECT_NEAR(built_in.output.knots[i].tokens, output, 0.01 * output + 1) << shape << " knot " << i;
    }
    EXPECT_NEAR(built_in.correlation, fitted.correlation, 0.01) << shape;
  }
}

TEST_F(RecordedRequests, MooncakeReusesPrefixes) {
  const RequestLog log = read("mooncake_conversation_trace.jsonl.zst");
  EXPECT_EQ(log.format, "mooncake");
  const RequestStatistics statistics = request_statistics(log.requests);
  EXPECT_EQ(statistics.requests, 12'031u);
  EXPECT_NEAR(statistics.span, 3536.999, 1e-9);
  EXPECT_NEAR(statistics.rate, 3.40, 0.005);
  EXPECT_NEAR(statistics.gap_cv, 3.03, 0.005);
  EXPECT_EQ(statistics.prompt.sum, 144'793'823u);
  EXPECT_EQ(statistics.output.sum, 4'122'048u);
  EXPECT_EQ(statistics.block_references, 288'500u);
  EXPECT_EQ(statistics.distinct_blocks, 182'790u);
  EXPECT_EQ(statistics.reused_references, 105'710u);
  EXPECT_NEAR(statistics.reuse(), 0.374, 0.0005);
}

TEST_F(RecordedRequests, LogOfARunIsItsWorkload) {
  const std::string folder = "llmservingsim_rtxpro6000_llama3.1-8b/";
  const RequestLog plan = read(folder + "workload.csv");
  const RequestLog log = read(folder + "vllm/requests.jsonl");
  const RequestLog queued = read(folder + "vllm/requests.jsonl", "vllm-queued");
  EXPECT_EQ(log.format, "vllm-log");
  ASSERT_EQ(plan.requests.list.size(), 300u);
  ASSERT_EQ(log.requests.list.size(), 300u);
  EXPECT_NEAR(plan.requests.list.front().arrival, 0.046926808, 1e-12);
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(plan.requests.list[i].prompt, log.requests.list[i].prompt) << i;
    EXPECT_EQ(plan.requests.list[i].output, log.requests.list[i].output) << i;
    // Requests were sent up to 0.11 s later than planned.
    const double planned = plan.requests.list[i].arrival - plan.requests.list[0].arrival;
    EXPECT_NEAR(log.requests.list[i].arrival, planned, 0.12) << i;
    EXPECT_NEAR(queued.requests.list[i].arrival, planned, 0.12) << i;
  }
}

}  // namespace
}  // namespace syswright::llm_serving
