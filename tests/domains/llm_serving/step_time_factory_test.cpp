#include "domains/llm_serving/step_time_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/llm_serving/step_time_linear.h"
#include "tests/domains/llm_serving/step_time_samples.h"

namespace syswright::llm_serving {
namespace {

using testing::HasSubstr;

TEST(StepTimeFactory, GpusAreWrittenWithTheirNumber) {
  const auto made = [](const char* hardware) { return make_step_time({.hardware = hardware})->digest(); };
  EXPECT_EQ(made("H100"), made("h100x1"));
  EXPECT_EQ(made("H100x4"), made("H100×4"));
  EXPECT_NE(made("H100x4"), made("H100x2"));
  EXPECT_EQ(make_step_time({.hardware = "MI300X"})->idle_watts(), 140);
  EXPECT_EQ(make_step_time({.hardware = "MI300Xx8"})->idle_watts(), 8 * 140);
}

TEST(StepTimeFactory, SettingsOverruleTheCard) {
  const StepTimePtr plain = make_step_time({.hardware = "L40S"});
  const StepTimePtr light = make_step_time({.hardware = "L40S", .weight_bytes = 1, .kv_bytes = 1});
  EXPECT_GT(light->kv_tokens(), 2 * plain->kv_tokens());
  EXPECT_EQ(light->kv_bytes_per_token(), plain->kv_bytes_per_token() / 2);
  EXPECT_LT(light->seconds(decoding(1, 100)), 0.6 * plain->seconds(decoding(1, 100)));
  const StepTimePtr small = make_step_time({.hardware = "L40S", .kv_tokens = 53'248});
  EXPECT_EQ(small->kv_tokens(), 53'248u);
  EXPECT_EQ(small->seconds(decoding(3, 70)), plain->seconds(decoding(3, 70)));
  EXPECT_EQ(small->idle_watts(), plain->idle_watts());
  EXPECT_NE(small->digest(), plain->digest());
}

TEST(StepTimeFactory, CardsComeFromAFile) {
  const SampleFolder folder;
  const std::string cards =
      folder.write("cards.json", R"({"gpus": [{"name": "Mine", "like": "H100", "idle_watts": 5}]})");
  EXPECT_EQ(make_step_time({.hardware = "Minex2", .cards = cards})->idle_watts(), 10);
  const std::string config = folder.write("own/config.json", R"({"num_hidden_layers": 2, "hidden_size": 64,
      "num_attention_heads": 8, "vocab_size": 100, "intermediate_size": 96})");
  EXPECT_EQ(make_step_time({.hardware = "T4", .model = config})->kv_bytes_per_token(), 2 * 2 * 64 * 2);
}

TEST(StepTimeFactory, ALinearRuleIsAsWritten) {
  const StepTimePtr step =
      make_step_time({.hardware = "linear:30ms,0.2ms,0.19ms,11.6ms", .model = "Llama-3-8B", .kv_tokens = 53'248});
  // 10 decodes of 2,662.4 tokens fill half of the cache.
  EXPECT_NEAR(step->seconds({.decodes = 10, .decode_tokens = 10, .decode_kv_mean = 2662.4}), 0.030 + 0.002 + 0.0058,
              1e-12);
  // A chunk of 100 with 432.48 tokens before it takes a hundredth of the cache.
  EXPECT_NEAR(step->seconds({.prefill_tokens = 100, .prefills = 1, .prefill_past = 432.48}), 0.030 + 0.019 + 0.000116,
              1e-12);
  EXPECT_EQ(step->kv_tokens(), 53'248u);
  EXPECT_EQ(step->kv_bytes_per_token(), 131'072);
  EXPECT_EQ(step->joules(decoding(1, 1), 1), 0);
  EXPECT_EQ(make_step_time({.hardware = "linear:30ms,0s,0s,0s", .model = ""})->kv_bytes_per_token(), 0);
}

TEST(StepTimeFactory, ErrorsNameWhatThereIs) {
  const auto error = [](const StepTimeSpec& spec) { return step_time_error_of([&] { make_step_time(spec); }); };
  EXPECT_THAT(error({.hardware = "H101"}),
              testing::AllOf(HasSubstr("unknown GPU 'H101'; did you mean 'H100'?"), HasSubstr("'measured:FOLDER'")));
  EXPECT_THAT(error({.hardware = "H100x0"}), HasSubstr("hardware 'H100x0' has no GPUs"));
  EXPECT_THAT(error({.model = "Lama-3.1-8B"}), HasSubstr("did you mean 'Llama-3.1-8B'?"));
  EXPECT_THAT(error({.hardware = "linear:1s,2s"}), HasSubstr("has 2 times; it takes four"));
  EXPECT_THAT(error({.hardware = "linear:1,2s,1s,0s"}), HasSubstr("hardware: '1' is not"));
  EXPECT_THAT(error({.hardware = "linear:30ms,0.2ms,0.19ms,11.6ms"}), HasSubstr("needs its capacity"));
  EXPECT_THAT(error({.hardware = "linear:0s,0s,0s,0s"}), HasSubstr("would never end"));
  EXPECT_THAT(error({.hardware = "linear:0s,0s,1s,0s"}), HasSubstr("needs a base"));
  EXPECT_THAT(error({.hardware = "measured:/nowhere"}), HasSubstr("/nowhere: there is no such folder"));
  EXPECT_THAT(error({.hardware = "measured:/nowhere", .kv_bytes = 1}), HasSubstr("leave their bytes away"));
  EXPECT_THAT(step_time_error_of([] { make_linear_step_time({.base = -1}); }), HasSubstr("none may be negative"));
}

}  // namespace
}  // namespace syswright::llm_serving
