#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domains/llm_serving/workload.h"
#include "policy/compile.h"

// `--check on`: what a run verifies as it goes.
namespace syswright::llm_serving {
namespace {

ScenarioPtr crowded(const std::string& check) {
  const ServingDomain domain;
  const auto workload = domain.open({.options = {{"generate", "poisson:8/s sharegpt requests=200"},
                                                 {"seeds", "1"},
                                                 {"hardware", "linear:30ms,0.2ms,0.19ms,11.6ms"},
                                                 {"replicas", "1"},
                                                 {"kv-blocks", "200"},
                                                 {"max-running", "2"},
                                                 {"check", check}}});
  return workload->scenarios().front();
}

Evaluation evaluated(const std::string& rule, const std::string& check) {
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{ServingDomain().signature()};
  const std::string text = "policy fair for llm_serving { rank order(waited, prompt) { " + rule + " } }";
  return crowded(check)->evaluate(Policy::of(policy::compile(text, "fair.pol", signatures)), {});
}

const std::string stated = "ensure starves none beyond 3 rounds as waited grows by 1s; ";

TEST(ServingCheck, ARuleThatKeepsWhatItStatesRunsAsWithoutIt) {
  const std::string rule = stated + "return min(waited, 1h) / 1s - min(prompt, 2);";
  EXPECT_EQ(evaluated(rule, "on").metrics, evaluated(rule, "off").metrics);
}

TEST(ServingCheck, ARuleThatStarvesARequestAgainstItsWordIsStopped) {
  const std::string rule = stated + "return waited / 1000h - prompt;";
  EXPECT_EQ(evaluated(rule, "off").status, Evaluation::Status::ok);
  try {
    evaluated(rule, "on");
    FAIL() << "the shortest prompt first makes long ones wait for ever";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("starves none beyond 3 rounds"));
  }
}

}  // namespace
}  // namespace syswright::llm_serving
