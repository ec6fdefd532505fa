#include "domains/llm_serving/requests_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cmath>

#include "base/error.h"
#include "domains/llm_serving/prefix_blocks.h"

namespace syswright::llm_serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RequestLog read(const std::string& text, RequestsReadOptions options = {}) {
  return read_request_log_from_memory(std::as_bytes(std::span(text)), "log", options);
}

std::string problem(const std::string& text, const RequestsReadOptions& options = {}) {
  try {
    read(text, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no problem";
}

std::vector<double> arrivals(const RequestLog& log) {
  std::vector<double> result;
  for (const Request& request : log.requests.list) result.push_back(request.arrival);
  return result;
}
std::vector<std::uint32_t> prompts(const RequestLog& log) {
  std::vector<std::uint32_t> result;
  for (const Request& request : log.requests.list) result.push_back(request.prompt);
  return result;
}
std::vector<std::uint32_t> outputs(const RequestLog& log) {
  std::vector<std::uint32_t> result;
  for (const Request& request : log.requests.list) result.push_back(request.output);
  return result;
}

TEST(RequestsReader, ReadsAzureWithoutFinalLineEnd) {
  const RequestLog log = read(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
      "2023-11-16 23:59:59.9799600,4808,10\r\n"
      "2023-11-17 00:00:00.0319600,3180,8\r\n"
      "2023-12-01 00:00:00.9799600,110,27");
  EXPECT_EQ(log.format, "azure");
  // 0.052 s later; from 16 November to 1 December are 15 days, less 23:59:59 of the first.
  EXPECT_THAT(arrivals(log), ElementsAre(0, 0.052, 14 * 86400.0 + 1));
  EXPECT_THAT(prompts(log), ElementsAre(4808, 3180, 110));
  EXPECT_THAT(outputs(log), ElementsAre(10, 8, 27));
  EXPECT_THAT(log.warnings, ElementsAre());
}

TEST(RequestsReader, CountsLeapDays) {
  const std::string header = "time,input_tokens,output_tokens\n";
  EXPECT_THAT(arrivals(read(header + "2024-02-28T00:00:00Z,1,1\n2024-03-01T00:00:00Z,1,1\n")),
              ElementsAre(0, 2 * 86400.0));
  EXPECT_THAT(arrivals(read(header + "2023-02-28T00:00:00Z,1,1\n2023-03-01T00:00:00Z,1,1\n")), ElementsAre(0, 86400.0));
  EXPECT_THAT(arrivals(read(header + "2100-02-28T00:00:00Z,1,1\n2100-03-01T00:00:00Z,1,1\n")), ElementsAre(0, 86400.0));
  EXPECT_THAT(arrivals(read(header + "2000-02-28T00:00:00Z,1,1\n2000-03-01T00:00:00Z,1,1\n")),
              ElementsAre(0, 2 * 86400.0));
  EXPECT_THAT(arrivals(read(header + "2023-12-31T23:00:00+01:00,1,1\n2024-01-01T00:00:00-00:30,1,1\n")),
              ElementsAre(0, 2.5 * 3600));
}

TEST(RequestsReader, KeepsRelativeTimesAsTheyAre) {
  const RequestLog log = read("arrived_at_s,input_tokens,output_tokens\n0.25,10,2\n3.5,7,1\n");
  EXPECT_EQ(log.format, "csv");
  EXPECT_THAT(arrivals(log), ElementsAre(0.25, 3.5));
  EXPECT_THAT(arrivals(read("time_ms\tprompt tokens\toutput tokens\n250\t10\t2\n1e3\t7\t1\n")), ElementsAre(0.25, 1));
}

TEST(RequestsReader, TakesUnixTimesAsAClock) {
  EXPECT_THAT(arrivals(read("timestamp,input_tokens,output_tokens\n1700000000.5,10,2\n1700000002,7,1\n")),
              ElementsAre(0, 1.5));
}

TEST(RequestsReader, ReadsVidurWithAndWithoutArrivals) {
  const RequestLog log =
      read("arrived_at,num_prefill_tokens,num_decode_tokens,prefill_inflated\n0.0,374,44,0\n4.5,396,109,1\n");
  EXPECT_EQ(log.format, "vidur");
  EXPECT_TRUE(log.has_arrivals);
  EXPECT_THAT(arrivals(log), ElementsAre(0, 4.5));
  const RequestLog lengths =
      read("num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n3772,54,3826,69.8\n");
  EXPECT_FALSE(lengths.has_arrivals);
  EXPECT_THAT(prompts(lengths), ElementsAre(3772));
}

TEST(RequestsReader, ReadsNamesAndPriorities) {
  const RequestLog log = read(
      "time,User,Model,Priority,Request tokens,Response tokens\n"
      "0,ann,\"big, slow\",-1,10,20\n1,bob,small,2,11,21\n2,ann,small,2,12.0,22\n");
  EXPECT_THAT(log.requests.tenants, ElementsAre("ann", "bob"));
  EXPECT_THAT(log.requests.models, ElementsAre("big, slow", "small"));
  EXPECT_EQ(log.requests.list[0].priority, -1);
  EXPECT_EQ(log.requests.list[2].tenant, 0);
  EXPECT_EQ(log.requests.list[2].model, 1);
  EXPECT_EQ(log.requests.list[2].prompt, 12u);
}

TEST(RequestsReader, LeavesOutFailedRequestsAndSorts) {
  const RequestLog log = read("time,input_tokens,output_tokens\n5,10,1\n3,11,0\n4,12,1\n4,13,1\n");
  EXPECT_THAT(prompts(log), ElementsAre(12, 13, 10));
  EXPECT_THAT(log.warnings, ElementsAre(HasSubstr("1 requests without prompt or output"), HasSubstr("sorted")));
}

TEST(RequestsReader, ReadsMooncakeBlocks) {
  const RequestLog log = read(R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0, 7]}
{"timestamp": 3000, "input_length": 512, "output_length": 6, "hash_ids": [0]}

{"timestamp": 3001, "input_length": 1025, "output_length": 7, "hash_ids": [0, 8, 9]})");
  EXPECT_EQ(log.format, "mooncake");
  EXPECT_THAT(arrivals(log), ElementsAre(0, 3, 3.001));
  EXPECT_EQ(log.requests.block_tokens, 512u);
  EXPECT_THAT(log.requests.blocks_of(log.requests.list[2]), ElementsAre(0, 8, 9));
  EXPECT_THAT(log.requests.blocks_of(log.requests.list[1]), ElementsAre(0));
}

