#include "domains/llm_serving/requests_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "domains/llm_serving/requests_generator.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RequestLog small_log() {
  RequestLog log;
  log.requests.name = "small";
  for (std::uint32_t i = 0; i < 5; ++i) {
    log.requests.list.push_back({.arrival = 2.0 * i, .prompt = 100 * (i + 1), .output = 10 * (i + 1)});
  }
  return log;
}

RequestLog large_log() {
  return generate_requests(generator_from("poisson:10/s fixed:prompt=100,output=1000 requests=20000"));
}

std::vector<double> arrivals(const ShapedRequests& shaped) {
  std::vector<double> result;
  for (const Request& request : shaped.requests->list) result.push_back(request.arrival);
  return result;
}

std::string problem(const ShapeOptions& options, RequestLog log = small_log()) {
  try {
    shape_requests(std::move(log), options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

TEST(RequestsShape, KeepsAWindowAndTheFirst) {
  EXPECT_THAT(arrivals(shape_requests(small_log())), ElementsAre(0, 2, 4, 6, 8));
  EXPECT_THAT(arrivals(shape_requests(small_log(), {.from = 2, .duration = 4})), ElementsAre(0, 2));
  EXPECT_THAT(arrivals(shape_requests(small_log(), {.from = 1, .limit = 2})), ElementsAre(1, 3));
}

TEST(RequestsShape, StretchesTimeToARate) {
  const ShapedRequests shaped = shape_requests(small_log(), {.rate = 5});
  EXPECT_THAT(arrivals(shaped), ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_DOUBLE_EQ(request_statistics(*shaped.requests).rate, 5);
  EXPECT_DOUBLE_EQ(request_statistics(*shape_requests(small_log(), {.rate = 0.5, .limit = 3}).requests).rate, 0.5);
}

TEST(RequestsShape, LaysArrivalsUnderLengths) {
  RequestLog log = small_log();
  log.has_arrivals = false;
  EXPECT_THAT(problem({}, log), HasSubstr("has lengths and no arrival times"));
  const ShapedRequests shaped = shape_requests(log, {.arrivals = arrivals_from("constant:2/s")});
  EXPECT_THAT(arrivals(shaped), ElementsAre(0, 0.5, 1, 1.5, 2));
  EXPECT_EQ(shaped.requests->list[3].prompt, 400u);
  Arrivals recorded;
  recorded.kind = Arrivals::Kind::recorded;
  recorded.times = {1, 5};
  const ShapedRequests few = shape_requests(small_log(), {.arrivals = recorded});
  EXPECT_THAT(arrivals(few), ElementsAre(1, 5));
  EXPECT_THAT(few.warnings, ElementsAre(HasSubstr("only 2 arrivals for 5 requests")));
}

TEST(RequestsShape, CutsToAContext) {
  // Of (100, 10) … (500, 50), 330 tokens hold the first three whole: the third has just 330.
  const ShapedRequests shaped = shape_requests(small_log(), {.context = 330});
  EXPECT_EQ(shaped.cut_prompts, 2u);
  EXPECT_EQ(shaped.cut_outputs, 2u);
  EXPECT_EQ(shaped.requests->list[2].output, 30u);
  EXPECT_EQ(shaped.requests->list[3].prompt, 329u);
  EXPECT_EQ(shaped.requests->list[3].output, 1u);
  EXPECT_THAT(shaped.warnings, ElementsAre(HasSubstr("2 prompts and 2 outputs of 5 requests were cut")));
  EXPECT_EQ(shape_requests(small_log(), {.context = 329}).cut_outputs, 3u);
  EXPECT_THAT(problem({.context = 1}), HasSubstr("at least 2 tokens"));
}

TEST(RequestsShape, CutsBlocksWithPrompts) {
  RequestLog log;
  log.requests.blocks = {1, 2, 3};
  log.requests.list = {{.prompt = 1100, .output = 5, .block_count = 3}};
  EXPECT_EQ(shape_requests(log, {.context = 601}).requests->list[0].block_count, 2u);
  log.requests.blocks_cover_output = true;
  EXPECT_EQ(shape_requests(log, {.context = 601}).requests->list[0].block_count, 1u);
}

TEST(RequestsShape, GivesTenantsAndPrioritiesByShares) {
  ShapeOptions options;
  options.tenants = tenants_from("interactive:3,batch", "tenants");
  options.priorities = priorities_from("0:0.8,-1:0.2", "priorities");
  const ShapedRequests shaped = shape_requests(large_log(), options);
  EXPECT_THAT(shaped.requests->tenants, ElementsAre("interactive", "batch"));
  const auto share = [&](auto matches) {
    const auto& list = shaped.requests->list;
    return static_cast<double>(std::count_if(list.begin(), list.end(), matches)) / static_cast<double>(list.size());
  };
  EXPECT_NEAR(share([](const Request& r) { return r.tenant == 1; }), 0.25, 0.015);
  EXPECT_NEAR(share([](const Request& r) { return r.priority == -1; }), 0.2, 0.015);
  EXPECT_NEAR(share([](const Request& r) { return r.priority == -1 && r.tenant == 1; }), 0.05, 0.01);
}

TEST(RequestsShape, ASessionHasOneTenant) {
  const RequestLog log = generate_requests(generator_from("mooncake requests=2000"));
  ShapeOptions options;
  options.tenants = tenants_from("a,b,c", "tenants");
  const ShapedRequests shaped = shape_requests(log, options);
  std::vector<int> tenant_of(2000, -1);
  for (std::size_t i = 0; i < 2000; ++i) {
    int& tenant = tenant_of[log.sessions[i]];
    const int mine = shaped.requests->list[i].tenant;
    if (tenant >= 0) {
      ASSERT_EQ(tenant, mine);
    }
    tenant = mine;
  }
}

TEST(RequestsShape, ForetellsWithTheStatedError) {
  const ShapedRequests none = shape_requests(small_log());
  EXPECT_EQ(none.requests->list[0].predicted, 0u);
  const ShapedRequests exact = shape_requests(large_log(), {.predictor_error = 0});
  for (const Request& request : exact.requests->list) ASSERT_EQ(request.predicted, request.output);
  const ShapedRequests rough = shape_requests(large_log(), {.predictor_error = 0.5});
  double sum = 0;
  double squares = 0;
  for (const Request& request : rough.requests->list) {
    const double error = std::log(static_cast<double>(request.predicted) / request.output);
    sum += error;
    squares += error * error;
  }
  // 20,000 draws: the mean is known to 0.0035, the deviation to 0.0025.
  EXPECT_NEAR(sum / 20'000, 0, 0.015);
  EXPECT_NEAR(std::sqrt(squares / 20'000), 0.5, 0.01);
}

TEST(RequestsShape, DrawsStayWithTheirRequests) {
  ShapeOptions options;
  options.tenants = tenants_from("a,b,c", "tenants");
  options.predictor_error = 1;
  const ShapedRequests all = shape_requests(large_log(), options);
  options.from = 100;
  options.limit = 500;
  const ShapedRequests part = shape_requests(large_log(), options);
  const auto first = std::find_if(all.requests->list.begin(), all.requests->list.end(),
                                  [](const Request& request) { return request.arrival >= 100; });
  for (std::size_t i = 0; i < 500; ++i) {
    const Request& request = *(first + static_cast<std::ptrdiff_t>(i));
    ASSERT_EQ(part.requests->list[i].tenant, request.tenant);
    ASSERT_EQ(part.requests->list[i].predicted, request.predicted);
  }
}

TEST(RequestsShape, DigestTellsContentsApart) {
  const Digest plain = shape_requests(small_log()).requests->digest;
  EXPECT_EQ(shape_requests(small_log()).requests->digest, plain);
  RequestLog renamed = small_log();
  renamed.requests.name = "other";
  EXPECT_EQ(shape_requests(renamed).requests->digest, plain) << "a name is no content";
  EXPECT_NE(shape_requests(small_log(), {.rate = 5}).requests->digest, plain);
  EXPECT_NE(shape_requests(small_log(), {.predictor_error = 0}).requests->digest, plain);
  EXPECT_NE(shape_requests(small_log(), {.tenants = {{"other", 1}}}).requests->digest, plain);
  RequestLog blocks = small_log();
  blocks.requests.blocks = {1};
  blocks.requests.list[0].block_count = 1;
  EXPECT_NE(shape_requests(blocks).requests->digest, plain);
}

TEST(RequestStatistics, FactsAreForPeople) {
  Requests requests;
  requests.list = {{.arrival = 0, .prompt = 1000, .output = 10}, {.arrival = 60, .prompt = 3000, .output = 30}};
  const auto facts = request_facts(requests);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"requests", "2"},
      {"span", "1 min 00 s"},
      {"arrivals", "0.0333 a second, gaps vary by 0 times their mean"},
      {"prompt tokens", "mean 2,000, p50 2,000, p90 2,800, p99 2,980, longest 3,000"},
      {"output tokens", "mean 20, p50 20, p90 28, p99 30, longest 30"}};
  EXPECT_EQ(facts, expected);
  requests.blocks = {1, 2, 1, 3, 4, 5, 6, 7};
  requests.list[0].block_count = 2;
  requests.list[1].first_block = 2;
  requests.list[1].block_count = 6;
  // Of 4,000 tokens the first 512 of the second request came before.
  EXPECT_EQ(request_facts(requests).back(),
            std::pair(std::string("prefix reuse"), std::string("12.8% of prompt tokens, with an unlimited cache")));
}

TEST(RequestsShape, SaysWhatIsWrong) {
  EXPECT_THAT(problem({.from = 9}), HasSubstr("the last arrives at 8 s"));
  EXPECT_THAT(problem({.duration = 0}), HasSubstr("has a length"));
  EXPECT_THAT(problem({.rate = -1}), HasSubstr("the rate must be positive"));
  EXPECT_THAT(problem({.rate = 1, .limit = 1}), HasSubstr("arrive at one time"));
  const auto says = [](auto read) {
    try {
      read();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no problem");
  };
  EXPECT_THAT(says([] { tenants_from("a:0", "tenants"); }), HasSubstr("tenants: 'a:0' is no name with a positive"));
  EXPECT_THAT(says([] { tenants_from("a,a", "tenants"); }), HasSubstr("named twice"));
  EXPECT_THAT(says([] { priorities_from("high:1", "priorities"); }), HasSubstr("priorities"));
  EXPECT_THAT(says([] { priorities_from("0.5:1", "priorities"); }), HasSubstr("no whole number"));
  EXPECT_THAT(says([] { predictor_error_from("-1", "predictor"); }), HasSubstr("'none' for no predictor"));
  EXPECT_EQ(predictor_error_from("none", "predictor"), std::nullopt);
  EXPECT_EQ(predictor_error_from("0.25", "predictor"), 0.25);
}

}  // namespace
}  // namespace syswright::llm_serving
