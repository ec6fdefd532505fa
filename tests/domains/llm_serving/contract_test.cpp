#include "tests/domain/contract.h"

#include "domains/llm_serving/llm_serving.h"

namespace syswright::llm_serving {
namespace {

/// Small clusters that are short of memory, so that every decision is asked for: by tens of requests, on the linear
/// step of the notes and on a card; with shared prefixes, priorities, failures, drafts, prefill and decode apart.
std::vector<ScenarioRequest> requests() {
  const std::string linear = "linear:30ms,0.2ms,0.19ms,11.6ms";
  return {{.options = {{"generate", "sharegpt requests=240"},
                       {"seeds", "4"},
                       {"hardware", linear},
                       {"replicas", "2"},
                       {"kv-blocks", "130"},
                       {"max-length", "1500"},
                       {"token-budget", "512"},
                       {"max-running", "12"},
                       {"min-replicas", "1"},
                       {"max-replicas", "3"},
                       {"scaling-interval", "2s"},
                       {"start-up", "5s"},
                       {"slo-ttft", "5s"},
                       {"tenants", "a:2,b:1"},
                       {"predictor", "0.5"},
                       {"rate", "12/s"}}},
          {.options = {{"generate",
                        "poisson:4/s log-normal:prompt=300,prompt-sigma=0.8,output=120,output-sigma=0.6 "
                        "sessions:turns=4,gap=10s,message=60,system=128 requests=180"},
                       {"seeds", "1"},
                       {"hardware", linear},
                       {"replicas", "3"},
                       {"kv-blocks", "64"},
                       {"max-running", "6"},
                       {"scheduler", "vllm_priority"},
                       {"async-scheduling", "on"},
                       {"priorities", "0:0.7,1:0.3"},
                       {"time-between-failures", "20s"},
                       {"repair-time", "3s"},
                       {"min-replicas", "2"},
                       {"max-replicas", "4"},
                       {"scaling-interval", "1s"},
                       {"objective", "gpu_hours"},
                       {"slo-e2e", "20s"}},
           .seed = 5},
          {.options = {{"generate", "poisson:30/s fixed:prompt=200,output=80 requests=160"},
                       {"seeds", "1"},
                       {"hardware", "A10"},
                       {"groups", "role=prefill replicas=2 kv-blocks=150; role=decode replicas=2 kv-blocks=170"},
                       {"drafts", "2"},
                       {"scheduler", "sarathi"},
                       {"objective", "ttft"}},
           .seed = 9}};
}

const contract::Subject subject{"llm_serving", make_llm_serving_domain, requests};

}  // namespace
}  // namespace syswright::llm_serving

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(LlmServing, DomainContract, testing::Values(llm_serving::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
