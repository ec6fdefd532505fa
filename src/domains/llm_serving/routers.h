#pragma once

#include "domain/stepping.h"
#include "domains/llm_serving/cluster.h"

/// Makers of native policies, for native.cpp.
namespace syswright::llm_serving {

using Answers = NativeAnswers<Cluster>;

// routers.cpp: which replica, which order, when.
Answers make_random(const Setup& setup);
Answers make_round_robin(const Setup& setup);
Answers make_least_outstanding(const Setup& setup);
Answers make_least_loaded_queue(const Setup& setup);
Answers make_power_of_two(const Setup& setup);
Answers make_shortest_token_queue(const Setup& setup);
Answers make_prefix_aware(const Setup& setup);
Answers make_shortest_prompt_first(const Setup& setup);
Answers make_head_room(const Setup& setup);
Answers make_head_room_fifo(const Setup& setup);

// native.cpp: who is preempted, how many replicas there are.
Answers make_vllm(const Setup& setup);
Answers make_least_computed_victim(const Setup& setup);
Answers make_reclaimable_victim(const Setup& setup);
Answers make_threshold_scaling(const Setup& setup);
Answers make_utilisation_scaling(const Setup& setup);
Answers make_head_room_scaling(const Setup& setup);

}  // namespace syswright::llm_serving
