#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "domains/llm_serving/cards.h"
#include "tests/domains/llm_serving/step_time_samples.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

// Parameters as the models' publishers state them, in billions.
TEST(StepTimeCards, ParametersAreThoseOfThePublishedModels) {
  const std::vector<std::pair<const char*, double>> published{
      {"Llama-2-7B", 6.738},     {"Llama-2-13B", 13.016},     {"Llama-2-70B", 68.977},   {"Llama-3.1-8B", 8.030},
      {"Llama-3.1-70B", 70.554}, {"Llama-3.1-405B", 405.853}, {"Llama-3.2-1B", 1.236},   {"Llama-3.2-3B", 3.213},
      {"Mistral-7B", 7.242},     {"Mixtral-8x7B", 46.703},    {"Mixtral-8x22B", 140.63}, {"Qwen2.5-7B", 7.616},
      {"Qwen2.5-72B", 72.706},   {"Qwen3-8B", 8.191},         {"Qwen3-32B", 32.762},     {"Qwen3-30B-A3B", 30.532},
      {"Yi-34B", 34.389},        {"Phi-3-mini", 3.821},       {"Qwen2.5-0.5B", 0.494}};
  for (const auto& [name, billions] : published) {
    EXPECT_NEAR(built_in_cards().model(name).parameters() / 1e9, billions, 0.001 * billions) << name;
  }
}

TEST(StepTimeCards, KvBytesOfATokenAreTwoVectorsALayer) {
  // 2 (keys, values) · 32 layers · 8 heads · 128 · 2 bytes = 128 KiB; 40 · 40 · 128 · 4 = 800 KiB, as the vLLM paper
  // has it.
  EXPECT_EQ(built_in_cards().model("Llama-3.1-8B").kv_bytes_per_token(), 131'072);
  EXPECT_EQ(built_in_cards().model("Llama-2-13B").kv_bytes_per_token(), 819'200);
}

TEST(StepTimeCards, NamesAreReadAsPeopleWriteThem) {
  EXPECT_EQ(built_in_cards().model("meta-llama/Llama-3.1-8B").name, "Llama-3.1-8B");
  EXPECT_EQ(built_in_cards().gpu("rtxpro6000").name, "RTX PRO 6000");
  EXPECT_EQ(built_in_cards().gpu("a100_80").name, "A100-80");
  EXPECT_EQ(built_in_cards().find_gpu("Z80"), nullptr);
  EXPECT_THAT(step_time_error_of([] { built_in_cards().gpu("H10O"); }),
              HasSubstr("unknown GPU 'H10O'; did you mean 'H100'?"));
  EXPECT_THAT(step_time_error_of([] { built_in_cards().model("Llama-3.1-9B"); }),
              HasSubstr("unknown model 'Llama-3.1-9B'; did you mean 'Llama-3.1-8B'?"));
}

TEST(StepTimeCards, EveryGpuIsPossible) {
  for (const GpuCard& gpu : built_in_cards().gpus()) {
    EXPECT_GT(gpu.flops_16 / gpu.bandwidth, 25) << gpu.name;  // FLOP a byte: compute has outgrown memory everywhere
    EXPECT_LT(gpu.flops_16 / gpu.bandwidth, 450) << gpu.name;
    EXPECT_GT(gpu.link, 0) << gpu.name;
    EXPECT_LT(gpu.idle_watts, 0.3 * gpu.watts) << gpu.name;
    EXPECT_FALSE(gpu.source.empty()) << gpu.name;
  }
}

TEST(StepTimeCards, AFileAddsAndReplacesCards) {
  const SampleFolder folder;
  Cards cards = built_in_cards();
  read_cards(folder.write("cards.json", R"({"gpus": [{"name": "H100-slow", "like": "H100", "bandwidth_gb_s": 1000,
      "kernel_us": 4}, {"name": "H100", "tflops_16": 1, "bandwidth_gb_s": 2, "memory_gib": 3}],
      "models": [{"name": "Llama-3.1-8B-fp8", "like": "Llama-3.1-8B", "weight_bytes": 1}]})"),
             cards);
  EXPECT_EQ(cards.gpu("H100-slow").bandwidth, 1e12);
  EXPECT_EQ(cards.gpu("H100-slow").kernel, 4e-6);
  EXPECT_EQ(cards.gpu("H100-slow").flops_16, 989.4e12);
  EXPECT_EQ(cards.gpu("H100").flops_16, 1e12);
  EXPECT_EQ(cards.gpu("H100").memory, 3.0 * (1 << 30));
  EXPECT_EQ(cards.model("Llama-3.1-8B-fp8").bytes(), built_in_cards().model("Llama-3.1-8B").bytes() / 2);
}

