#include "domains/llm_serving/step_time_roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "domains/llm_serving/power.h"
#include "tests/domains/llm_serving/step_time_samples.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

RooflineOptions options_of(const char* gpu, const char* model, std::uint32_t degree = 1) {
  return {.gpu = built_in_cards().gpu(gpu), .model = built_in_cards().model(model), .degree = degree};
}

double seconds(const RooflineOptions& options, const StepShape& shape) {
  return make_roofline_step_time(options)->seconds(shape);
}

TEST(RooflineStepTime, DecodingAloneStreamsWeightsAndCache) {
  // All weights but the embedding table once, and the KV cache of 16 sequences of 1,000 tokens, at 85 % of 3.35 TB/s;
  // 32 · 10 + 3 kernels of 2.5 us. Activations add about 1 %.
  const RooflineOptions options = options_of("H100", "Llama-3.1-8B");
  const double weights = (options.model.parameters() - options.model.head_parameters()) * 2;
  const double cache = 16'000 * 131'072.0;
  const double expected = (weights + cache) / (0.85 * 3.35e12) + 323 * 2.5e-6;
  EXPECT_NEAR(seconds(options, decoding(16, 1000)), expected, 0.015 * expected);
}

TEST(RooflineStepTime, ALongPromptIsBoundByArithmetic) {
  // 2 FLOP a parameter and token in the products at 75 % of peak, attention 4 · 4096²/2 · 4096 FLOP a layer at 45 %;
  // elementwise parts and kernels add a tenth.
  const RooflineOptions options = options_of("H100", "Llama-3.1-8B");
  const double products = 2 * 4096.0 * (options.model.parameters() - 2 * options.model.head_parameters());
  const double attention = 32 * 4 * 4096.0 * 4096 / 2 * 4096;
  const double expected = products / (0.75 * 989.4e12) + attention / (0.45 * 989.4e12);
  const double time = seconds(options, prefilling(4096));
  EXPECT_GT(time, expected);
  EXPECT_LT(time, 1.13 * expected);
}

TEST(RooflineStepTime, ChunksLookAtTheirPastAndAtThemselves) {
  const StepWork work(built_in_cards().model("Llama-3.1-8B"), 1);
  StepShape shape = prefilling(100, 900);
  EXPECT_DOUBLE_EQ(work.prefill_attention(shape).flops, 4.0 * 100 * (900 + 50) * 4096);
  shape.prefills = 2;  // of 50 tokens each
  EXPECT_DOUBLE_EQ(work.prefill_attention(shape).flops, 4.0 * 100 * (900 + 25) * 4096);
}

TEST(RooflineStepTime, TokensOfExpertsTouchMoreAndMoreOfThem) {
  const StepWork work(built_in_cards().model("Mixtral-8x7B"), 1);
  EXPECT_NEAR(work.experts_read(1), 2, 1e-9);
  EXPECT_NEAR(work.experts_read(2), 8 * (1 - 0.75 * 0.75),
              1e-9);  // the second token draws a known one a quarter of the time
  EXPECT_NEAR(work.experts_read(500), 8, 1e-9);
  const RooflineOptions options = options_of("H100", "Mixtral-8x7B", 2);
  EXPECT_GT(seconds(options, decoding(16, 100)), 2.5 * seconds(options, decoding(1, 100)));
}

TEST(RooflineStepTime, MoreGpusDivideTheWorkButNotTheLatency) {
  const StepShape shape = prefilling(2048);
  const double one = seconds(options_of("A100-80", "Llama-2-13B"), shape);
  const double four = seconds(options_of("A100-80", "Llama-2-13B", 4), shape);
  EXPECT_GT(four, one / 4);
  EXPECT_LT(four, one / 2);
  RooflineOptions slow = options_of("A100-80", "Llama-2-13B", 4);
  slow.gpu.link /= 10;
  // 40 layers · 2 all-reduces · 2 · 3/4 · 2048 · 5120 · 2 bytes at 75 % of 30 instead of 300 GB/s.
  const double bytes = 40 * 2 * 1.5 * 2048 * 5120 * 2;
  EXPECT_NEAR(seconds(slow, shape) - four, bytes / 0.75 * (1 / 30e9 - 1 / 300e9), 1e-6);
}

