#include "domains/llm_serving/routers.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/random.h"

namespace syswright::llm_serving {
namespace {

/// The replica with the least cost is taken; the first of several. cost(cluster, replica) for `route`; everything else
/// by default.
template <typename Cost>
Answers least(Cost cost) {
  return [cost](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    if (static_cast<Question>(ask.decision) != Question::route) return cluster.default_answers(ask, answers);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = -cost(cluster, static_cast<std::size_t>(ask.candidates[i]));
    }
  };
}

double in_flight(const Cluster& cluster, std::size_t replica) {
  return static_cast<double>(cluster.replicas()[replica].in_flight());
}

std::uint64_t blocks_of(double tokens, const ReplicaSettings& settings) {
  return static_cast<std::uint64_t>(std::ceil(tokens / settings.block_size));
}

/// Constants of head-room admission: output tokens for each of the prompt, and the share of the blocks that stays free.
constexpr double outputs_per_prompt = 0.6;
constexpr double head_room = 0.03;

/// Blocks that the requests waiting at a replica will ask for.
std::uint64_t promised(const Engine& engine) {
  return blocks_of(static_cast<double>(engine.waiting_prompt_tokens()) * (1 + outputs_per_prompt), engine.settings());
}

bool has_head_room(const Engine& engine, const Sequence& sequence) {
  const std::uint64_t capacity = engine.settings().kv_blocks;
  const std::uint64_t need = blocks_of(sequence.prompt * (1 + outputs_per_prompt), engine.settings());
  const auto kept = static_cast<std::uint64_t>(head_room * static_cast<double>(capacity));
  return engine.pool().used() + promised(engine) + need + kept <= capacity;
}

/// Replicas with head room first; among them the least allocated and promised, then the fewest in flight.
void answer_head_room_route(const Cluster& cluster, const Ask& ask, std::span<double> answers) {
  const Sequence& sequence = cluster.asked_sequence();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto replica = static_cast<std::size_t>(ask.candidates[i]);
    const Engine& engine = cluster.engine(replica);
    const auto load = static_cast<double>(engine.pool().used() + promised(engine));
    answers[i] = -(load + in_flight(cluster, replica) * 1e-6) - (has_head_room(engine, sequence) ? 0 : 1e12);
  }
}

void answer_head_room_admit(const Cluster& cluster, std::span<double> answers) {
  const Engine& engine = cluster.engine(cluster.asked_replica());
  answers[0] = has_head_room(engine, cluster.asked_sequence()) ? 1 : 0;
}

/// The shortest prompt first; equal ones as they came.
template <typename SequenceAt>
void answer_shortest(std::span<double> answers, SequenceAt sequence_at) {
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -static_cast<double>(sequence_at(i).prompt);
}

/// Among the replicas that serve the model of the question.
std::size_t asked_model(const Cluster& cluster, std::uint64_t request) {
  return cluster.setup().requests->list[request].model;
}

void answer_shortest_order(const Cluster& cluster, const Ask& ask, std::span<double> answers) {
  if (cluster.asked_replica() != Cluster::npos) {
    const Engine& engine = cluster.engine(cluster.asked_replica());
    return answer_shortest(answers, [&](std::size_t i) -> const Sequence& { return engine.at(engine.waiting()[i]); });
  }
  const auto& queue = cluster.queue(asked_model(cluster, ask.candidates.front()));
  answer_shortest(answers, [&](std::size_t i) -> const Sequence& { return queue[i]; });
}

}  // namespace

Answers make_random(const Setup& setup) {
  return [random = Random(setup.seed, "random router")](const Cluster& cluster, const Ask& ask,
                                                        std::span<double> answers) mutable {
    if (static_cast<Question>(ask.decision) != Question::route) return cluster.default_answers(ask, answers);
    for (double& answer : answers) answer = random.uniform();
  };
}