TEST(StepTimeCards, AFileOfCardsIsReadStrictly) {
  const SampleFolder folder;
  const auto error = [&](const std::string& text) {
    const std::string path = folder.write("cards.json", text);
    return step_time_error_of([&] {
      Cards cards = built_in_cards();
      read_cards(path, cards);
    });
  };
  EXPECT_THAT(error("{"), HasSubstr("cards.json: this is not JSON"));
  EXPECT_THAT(error("[]"), HasSubstr("a JSON object is expected"));
  EXPECT_THAT(error(R"({"gpu": []})"), HasSubstr("unknown key 'gpu'"));
  EXPECT_THAT(error(R"({"gpus": {}})"), HasSubstr("'gpus' is not a list"));
  EXPECT_THAT(error(R"({"gpus": [{"name": "X", "like": "H100", "wats": 3}]})"),
              HasSubstr("card 1 of 'gpus': unknown key 'wats'; did you mean 'watts'?"));
  EXPECT_THAT(error(R"({"gpus": [{"name": "X", "tflops_16": 3}]})"), HasSubstr("GPU 'X': its bandwidth is 0"));
  EXPECT_THAT(error(R"({"gpus": [{"like": "H100"}]})"), HasSubstr("has no name"));
  EXPECT_THAT(error(R"({"gpus": [{"name": "X", "like": "H101"}]})"), HasSubstr("did you mean 'H100'?"));
  EXPECT_THAT(error(R"({"gpus": [{"name": "X", "like": "H100", "watts": "700"}]})"), HasSubstr("is not a number"));
  EXPECT_THAT(error(R"({"gpus": [{"name": "X", "like": "H100", "idle_watts": 900}]})"), HasSubstr("900 W idle"));
  EXPECT_THAT(error(R"({"models": [{"name": "Y", "like": "Llama-3-8B", "kv_heads": 7}]})"),
              HasSubstr("7 KV heads do not divide 32 heads"));
  EXPECT_THAT(error(R"({"models": [{"name": "Y", "like": "Llama-3-8B", "layers": 2.5}]})"),
              HasSubstr("2.5 is not a whole number"));
  EXPECT_THAT(error(R"({"models": [{"name": "Y", "like": "Llama-3-8B", "experts": 4, "active_experts": 5}]})"),
              HasSubstr("5 of 4 experts"));
}

TEST(StepTimeCards, AModelIsReadFromItsConfiguration) {
  const SampleFolder folder;
  const ModelCard dense = read_model_config(folder.write(
      "tiny/config.json", R"({"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 8, "vocab_size": 100,
      "intermediate_size": 96, "num_key_value_heads": null, "tie_word_embeddings": true})"));
  EXPECT_EQ(dense.name, "tiny");
  EXPECT_EQ(dense.kv_heads, 8u);
  EXPECT_EQ(dense.head_size, 8u);
  // Two layers of 4 · 64 · 64 attention, 3 · 64 · 96 gate, up and down, 2 · 64 norms; a last norm and one embedding.
  EXPECT_EQ(dense.parameters(), 2 * (4 * 64 * 64 + 3 * 64 * 96 + 2 * 64) + 64 + 6400);
  const ModelCard experts = read_model_config(folder.write(
      "moe/config.json", R"({"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 8, "head_dim": 16,
      "num_key_value_heads": 2, "vocab_size": 100, "intermediate_size": 96, "moe_intermediate_size": 32,
      "num_experts": 4, "num_experts_per_tok": 2, "torch_dtype": "float32"})"));
  EXPECT_EQ(experts.ffn, 32u);
  EXPECT_EQ(experts.active_experts, 2u);
  EXPECT_EQ(experts.kv_bytes_per_token(), 2 * 2 * 2 * 16 * 4);
  EXPECT_THAT(step_time_error_of([&] { read_model_config(folder.write("c.json", R"({"hidden_size": 64})")); }),
              HasSubstr("c.json: there is no 'num_hidden_layers'"));
  EXPECT_THAT(step_time_error_of([&] { read_model_config(folder.write("c.json", R"({"kv_lora_rank": 512})")); }),
              HasSubstr("MLA"));
}

}  // namespace
}  // namespace syswright::llm_serving