TEST(RooflineStepTime, TheRoomForKvIsWhatVllmReports) {
  // Kwon et al., SOSP 2023, table 1: OPT-13B (the KV size of Llama-2-13B) on an A100 of 40 GB has 15.7 K slots; its
  // Figure 1 keeps about 30 % of memory for them. Our plan takes activations and context off as well.
  const std::uint64_t tokens = make_roofline_step_time(options_of("A100-40", "Llama-2-13B"))->kv_tokens();
  EXPECT_GT(tokens, 12'000u);
  EXPECT_LT(tokens, 16'000u);
  RooflineOptions small = options_of("A100-40", "Llama-2-13B");
  small.model.kv_bytes = 1;
  EXPECT_NEAR(double(make_roofline_step_time(small)->kv_tokens()), 2.0 * tokens, 2);
  // Four KV heads on eight GPUs stand twice: a token takes a quarter of its bytes on each, not an eighth.
  const ModelCard& qwen = built_in_cards().model("Qwen3-30B-A3B");
  EXPECT_EQ(StepWork(qwen, 8).kv_heads(), 1);
  EXPECT_EQ(StepWork(qwen, 4).kv_heads(), 1);
}

TEST(RooflineStepTime, EnergyLiesBetweenIdleAndTheLimit) {
  const StepTimePtr step = make_roofline_step_time(options_of("A100-80", "Llama-3.1-8B", 2));
  EXPECT_EQ(step->idle_watts(), 120);
  const auto watts = [&](const StepShape& shape) {
    return step->joules(shape, step->seconds(shape)) / step->seconds(shape);
  };
  EXPECT_GT(watts(decoding(1, 100)), 120);
  EXPECT_GT(watts(prefilling(4096)), watts(decoding(1, 100)));
  EXPECT_LT(watts(prefilling(4096)), 800);
  // A step that the host holds up costs the same work, and idle watts for the wait.
  EXPECT_NEAR(step->joules(decoding(8, 100), 1.0) - step->joules(decoding(8, 100), 0.5), 60, 1e-6);
  // By hand: 1e12 FLOP are 0.1 of a second at 1e13; 1e10 bytes are 0.06 at 1e11 and a share of 0.6.
  PowerModel power{.gpu = {}, .flops = 1e13, .memory_share = 0.6, .degree = 2};
  power.gpu.bandwidth = 1e11;
  power.gpu.watts = 300;
  power.gpu.idle_watts = 100;
  EXPECT_NEAR(power.joules({1e12, 1e10}, 1), 2 * (100 + 200 * (0.1 + 0.06)), 1e-9);
  EXPECT_NEAR(power.joules({1e15, 1e10}, 1), 2 * 300, 1e-9);
  power.gpu.watts = 0;
  EXPECT_EQ(power.joules({1e12, 1e10}, 1), 0);
}

TEST(RooflineStepTime, WhatCannotRunIsRefused) {
  const auto error = [](RooflineOptions options) {
    return step_time_error_of([&] { make_roofline_step_time(options); });
  };
  EXPECT_THAT(
      error(options_of("A10", "Llama-2-13B")),
      HasSubstr("26.0 GB of weights of 'Llama-2-13B' leave no room for KV cache on 1 x A10; take at least 'A10x2'"));
  EXPECT_THAT(error(options_of("H100", "Llama-3.1-8B", 3)), HasSubstr("cannot be split over 3 GPUs"));
  RooflineOptions options = options_of("H100", "Llama-3.1-8B");
  options.efficiency.bandwidth = 1.01;
  EXPECT_THAT(error(options), HasSubstr("the share of peak bandwidth that is reached is 1.01"));
  options.efficiency.bandwidth = 1;
  EXPECT_EQ(error(options), "no error");
  options.degree = 2;
  options.gpu.link = 0;
  EXPECT_THAT(error(options), HasSubstr("has no link"));
}

}  // namespace
}  // namespace syswright::llm_serving
