#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "domains/llm_serving/request.h"
#include "domains/llm_serving/step_time.h"

/// Everything but the policy: how replicas schedule, how the cluster is put together, what is asked of it.
namespace syswright::llm_serving {

/// How a replica fills its steps.
enum class Scheduler : std::uint8_t {
  vllm,           ///< vLLM V1: running requests in order, then waiting ones, first come first served
  vllm_priority,  ///< the same; waiting by (priority, arrival), the victim is the largest of these
  sarathi,        ///< decodes first, then chunks; a prompt's blocks are all allocated when it is admitted
  orca,           ///< vLLM V0 as Vidur models it: steps of whole prompts alone come before steps of decodes
};

/// One replica: the engine on one set of GPUs. Names in parentheses are vLLM's.
struct ReplicaSettings {
  Scheduler scheduler = Scheduler::vllm;
  std::uint32_t max_running = 256;    ///< sequences in a step (max_num_seqs)
  std::uint32_t token_budget = 2048;  ///< tokens in a step (max_num_batched_tokens)
  std::uint32_t long_prefill = 0;     ///< most tokens of one prompt in a step; 0: no such limit
  bool chunked = true;                ///< a prompt may be cut to what the budget leaves
  std::uint32_t block_size = 16;      ///< tokens
  std::uint32_t kv_blocks = 0;        ///< at least 1
  std::uint32_t max_length = 0;       ///< prompt + output (max_model_len); 0: what fits into kv_blocks
  bool prefix_caching = true;
  bool whole_sequence =
      false;  ///< a request is admitted only if all of its tokens so far fit, not just its first chunk
  /// A step is scheduled while the one before it runs, when that one starts (async_scheduling, vLLM's default from
  /// 0.14): what arrives or ends during a step counts from the step after the next.
  bool async_scheduling = false;
  double watermark = 0;      ///< share of the blocks that admission leaves free
  double host_overhead = 0;  ///< seconds a step, beside the device
  std::uint32_t drafts = 0;  ///< speculative tokens that a decode computes beside its own
  double acceptance = 0.7;   ///< probability that a draft is accepted if those before it were
  std::uint32_t gpus = 1;
  StepTimePtr step_time;
};

/// What the replicas of a group do.
enum class Role : std::uint8_t {
  mixed,
  prefill,  ///< prompts up to the first token; then the KV cache goes to a replica that decodes
  decode,
};

/// Replicas that are alike. Their numbers follow the order of groups.
struct ReplicaGroup {
  std::string name = "replica";
  ReplicaSettings replica;
  Role role = Role::mixed;
  std::uint16_t model = 0;  ///< into Requests::models
  std::uint32_t count = 1;  ///< at the start, all of them ready
  std::uint32_t least = 0;  ///< that scaling leaves; 0: count
  std::uint32_t most = 0;   ///< that scaling makes; 0: count

  std::uint32_t lower() const { return least == 0 ? count : least; }
  std::uint32_t upper() const { return most == 0 ? count : most; }
};

struct ClusterSettings {
  std::vector<ReplicaGroup> groups;
  double scaling_interval = 0;  ///< seconds between two questions; 0: the number stays as it is
  double start_up = 0;  ///< seconds from the start of a replica until it is ready; it is paid for from the start
  double link_bandwidth =
      0;                    ///< bytes a second out of a replica that prefills, one transfer after another; 0: no limit
  double link_latency = 0;  ///< seconds a transfer
  double mean_time_between_failures = 0;  ///< seconds, of one replica, exponential; 0: none fails
  double repair_time = 0;                 ///< seconds until a failed replica is ready again
};

/// What a user was promised; 0: nothing.
struct Limits {
  double ttft = 0;  ///< seconds to the first token
  double tpot = 0;  ///< seconds a token after the first
  double e2e = 0;   ///< seconds to the last token
};

/// The objective of a request: the sum of these, in seconds.
struct Weights {
  double e2e = 1;
  double ttft = 0;
  double tpot = 0;
  double miss = 0;        ///< seconds for a request out of its limits
  double recompute = 0;   ///< seconds for each token that is computed once more
  double gpu = 0;         ///< of the GPU time divided by the number of requests
  double refused = 3600;  ///< seconds for a request that fits nowhere, in place of all but the GPU time
};

/// Shared and immutable.
struct Setup {
  ClusterSettings cluster;
  RequestsPtr requests;
  Limits limits;
  Weights weights;
  std::uint64_t seed = 1;  ///< failures, acceptance of drafts
  bool check = false;      ///< the cluster looks at its own books after every event; changes no result
  std::string label;
  std::string setting;
};
using SetupPtr = std::shared_ptr<const Setup>;

/// Throws InputError that names the setting, where no run is possible: no replicas, no step time, no blocks, no way for
/// a model's requests, a budget below the number of sequences …
void check_setup(const Setup& setup);

/// Of everything that a result depends on.
void digest_setup(const Setup& setup, DigestBuilder& builder);

}  // namespace syswright::llm_serving