TEST(RequestsReader, ReadsMooncakeWithOtherBlocks) {
  const RequestLog log = read(R"({"timestamp": 0, "input_length": 33, "output_length": 5, "hash_ids": [1, 2, 3]})");
  EXPECT_EQ(log.requests.block_tokens, 16u);
}

TEST(RequestsReader, ReadsBenchmarkLogs) {
  const std::string text =
      R"({"request_id": "a", "input_toks": 10, "output_toks": 3, "arrival_time": 1777142838.25, "queued_ts": 100.5}
{"request_id": "b", "input_toks": 11, "output_toks": 4, "arrival_time": 1777142838.5, "queued_ts": 101.75})";
  EXPECT_EQ(read(text).format, "vllm-log");
  EXPECT_THAT(arrivals(read(text)), ElementsAre(0, 0.25));
  EXPECT_THAT(arrivals(read(text, {.format = "vllm-queued"})), ElementsAre(0, 1.25));
}

TEST(RequestsReader, MakesBlocksOfTokenIds) {
  // 40 and 36 tokens, the first 32 of which agree: two full blocks of 16 are shared.
  std::string first = "[";
  std::string second = "[";
  for (int i = 0; i < 40; ++i) first += std::to_string(i) + (i < 39 ? "," : "]");
  for (int i = 0; i < 36; ++i) second += std::to_string(i < 32 ? i : 99 + i) + (i < 35 ? "," : "]");
  const RequestLog log =
      read(R"({"input_toks": 40, "output_toks": 1, "arrival_time_ns": 46926808, "input_tok_ids": )" + first + "}\n" +
           R"({"input_toks": 36, "output_toks": 1, "arrival_time_ns": 50000000, "input_tok_ids": )" + second + "}\n");
  EXPECT_THAT(arrivals(log), ElementsAre(0.046926808, 0.05));
  const Requests& requests = log.requests;
  ASSERT_EQ(prefix_block_count(requests, requests.list[0], 16), 2u);
  ASSERT_EQ(prefix_block_count(requests, requests.list[1], 16), 2u);
  for (std::uint32_t i = 0; i < 2; ++i) {
    EXPECT_EQ(prefix_block(requests, requests.list[0], 16, i), prefix_block(requests, requests.list[1], 16, i));
  }
  EXPECT_NE(requests.blocks_of(requests.list[0])[2], requests.blocks_of(requests.list[1])[2]);
}

