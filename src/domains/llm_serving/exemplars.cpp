#include "domains/llm_serving/exemplars.h"

#include <vector>

namespace syswright::llm_serving {

std::span<const std::string> serving_exemplars() {
  static const std::vector<std::string> programs{
      R"(# The replica with the fewest requests.
policy least_outstanding for llm_serving {
  rank route(in_flight) { return -in_flight; }
}
)",
      R"(# The replica with the fewest KV blocks in use and asked for by those that wait there.
policy least_loaded_queue for llm_serving {
  rank route(allocated, waiting_tokens, block_size, in_flight) {
    return -(allocated + waiting_tokens / block_size) - in_flight / 1e6;
  }
}
)",
      R"(# The replica with the fewest prompt tokens to compute. After Splitwise (Patel et al., 2024).
policy join_shortest_token_queue for llm_serving {
  rank route(prefill_left, in_flight) { return -prefill_left - in_flight / 1e6; }
}
)",
      R"(# The replica that has most of the prompt in its cache, unless it is busier than the others.
policy prefix_aware for llm_serving {
  rank route(prefix_hit, prompt, in_flight, total_in_flight, ready_replicas) {
    let fair = total_in_flight / max(ready_replicas, 1);
    return prefix_hit / prompt - max(in_flight - fair, 0) / max(fair, 8);
  }
}
)",
      R"(# The shortest prompt first, in the router's queue and in the replicas'.
policy shortest_prompt_first for llm_serving {
  rank order(prompt) { return -prompt; }
}
)",
      R"(# Head-room admission (Glia, 2025): the shortest prompt is released as soon as a replica has room for 1.6 times its
# length, and 3% of its blocks to spare.
policy head_room_admission for llm_serving {
  rank route(allocated, pending_tokens, block_size, prompt, capacity, in_flight) {
    let promised = -floor(-(pending_tokens * 1.6 / block_size));
    let need = -floor(-(prompt * 1.6 / block_size));
    let fits = capacity - allocated - promised - need >= floor(0.03 * capacity);
    return -(allocated + promised) - in_flight / 1e6 - (fits ? 0 : 1e12);
  }
  value admit(allocated, pending_tokens, block_size, prompt, capacity) {
    let promised = -floor(-(pending_tokens * 1.6 / block_size));
    let need = -floor(-(prompt * 1.6 / block_size));
    return capacity - allocated - promised - need >= floor(0.03 * capacity) ? release : hold;
  }
  rank order(at_router, prompt, queued) { return at_router ? -prompt : queued / 1s; }
}
)",
      R"(# Head-room admission in order of arrival.
policy hra_fifo for llm_serving {
  rank route(allocated, pending_tokens, block_size, in_flight) {
    return -(allocated + pending_tokens * 1.6 / block_size) - in_flight / 1e6;
  }
  value admit(allocated, pending_tokens, block_size, prompt, capacity) {
    return allocated + (pending_tokens + prompt) * 1.6 / block_size <= 0.97 * capacity ? release : hold;
  }
}
)",
      R"(# Preempts whoever loses the fewest computed tokens.
policy least_computed_victim for llm_serving {
  rank victim(computed, younger) { return -computed - younger / 1e6; }
}
)",
      R"(# Preempts by blocks that become free, times what is left to do.
policy reclaimable_victim for llm_serving {
  rank victim(reclaimable, generated, prompt) { return reclaimable * (1 - generated / (generated + prompt)); }
}
)",
      R"(# Prompts get at most a quarter of the budget while many requests decode, so that their next tokens are not late.
policy gentle_chunks for llm_serving {
  value chunk(token_budget, running, prefilling) {
    return running - prefilling > 8 ? token_budget / 4 : token_budget;
  }
}
)",
      R"(# One replica more where many wait, one fewer where memory is empty.
policy threshold_scaling for llm_serving {
  value scale(wanted, ready, group_waiting, queue_length, occupancy) {
    if group_waiting + queue_length > 2 * ready { return wanted + 1; }
    return group_waiting + queue_length == 0 and occupancy < 0.3 ? wanted - 1 : wanted;
  }
}
)",
      R"(# As many replicas as would have 60% of their memory in use.
policy utilisation_scaling for llm_serving {
  value scale(wanted, ready, occupancy) {
    if occupancy in [0.54, 0.66] { return wanted; }
    return max(-floor(-(ready * occupancy / 0.6)), 1);
  }
}
)",
      R"(# Goes by the answers that were seen lately: holds what would not fit with them, and takes the least loaded replica.
policy learned_head_room for llm_serving {
  stat usual = mean(answer, 256);
  rank route(allocated, pending_tokens, waiting, block_size) {
    return -(allocated + (pending_tokens + waiting * usual) / block_size);
  }
  value admit(allocated, pending_tokens, waiting, block_size, prompt, capacity, first_token_out) {
    let asked = (pending_tokens + prompt + (waiting + 1) * usual) / block_size;
    return first_token_out or allocated + asked <= capacity ? release : hold;
  }
  rank order(prompt, waited) { return waited / 1s - prompt / 16; }
  rank victim(computed, first_token_out) { return (first_token_out ? 0 : 1) - computed / 1e6; }
}
)",
  };
  return programs;
}

}  // namespace syswright::llm_serving
