#include "domains/llm_serving/options.h"

namespace syswright::llm_serving {

const std::vector<Option>& serving_options() {
  static const std::vector<Option> options{
      // Requests.
      {"generate", "sharegpt duration=300s",
       "requests that are made where no trace is named: a built-in workload (sharegpt, azure-code, azure-conversation, "
       "mooncake, arxiv), or arrivals and lengths, such as 'poisson:8/s fixed:prompt=512,output=128 requests=2000'"},
      {"seeds", "8",
       "generated workloads, each drawn anew: the first half trains, a quarter validates, a quarter tests; with fewer "
       "than 4, and with a trace, time is split so"},
      {"rate", "as-is", "requests a second that time is stretched to, '7.5/s'; one scenario for each", true},
      {"arrivals", "",
       "laid under the requests instead of their own: poisson:8/s, gamma:8/s,cv=3, on-off:8/s,on=30s,off=60s, …"},
      {"from", "0s", "start of the window of the trace that is kept"},
      {"duration", "all", "of this window"},
      {"requests", "all", "kept, from the front"},
      {"context", "none", "tokens of the model's context, to which prompts and outputs are cut"},
      {"tenants", "", "names and weights that requests are given: interactive:3,batch:1"},
      {"priorities", "", "priorities (the smaller the more urgent) and weights: 0:0.8,1:0.2"},
      {"predictor", "none",
       "error of a predictor of output lengths, which policies may look at: the standard deviation of its logarithm; 0 "
       "foretells exactly"},
      // Hardware and model.
      {"hardware", "A10",
       "of a replica: a GPU's card and how many share the model (H100, A100-80x4), measured:FOLDER with kernel times, "
       "or linear:BASE,DECODE,PREFILL,FULL with the four times of a linear step"},
      {"model", "Llama-3.1-8B", "a model's card, or the path of its config.json"},
      {"cards", "", "JSON file with further cards of GPUs and models"},
      {"skew", "table",
       "of attention over KV caches of different lengths, where kernel times were measured: table, fixed or none"},
      {"weight-bytes", "card", "bytes of a parameter: 2, 1 or 0.5"},
      {"kv-bytes", "card", "bytes of an element of the KV cache"},
      {"memory-share", "0.9", "of the GPU's memory that the engine may use"},
      // Replica.
      {"replicas", "4", "at the start; one scenario for each", true},
      {"kv-blocks", "auto", "KV blocks of a replica; auto: what memory holds; one scenario for each", true},
      {"scheduler", "vllm",
       "vllm (V1), vllm_priority, sarathi (decodes first, then chunks) or orca (whole prompts first, in steps of their "
       "own)"},
      {"max-running", "256", "sequences in a step (max_num_seqs)"},
      {"token-budget", "2048", "tokens in a step (max_num_batched_tokens)"},
      {"long-prefill", "none", "most tokens of one prompt in a step (long_prefill_token_threshold)"},
      {"chunked", "on", "on: a prompt may be cut to what the budget leaves; off"},
      {"block-size", "16", "tokens of a KV block"},
      {"max-length", "auto", "tokens of prompt and output together (max_model_len); auto: what the blocks hold"},
      {"prefix-caching", "on", "on or off"},
      {"async-scheduling", "off",
       "on: a step is scheduled when the one before it starts, as vLLM does from 0.14; off: when it ends"},
      {"whole-sequence", "off", "on: a request is admitted only if all of its tokens so far fit; off: its first chunk"},
      {"watermark", "0", "share of the blocks that admission leaves free"},
      {"host-overhead", "0ms", "time of a step beside the device's"},
      {"drafts", "0", "speculative tokens that a decode computes beside its own, with room for them in the KV cache"},
      {"acceptance", "0.7", "probability that a draft is accepted if those before it were"},
      // Cluster.
      {"groups", "",
       "replicas of several kinds, ';' between them, in words: 'name=big hardware=H100x2 model=Llama-3.1-70B "
       "serves=gpt-4 replicas=2; …'; also role=mixed, prefill or decode, kv-blocks, max-running, token-budget, "
       "min-replicas, max-replicas"},
      {"scaling-interval", "none", "time between two questions for the number of replicas"},
      {"min-replicas", "auto", "that scaling leaves of a group; auto: as at the start"},
      {"max-replicas", "auto", "that scaling makes of a group; auto: as at the start"},
      {"start-up", "60s", "time until a new replica is ready; it is paid for from its start"},
      {"link-bandwidth", "25GB", "bytes a second of KV cache out of a replica that prefills; none: no limit"},
      {"link-latency", "1ms", "of a transfer of KV cache"},
      {"time-between-failures", "none", "mean, of one replica"},
      {"repair-time", "120s", "until a failed replica is ready again"},
      // What is wanted.
      {"objective", "latency",
       "latency (mean time from arrival to last token), ttft, tpot, slo (share of requests out of limits), recompute "
       "(1 ms "
       "for each token of a request that is computed once more) or gpu_hours (GPU time a request, and miss-penalty for "
       "each out of limits)"},
      {"slo-ttft", "none", "limit of the time to the first token"},
      {"slo-tpot", "none", "limit of the time a token after the first"},
      {"slo-e2e", "none", "limit of the time to the last token"},
      {"miss-penalty", "60s", "GPU time that a request out of limits counts for, with objective gpu_hours"},
      {"check", "off",
       "on: after every event the cluster looks at its own books (blocks conserved, every request in one place), and "
       "every ranking is compared with what its program states of starvation; a run that breaks a rule fails; slower"},
      {"refused-penalty", "3600s", "what a request counts for that fits into no replica, with objectives of time"},
  };
  return options;
}

}  // namespace syswright::llm_serving