TEST(RequestsReader, BlocksOfTokenIdsKnowWhatIsBeforeThem) {
  // All but the first of 20 tokens agree: no block does.
  std::string tail;
  for (int i = 1; i < 20; ++i) tail += "," + std::to_string(i);
  const std::string front = R"({"input_toks": 20, "output_toks": 1, "arrival_time": 5, "input_tok_ids": [)";
  const RequestLog log = read(front + "7" + tail + "]}\n" + front + "8" + tail + "]}\n");
  const auto one = log.requests.blocks_of(log.requests.list[0]);
  const auto other = log.requests.blocks_of(log.requests.list[1]);
  ASSERT_EQ(one.size(), 2u);
  EXPECT_NE(one[0], other[0]);
  EXPECT_NE(one[1], other[1]);
}

TEST(RequestsReader, ReadsResultsOfVllmBenchServe) {
  // The third request failed: it has no output.
  const std::string text = R"({
  "date": "20250801", "model_id": "llama", "completed": 2, "total_input_tokens": 21,
  "input_lens": [10, 11, 12], "output_lens": [3, 4, 0], "start_times": [5000.25, 5001.5, 5002.0],
  "errors": ["", "", "timeout"], "ttfts": [0.1, 0.2, 0.0]
})";
  const RequestLog log = read(text);
  EXPECT_EQ(log.format, "vllm-bench");
  EXPECT_THAT(arrivals(log), ElementsAre(0, 1.25));
  EXPECT_THAT(log.requests.models, ElementsAre("llama"));
  EXPECT_FALSE(read(R"({"input_lens": [10], "output_lens": [3]})").has_arrivals);
  EXPECT_THAT(problem(R"({"completed": 2, "total_input_tokens": 21})"), HasSubstr("--save-detailed"));
  EXPECT_THAT(problem(R"({"input_lens": [10], "output_lens": [3, 4]})"), HasSubstr("differ in length"));
}

TEST(RequestsReader, ReadsOpenAiLogs) {
  const RequestLog log = read(
      R"({"created": 1700000001, "model": "m", "user": "ann", "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
{"response": {"created": 1700000001, "model": "m", "usage": {"prompt_tokens": 11, "completion_tokens": 4}}, "user": "bob"}
{"response": {"body": {"created": 1700000000, "model": "n", "usage": {"input_tokens": 12, "output_tokens": 5}}}}
{"created": 1700000003, "error": "overloaded", "usage": null})");
  EXPECT_EQ(log.format, "openai");
  EXPECT_THAT(prompts(log), ElementsAre(12, 10, 11));
  EXPECT_THAT(arrivals(log), ElementsAre(0, 1, 1.5));  // two requests in one second, spread over it
  EXPECT_THAT(log.requests.tenants, ElementsAre("ann", "bob", "all"));
  EXPECT_THAT(log.requests.models, ElementsAre("m", "n"));
  EXPECT_EQ(log.warnings.size(), 3u);
  const std::string usage = R"("usage": {"prompt_tokens": 10, "completion_tokens": 3}})";
  EXPECT_THAT(arrivals(read(R"({"timestamp": "2025-01-02T03:04:05.25Z", )" + usage + "\n" +
                            R"({"timestamp": "2025-01-02T03:04:06Z", )" + usage)),
              ElementsAre(0, 0.75));
  EXPECT_THAT(
      arrivals(read(R"({"timestamp": 1700000000250, )" + usage + "\n" + R"({"timestamp": 1700000001000, )" + usage)),
      ElementsAre(0, 0.75));
}