Answers make_round_robin(const Setup&) {
  // The next one behind the last: numbers, not places, so that it stays fair where replicas come and go.
  return
      [last = std::uint64_t{Cluster::npos}](const Cluster& cluster, const Ask& ask, std::span<double> answers) mutable {
        if (static_cast<Question>(ask.decision) != Question::route) return cluster.default_answers(ask, answers);
        const auto& candidates = ask.candidates;
        auto next =
            last == Cluster::npos ? candidates.begin() : std::upper_bound(candidates.begin(), candidates.end(), last);
        if (next == candidates.end()) next = candidates.begin();
        last = *next;
        for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = candidates[i] == last ? 1 : 0;
      };
}

Answers make_least_outstanding(const Setup&) { return least(in_flight); }

Answers make_least_loaded_queue(const Setup&) {
  return least([](const Cluster& cluster, std::size_t replica) {
    const Engine& engine = cluster.engine(replica);
    const auto asked = static_cast<double>(blocks_of(static_cast<double>(engine.waiting_tokens()), engine.settings()));
    return static_cast<double>(engine.pool().used()) + asked + in_flight(cluster, replica) * 1e-6;
  });
}

Answers make_power_of_two(const Setup& setup) {
  return [random = Random(setup.seed, "power of two choices")](const Cluster& cluster, const Ask& ask,
                                                               std::span<double> answers) mutable {
    if (static_cast<Question>(ask.decision) != Question::route) return cluster.default_answers(ask, answers);
    const std::uint64_t first = random.below(answers.size());
    std::uint64_t second = random.below(answers.size() - 1);
    second += second >= first ? 1 : 0;
    std::fill(answers.begin(), answers.end(), -1e12);
    for (const std::uint64_t i : {first, second}) {
      answers[i] = -in_flight(cluster, static_cast<std::size_t>(ask.candidates[i]));
    }
  };
}

Answers make_shortest_token_queue(const Setup&) {
  return least([](const Cluster& cluster, std::size_t replica) {
    return static_cast<double>(cluster.engine(replica).prefill_left()) + in_flight(cluster, replica) * 1e-6;
  });
}

Answers make_prefix_aware(const Setup&) {
  // Where loads are far apart they count, else the longest prefix; without one, the fewest in flight.
  return [](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    if (static_cast<Question>(ask.decision) != Question::route) return cluster.default_answers(ask, answers);
    constexpr double far_apart = 32;
    constexpr double times_apart = 1.5;
    double fewest = 1e12;
    double most = 0;
    for (const std::uint64_t replica : ask.candidates) {
      const double here = in_flight(cluster, static_cast<std::size_t>(replica));
      fewest = std::min(fewest, here);
      most = std::max(most, here);
    }
    const bool unbalanced = most - fewest > far_apart && most > times_apart * fewest;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto replica = static_cast<std::size_t>(ask.candidates[i]);
      const Engine& engine = cluster.engine(replica);
      Sequence there = cluster.asked_sequence();
      there.named_blocks =
          named_blocks_of(*cluster.setup().requests, cluster.setup().requests->list[there.request], engine.settings());
      const double hit = unbalanced ? 0 : engine.cached_blocks(there) * engine.settings().block_size;
      answers[i] = hit - in_flight(cluster, replica) * 1e-6;
    }
  };
}

Answers make_shortest_prompt_first(const Setup&) {
  return [](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    if (static_cast<Question>(ask.decision) != Question::order) return cluster.default_answers(ask, answers);
    answer_shortest_order(cluster, ask, answers);
  };
}

Answers make_head_room_fifo(const Setup&) {
  return [](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    switch (static_cast<Question>(ask.decision)) {
      case Question::route:
        return answer_head_room_route(cluster, ask, answers);
      case Question::admit:
        return answer_head_room_admit(cluster, answers);
      default:
        return cluster.default_answers(ask, answers);
    }
  };
}

Answers make_head_room(const Setup& setup) {
  return [fifo = make_head_room_fifo(setup)](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    const bool at_router =
        static_cast<Question>(ask.decision) == Question::order && cluster.asked_replica() == Cluster::npos;
    at_router ? answer_shortest_order(cluster, ask, answers) : fifo(cluster, ask, answers);
  };
}

}  // namespace syswright::llm_serving
