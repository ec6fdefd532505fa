#include "domains/llm_serving/lengths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

Requests drawn(const Lengths& lengths, std::uint64_t count, std::uint64_t seed = 1) {
  Requests requests;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto [prompt, output] = draw_lengths(lengths, seed, i);
    requests.list.push_back({.prompt = prompt, .output = output});
  }
  return requests;
}

std::string problem(const std::string& text) {
  try {
    lengths_from(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

TEST(Lengths, FixedOnesAreFixed) {
  const Lengths lengths = lengths_from("fixed:prompt=512,output=128");
  EXPECT_EQ(draw_lengths(lengths, 1, 0), std::pair(512u, 128u));
  EXPECT_EQ(draw_lengths(lengths, 2, 99), std::pair(512u, 128u));
}

TEST(Lengths, LogNormalOnesHaveTheirQuantiles) {
  const RequestStatistics statistics = request_statistics(
      drawn(lengths_from("log-normal:prompt=1000,prompt-sigma=0.8,output=200,output-sigma=0.5"), 40'000));
  // The 90th percentile of a log-normal is median · exp(1.2816 sigma), the mean median · exp(sigma² / 2).
  EXPECT_NEAR(statistics.prompt.p50, 1000, 20);
  EXPECT_NEAR(statistics.prompt.p90, 1000 * std::exp(1.2816 * 0.8), 60);
  EXPECT_NEAR(statistics.prompt.mean, 1000 * std::exp(0.32), 25);
  EXPECT_NEAR(statistics.output.p90, 200 * std::exp(1.2816 * 0.5), 6);
}

/// Against the published statistics of the data sets (Azure, Mooncake) or those that the shapes were measured on.
TEST(Lengths, ShapesHaveTheirPublishedStatistics) {
  struct Case {
    const char* name;
    double prompt_mean, prompt_p50, prompt_p90, output_mean, output_p50;
  };
  for (const Case& one :
       {Case{"azure-code", 2048, 1469, 5194, 28, 13}, Case{"azure-conversation", 1155, 1020, 2735, 211, 129},
        Case{"mooncake", 12035, 6909, 27367, 343, 350}, Case{"arxiv", 2588, 2730, 3702, 291, 167}}) {
    const RequestStatistics statistics = request_statistics(drawn(lengths_from(one.name), 40'000));
    EXPECT_NEAR(statistics.prompt.mean, one.prompt_mean, 0.06 * one.prompt_mean) << one.name;
    EXPECT_NEAR(statistics.prompt.p50, one.prompt_p50, 0.03 * one.prompt_p50) << one.name;
    EXPECT_NEAR(statistics.prompt.p90, one.prompt_p90, 0.05 * one.prompt_p90) << one.name;
    EXPECT_NEAR(statistics.output.mean, one.output_mean, 0.10 * one.output_mean) << one.name;
    EXPECT_NEAR(statistics.output.p50, one.output_p50, 0.05 * one.output_p50) << one.name;
  }
  // 5 % of prompts are ten times as long, which moves the median a little; 8,192 tokens are the most of both together.
  const Requests sharegpt = drawn(lengths_from("sharegpt"), 40'000);
  const RequestStatistics statistics = request_statistics(sharegpt);
  EXPECT_NEAR(statistics.prompt.p50, 36, 4);
  EXPECT_NEAR(statistics.output.p50, 257, 15);
  for (const Request& request : sharegpt.list) ASSERT_LE(request.prompt + request.output, 8192u);
  EXPECT_NEAR(request_statistics(drawn(lengths_from("sharegpt:inflated=0"), 40'000)).prompt.p50, 33, 2);
}

TEST(Lengths, InflatesPromptsAndOutputsIndependently) {
  Lengths lengths = lengths_from("fixed:prompt=100,output=10");
  lengths.inflated_share = 0.05;
  const Requests requests = drawn(lengths, 40'000);
  const auto share = [&](auto matches) {
    return static_cast<double>(std::count_if(requests.list.begin(), requests.list.end(), matches)) / 40'000;
  };
  EXPECT_NEAR(share([](const Request& r) { return r.prompt == 1000; }), 0.05, 0.005);
  EXPECT_NEAR(share([](const Request& r) { return r.output == 100; }), 0.05, 0.005);
  EXPECT_NEAR(share([](const Request& r) { return r.prompt == 1000 && r.output == 100; }), 0.0025, 0.001);
}

TEST(Lengths, CutsToTheContextOutputsFirst) {
  Lengths lengths = lengths_from("fixed:prompt=7000,output=3000");
  lengths.context = 8192;
  EXPECT_EQ(draw_lengths(lengths, 1, 0), std::pair(5192u, 3000u));
  lengths.output.median = 9000;
  EXPECT_EQ(draw_lengths(lengths, 1, 0), std::pair(16u, 8176u));
}

TEST(Lengths, FitsRecoverWhatWasDrawn) {
  const Lengths original =
      lengths_from("log-normal:prompt=900,prompt-sigma=0.9,output=150,output-sigma=0.6,correlation=0.5");
  const Requests log = drawn(original, 40'000);
  const Lengths fitted = fit_log_normal_lengths(log);
  EXPECT_NEAR(fitted.prompt.median, 900, 20);
  EXPECT_NEAR(fitted.prompt.sigma, 0.9, 0.02);
  EXPECT_NEAR(fitted.output.sigma, 0.6, 0.02);
  EXPECT_NEAR(fitted.correlation, 0.5, 0.02);
  const Lengths by_quantiles = fit_quantile_lengths(log);
  EXPECT_NEAR(by_quantiles.correlation, 0.5, 0.01) << "the rank correlation itself is 0.483";
  const RequestStatistics before = request_statistics(log);
  const RequestStatistics after = request_statistics(drawn(by_quantiles, 40'000, 2));
  EXPECT_NEAR(after.prompt.mean, before.prompt.mean, 0.05 * before.prompt.mean);
  EXPECT_NEAR(after.prompt.p90, before.prompt.p90, 0.03 * before.prompt.p90);
  EXPECT_NEAR(after.output.p99, before.output.p99, 0.05 * before.output.p99);
}

TEST(Lengths, ResamplingKeepsPairsTogether) {
  Requests log;
  for (std::uint32_t i = 1; i <= 50; ++i) log.list.push_back({.prompt = i, .output = 1000 + i});
  std::vector<int> seen(51);
  for (const Request& request : drawn(resample_lengths(log), 5000).list) {
    ASSERT_EQ(request.output, 1000 + request.prompt);
    ++seen[request.prompt];
  }
  // 100 draws of each on average; four standard deviations are 40.
  for (std::size_t i = 1; i <= 50; ++i) EXPECT_NEAR(seen[i], 100, 42) << i;
  EXPECT_THROW(resample_lengths(Requests()), InputError);
}

TEST(Lengths, SayWhatIsWrong) {
  EXPECT_THAT(problem("sharegtp"), HasSubstr("did you mean 'sharegpt'"));
  EXPECT_THAT(problem("nonsense"), HasSubstr("azure-conversation, mooncake, arxiv, fixed:"));
  EXPECT_THAT(problem("fixed:prompt=1"), HasSubstr("'output' is missing"));
  EXPECT_THAT(problem("fixed:prompt=0,output=1"), HasSubstr("prompt is 0"));
  EXPECT_THAT(problem("fixed:prompt=1,output=1,extra=2"), HasSubstr("'extra' is not known"));
  EXPECT_THAT(problem("fixed:prompt=x,output=1"), HasSubstr("prompt"));
}

}  // namespace
}  // namespace syswright::llm_serving