TEST(RequestsReader, SeesThroughZstd) {
  const std::string text = "time,input_tokens,output_tokens\n0,10,1\n1,11,2\n";
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  EXPECT_THAT(prompts(read(packed)), ElementsAre(10, 11));
  EXPECT_THAT(problem(packed.substr(0, packed.size() - 5)), HasSubstr("zstd"));
}

TEST(RequestsReader, StopsAtTheLimit) {
  const std::string text = "time,input_tokens,output_tokens\n0,10,1\n1,11,2\n2,broken,3\n";
  EXPECT_THAT(prompts(read(text, {.limit = 2})), ElementsAre(10, 11));
  EXPECT_THAT(problem(text), HasSubstr("log:4"));
  EXPECT_THAT(problem(text, {.limit = 0}), HasSubstr("at least 1"));
}

TEST(RequestsReader, SaysWhatIsWrongAndWhere) {
  const std::string header = "time,input_tokens,output_tokens\n";
  EXPECT_THAT(problem(""), HasSubstr("holds no requests"));
  EXPECT_THAT(problem("\n# nothing\n"), HasSubstr("holds no requests"));
  EXPECT_THAT(problem("hello\nworld\n"), HasSubstr("no log of requests that is known"));
  EXPECT_THAT(problem("time,key,size\n1,2,3\n"), HasSubstr("azure, vidur, mooncake"));
  EXPECT_THAT(problem(header), HasSubstr("holds no requests"));
  EXPECT_THAT(problem(header + "0,1,1\n1,2\n"), HasSubstr("log:3: 2 fields, where the header has 3"));
  EXPECT_THAT(problem(header + "0,1.5,1\n"), HasSubstr("log:2: a prompt of 1.5 is no number of tokens"));
  EXPECT_THAT(problem(header + "0,1,-1\n"), HasSubstr("an output of -1"));
  EXPECT_THAT(problem(header + "0,1e30,1\n"), HasSubstr("a prompt of 1e+30"));
  EXPECT_THAT(problem(header + "nan,1,1\n"), HasSubstr("not finite"));
  EXPECT_THAT(problem(header + "2023-13-01 00:00:00,1,1\n"), HasSubstr("is no time"));
  EXPECT_THAT(problem(header + "0,1,0\n"), HasSubstr("none of its 1 requests"));
  EXPECT_THAT(problem(header + "0,1,1\n", {.format = "azur"}), HasSubstr("did you mean 'azure'"));
  EXPECT_THAT(problem(header + "0,1,1\n", {.format = "azure"}), HasSubstr("TIMESTAMP,ContextTokens"));
  EXPECT_THAT(problem("time,size\n1,2\n", {.format = "csv"}), HasSubstr("name it 'input_tokens'"));
  const std::string line = R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0, 7]})";
  EXPECT_THAT(problem(line + "\n{\"timestamp\": 0"), HasSubstr("log:2: is no JSON near column"));
  EXPECT_THAT(problem(line + "\n[1]"), HasSubstr("log:2: is no JSON object"));
  EXPECT_THAT(problem(line + "\n{\"timestamp\": 1e999}"), HasSubstr("log:2: has a number above 1.7e308"));
  EXPECT_THAT(problem(line + "\n{\"timestamp\": 0}"), HasSubstr("log:2: has no number 'input_length'"));
  EXPECT_THAT(problem(line + "\n" + R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0]})"),
              HasSubstr("1 hash_ids for a prompt of 600 tokens; blocks of 512 tokens need 2"));
  EXPECT_THAT(problem(R"({"usage": {"prompt_tokens": 1, "completion_tokens": 1}})"), HasSubstr("has no 'created'"));
}

}  // namespace
}  // namespace syswright::llm_serving
