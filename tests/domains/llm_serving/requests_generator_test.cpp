#include "domains/llm_serving/requests_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

std::string problem(const std::string& text) {
  try {
    generate_requests(generator_from(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

RequestLog generate(const std::string& text, std::uint64_t seed = 1) {
  GeneratorOptions options = generator_from(text);
  options.seed = seed;
  return generate_requests(options);
}

bool same(const Request& a, const Request& b) {
  return a.arrival == b.arrival && a.prompt == b.prompt && a.output == b.output && a.block_count == b.block_count;
}

TEST(RequestsGenerator, WordsSayWhatDiffers) {
  EXPECT_EQ(generator_from("sharegpt").duration, 1000);
  EXPECT_EQ(generator_from("azure-code").requests, 5000u);
  const GeneratorOptions other = generator_from("poisson:8/s azure-code requests=2k");
  EXPECT_EQ(other.arrivals.kind, Arrivals::Kind::poisson);
  EXPECT_EQ(other.lengths.name, "azure-code");
  EXPECT_EQ(other.requests, 2000u);
  EXPECT_TRUE(std::isinf(generator_from("sharegpt requests=9").duration));
  EXPECT_EQ(generator_from("log-normal:2/s,sigma=1 log-normal:prompt=9,prompt-sigma=1,output=9,output-sigma=1")
                .lengths.prompt.median,
            9);
  EXPECT_TRUE(is_generator("mooncake duration=1min"));
  EXPECT_TRUE(is_generator("fixed:prompt=1,output=1 poisson:1/s"));
  EXPECT_FALSE(is_generator("trace.csv"));
  EXPECT_FALSE(is_generator(""));
}

TEST(RequestsGenerator, BuiltInWorkloadsHaveTheirPublishedRates) {
  const RequestStatistics conversation = request_statistics(generate("azure-conversation requests=20000").requests);
  EXPECT_NEAR(conversation.rate, 5.53, 0.2);
  EXPECT_NEAR(conversation.gap_cv, 1.09, 0.05);
  // 1,000 s at 7.5 a second; a mean gap of log-normal gaps of sigma 2 (they vary by 7.3 times their mean) is known to
  // 7.3 / sqrt(7500) = 8 %.
  const RequestLog glia = generate("sharegpt");
  EXPECT_NEAR(static_cast<double>(glia.requests.list.size()), 7500, 2500);
  EXPECT_LT(glia.requests.list.back().arrival, 1000);
  EXPECT_EQ(glia.requests.list.front().arrival, 0);
}

TEST(RequestsGenerator, MooncakeSharesPrefixesAsPublished) {
  const RequestLog log = generate("mooncake requests=12000", 3);
  const RequestStatistics statistics = request_statistics(log.requests);
  EXPECT_EQ(statistics.requests, 12'000u);
  EXPECT_NEAR(statistics.rate, 3.4, 0.35);
  EXPECT_NEAR(statistics.prompt.mean, 12'035, 0.15 * 12'035);
  EXPECT_NEAR(statistics.prompt.p50, 6909, 0.25 * 6909);
  EXPECT_NEAR(statistics.output.mean, 343, 0.1 * 343);
  EXPECT_NEAR(statistics.reuse(), 0.374, 0.06);
  for (const Request& request : log.requests.list) ASSERT_LE(request.prompt + request.output, 131'072u);
}

TEST(RequestsGenerator, TurnsExtendTheirSession) {
  const RequestLog log = generate(
      "poisson:1/s fixed:prompt=700,output=50 sessions:turns=5,gap=10s,message=20,system=600,context=2000 "
      "requests=2000");
  const Requests& requests = log.requests;
  ASSERT_EQ(log.sessions.size(), requests.list.size());
  std::map<std::uint32_t, const Request*> last;
  std::size_t later_turns = 0;
  for (std::size_t i = 0; i < requests.list.size(); ++i) {
    const Request& request = requests.list[i];
    if (i > 0) {
      ASSERT_LE(requests.list[i - 1].arrival, request.arrival);
    }
    ASSERT_LE(request.prompt + request.output, 2000u);
    const Request*& earlier = last[log.sessions[i]];
    if (earlier == nullptr) {
      // 600 tokens that all share fill two blocks of 512, and a prompt is longer than they are.
      ASSERT_EQ(request.prompt, 1025u);
    } else {
      ++later_turns;
      ASSERT_EQ(request.prompt, earlier->prompt + earlier->output + 20);
      const auto front = requests.blocks_of(*earlier);
      ASSERT_TRUE(std::equal(front.begin(), front.end(), requests.blocks_of(request).begin()));
    }
    ASSERT_EQ(requests.blocks_of(request)[1], requests.blocks_of(requests.list[0])[1]);
    earlier = &request;
  }
  // Five turns a session, so that four of five requests are later ones.
  EXPECT_NEAR(static_cast<double>(later_turns) / 2000, 0.8, 0.04);
}

TEST(RequestsGenerator, AreTheSameForASeedAndShorterOnesTheirFront) {
  for (const std::string text : {"sharegpt", "azure-code", "mooncake", "arxiv"}) {
    const RequestLog few = generate(text + " requests=300", 4);
    const RequestLog many = generate(text + " requests=600", 4);
    const RequestLog other = generate(text + " requests=300", 5);
    ASSERT_EQ(few.requests.list.size(), 300u) << text;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      ASSERT_TRUE(same(few.requests.list[i], many.requests.list[i])) << text << " " << i;
      equal += same(few.requests.list[i], other.requests.list[i]) ? 1 : 0;
    }
    EXPECT_LT(equal, 30u) << text;
  }
}

TEST(RequestsGenerator, SaysWhatIsWrong) {
  EXPECT_THAT(problem("mooncak"), HasSubstr("did you mean 'mooncake'"));
  EXPECT_THAT(problem("what"), HasSubstr("workloads are sharegpt, azure-code, azure-conversation, mooncake, arxiv"));
  EXPECT_THAT(problem(""), HasSubstr("unknown word ''"));
  EXPECT_THAT(problem("poisson:8/s"), HasSubstr("names no lengths"));
  EXPECT_THAT(problem("fixed:prompt=1,output=1"), HasSubstr("names no arrivals"));
  EXPECT_THAT(problem("sharegpt poisson:1/s gamma:1/s,cv=1"), HasSubstr("names its arrivals twice"));
  EXPECT_THAT(problem("sharegpt requests=0"), HasSubstr("at least 1 request"));
  EXPECT_THAT(problem("sharegpt requests=many"), HasSubstr("requests"));
  EXPECT_THAT(problem("sharegpt at-once duration=10s"), HasSubstr("all at once"));
  EXPECT_THAT(problem("sharegpt sessions:gap=3s"), HasSubstr("'turns' is missing"));
}

}  // namespace
}  // namespace syswright::llm_serving
