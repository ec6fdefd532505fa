#pragma once

#include <cstddef>
#include <memory>

#include "policy/signature.h"

/// What the cluster asks, what it shows, and under which names. The features of a decision are sections of the facts
/// below, one after another; section_start() says where one begins among the slots of its scope.
namespace syswright::llm_serving {

/// Decisions, in the order of the signature.
enum class Question : std::size_t { route, admit, order, victim, scale, chunk };
inline constexpr std::size_t question_count = 6;

/// Which questions somebody answers; the others are answered by default without being asked.
using QuestionSet = unsigned;
constexpr QuestionSet question_bit(Question question) { return 1u << static_cast<unsigned>(question); }
inline constexpr QuestionSet every_question = (1u << question_count) - 1;

/// Of the cluster at the moment of the question.
enum class ClusterFact : std::size_t { time, time_of_day, queue_length, queue_tokens, total_in_flight, ready_replicas };
inline constexpr std::size_t cluster_fact_count = 6;

/// Of one request, wherever it waits or runs.
enum class RequestFact : std::size_t {
  prompt,
  predicted,  ///< output
  generated,
  tokens,  ///< prompt + generated
  waited,  ///< since its arrival
  queued,  ///< since it came to where it is (router, replica's queue)
  restarts,
  priority,
  first_token_out,
  tenant,
};
inline constexpr std::size_t request_fact_count = 10;

/// Of a request on a replica.
enum class PairFact : std::size_t { prefix_hit, blocks_needed };
inline constexpr std::size_t pair_fact_count = 2;

/// Of a replica.
enum class ReplicaFact : std::size_t {
  capacity,
  allocated,
  kv_free,
  block_size,
  token_budget,
  max_running,
  in_flight,
  running,
  waiting,
  prefilling,
  pending_tokens,  ///< prompts of requests that wait here and hold no block
  waiting_tokens,  ///< prompts and generated tokens of the same: to be computed
  prefill_left,    ///< waiting_tokens and the rest of the prompts that run
  kv_tokens,       ///< in the cache for requests that run
  predicted_left,  ///< output that a predictor sees for all requests here
  step_time,
  oldest_wait,
  preemptions,
  gpus,
  since_start,
};
inline constexpr std::size_t replica_fact_count = 20;

/// Of a request that runs.
enum class RunFact : std::size_t {
  computed,
  blocks,
  reclaimable,
  running_for,
  prefilling_now,
  needs_block,
  scheduled,
  younger,
  predicted_left,
  recomputed,
};
inline constexpr std::size_t run_fact_count = 10;

/// Of a group of replicas, for `scale`.
enum class GroupFact : std::size_t {
  ready,
  starting,
  wanted,
  least,
  most,
  start_up,
  interval,
  group_in_flight,
  group_running,
  group_waiting,
  occupancy,
  busy_share,
  arrivals,
  arrival_tokens,
  completions,
  output_tokens,
  attainment,
  recent_ttft,
};
inline constexpr std::size_t group_fact_count = 18;

/// Signals, in the order of the signature.
enum class Report : std::size_t { arrival_gap, prompt, output, ttft, completion_time, preemption, step_time };
inline constexpr std::size_t report_count = 7;

enum class Section : std::size_t { cluster, request, pair, replica, run, group, at_router, prefilled };
inline constexpr std::size_t section_count = 8;

bool has_section(Question question, Section section);

/// Where a section's slots begin, among the globals or the columns of the decision, whichever it stands in. The section
/// must be in the decision.
std::size_t section_start(Question question, Section section);
/// Index of a section's first feature in Decision::features.
std::size_t section_feature(Question question, Section section);

/// The signature of the domain; one object for the whole process, immutable.
const std::shared_ptr<const policy::Signature>& llm_serving_signature();

}  // namespace syswright::llm_serving
