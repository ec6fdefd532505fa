#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/llm_serving/workload.h"

namespace syswright::llm_serving {
namespace {

TEST(ServingPlaythrough, IsTheOneOnFile) {
  const ServingDomain domain;
  const auto workload = domain.open({.options = {{"generate", "poisson:4/s sharegpt requests=24"},
                                                 {"seeds", "1"},
                                                 {"hardware", "linear:30ms,0.2ms,0.19ms,11.6ms"},
                                                 {"replicas", "2"},
                                                 {"max-replicas", "3"},
                                                 {"scaling-interval", "5s"},
                                                 {"start-up", "2s"},
                                                 {"kv-blocks", "60"},
                                                 {"max-running", "4"},
                                                 {"token-budget", "256"},
                                                 {"context", "800"},
                                                 {"predictor", "0.3"}},
                                     .seed = 3});
  const ScenarioPtr scenario = workload->scenarios().front();
  std::string text = "scenario " + scenario->label() + "\n";
  text += contract::play(domain, *scenario, R"(
policy room_first for llm_serving {
  stat usual = mean(answer, 16);
  rank route(allocated, pending_tokens, block_size) { return -(allocated + pending_tokens / block_size); }
  value admit(allocated, prompt, block_size, capacity) {
    return allocated + (prompt + usual) / block_size <= capacity ? release : hold;
  }
  rank order(prompt, waited) { return waited / 1s - prompt / 64; }
})",
                         14, 16, 3);
  text += contract::play(domain, *scenario, R"(
policy long_waits_first for llm_serving {
  rank order(waited, restarts) { return waited / 1s + restarts; }
})",
                         5, 6, 3);
  text += contract::play(domain, *scenario, R"(
policy spare_the_long for llm_serving {
  rank victim(computed) { return -computed; }
})",
                         0, 1, 3);
  text += contract::play(domain, *scenario, R"(
policy by_losses for llm_serving {
  stat losses = mean(preemption, 8);
  value scale(wanted, occupancy) { return occupancy > 0.8 or losses > 0 ? wanted + 1 : wanted - 1; }
})",
                         1, 2, 1);
  text += contract::play(domain, *scenario, R"(
policy even_chunks for llm_serving {
  value chunk(token_budget, running) { return token_budget / max(running, 1); }
})",
                         9, 10, 1);
  text += contract::show_baselines_and_bounds(domain, *scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "llm_serving", text);
}

}  // namespace
}  // namespace syswright::llm_serving
