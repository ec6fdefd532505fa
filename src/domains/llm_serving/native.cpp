#include "domains/llm_serving/native.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/routers.h"

namespace syswright::llm_serving {
namespace {

/// The running request with the least cost goes; of several the one admitted last, as vLLM does.
template <typename Cost>
Answers victim_of_least(Cost cost) {
  return [cost](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    if (static_cast<Question>(ask.decision) != Question::victim) return cluster.default_answers(ask, answers);
    const Engine& engine = cluster.engine(cluster.asked_replica());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = -cost(engine, engine.running()[i]) + 1e-9 * static_cast<double>(i);
    }
  };
}

/// The sums over a group that scalers look at.
struct GroupLoad {
  double up = 0;
  double wanted = 0;
  double in_flight = 0;
  double waiting = 0;
  double used = 0;
  double blocks = 0;  ///< of a replica
  double held = 0;    ///< tokens that the router holds for the model
};

GroupLoad load_of(const Cluster& cluster, std::size_t number) {
  const ReplicaGroup& group = cluster.setup().cluster.groups[number];
  GroupLoad load;
  load.wanted = cluster.wanted_count(number);
  load.blocks = group.replica.kv_blocks;
  for (const Replica& replica : cluster.replicas()) {
    if (replica.group != number || !replica.up()) continue;
    load.up += 1;
    load.in_flight += static_cast<double>(replica.in_flight());
    load.waiting += static_cast<double>(replica.engine.waiting_count());
    load.used += static_cast<double>(replica.engine.pool().used());
  }
  for (const Sequence& sequence : cluster.queue(group.model)) {
    load.waiting += 1;
    load.held += sequence.tokens();
  }
  return load;
}

/// Number of replicas wanted, by the load of the group.
template <typename Wanted>
Answers scaling(Wanted wanted) {
  return [wanted](const Cluster& cluster, const Ask& ask, std::span<double> answers) {
    if (static_cast<Question>(ask.decision) != Question::scale) return cluster.default_answers(ask, answers);
    const auto group = static_cast<std::size_t>(ask.subject);
    answers[0] = std::clamp(wanted(load_of(cluster, group), cluster.setup().cluster.groups[group]), 0.0, 4096.0);
  };
}

constexpr QuestionSet route = question_bit(Question::route);
constexpr QuestionSet admit = question_bit(Question::admit);
constexpr QuestionSet order = question_bit(Question::order);
constexpr QuestionSet victim = question_bit(Question::victim);
constexpr QuestionSet scale = question_bit(Question::scale);

}  // namespace

Answers make_vllm(const Setup&) {
  return
      [](const Cluster& cluster, const Ask& ask, std::span<double> answers) { cluster.default_answers(ask, answers); };
}

Answers make_least_computed_victim(const Setup&) {
  return victim_of_least(
      [](const Engine& engine, std::uint32_t slot) { return static_cast<double>(engine.computed(engine.at(slot))); });
}

Answers make_reclaimable_victim(const Setup& setup) {
  const std::vector<Request>& list = setup.requests->list;
  const bool foretold =
      std::any_of(list.begin(), list.end(), [](const Request& request) { return request.predicted > 0; });
  return victim_of_least([foretold](const Engine& engine, std::uint32_t slot) {
    const Sequence& sequence = engine.at(slot);
    const double generated = engine.generated(sequence);
    // How far it has come: of what a predictor foretells, or against its prompt where there is none.
    const double whole = foretold ? std::max<double>(sequence.predicted, generated) : generated + sequence.prompt;
    const double progress = whole > 0 ? generated / whole : 0;
    return -engine.reclaimable_blocks(slot) * (1 - progress);
  });
}

Answers make_threshold_scaling(const Setup&) {
  return scaling([](const GroupLoad& load, const ReplicaGroup&) {
    if (load.waiting > 2 * load.up) return load.wanted + 1;
    const bool quiet = load.waiting == 0 && load.used < 0.3 * load.blocks * load.up;
    return quiet ? load.wanted - 1 : load.wanted;
  });
}

Answers make_utilisation_scaling(const Setup&) {
  // As Kubernetes does: replicas · measured / target.
  return scaling([](const GroupLoad& load, const ReplicaGroup&) {
    constexpr double target = 0.6;
    constexpr double tolerance = 0.1;
    const double share = load.used / std::max(load.up * load.blocks, 1.0);
    if (std::abs(share / target - 1) <= tolerance) return load.wanted;
    return std::max(std::ceil(load.up * share / target), 1.0);
  });
}

Answers make_head_room_scaling(const Setup&) {
  // Room for all that is here and held, with a fifth to spare; one replica fewer at a time.
  return scaling([](const GroupLoad& load, const ReplicaGroup& group) {
    constexpr double outputs_per_prompt = 0.6;
    constexpr double spare = 1.2;
    const double asked = load.held * (1 + outputs_per_prompt) / group.replica.block_size;
    const double needed = std::ceil(spare * (load.used + asked) / load.blocks) + (load.waiting > load.up ? 1 : 0);
    return std::max(needed, load.wanted - 1);
  });
}

std::span<const NativePolicy> native_policies() {
  static const std::array policies{
      NativePolicy{"random", "a replica at random", "folklore", route, make_random},
      NativePolicy{"round_robin", "one replica after the other", "folklore", route, make_round_robin},
      NativePolicy{"least_outstanding", "the replica with the fewest requests", "folklore; vLLM's and llm-d's default",
                   route, make_least_outstanding},
      NativePolicy{"least_loaded_queue",
                   "the replica with the fewest KV blocks allocated and asked for by those that wait there",
                   "Glia (arXiv 2510.27176) names it; what it counts is our reading", route, make_least_loaded_queue},
      NativePolicy{"power_of_two", "the one with fewer requests of two replicas drawn at random",
                   "Mitzenmacher, IEEE TPDS 12(10), 2001", route, make_power_of_two},
      NativePolicy{"join_shortest_token_queue", "the replica with the fewest prompt tokens to compute",
                   "Splitwise, ISCA 2024", route, make_shortest_token_queue},
      NativePolicy{"prefix_aware",
                   "the replica with the longest cached prefix; the fewest requests where loads are far apart",
                   "SGLang's router", route, make_prefix_aware},
      NativePolicy{"shortest_prompt_first", "in every queue the shortest prompt first", "folklore", route | order,
                   make_shortest_prompt_first},
      NativePolicy{"head_room_admission",
                   "held until a replica has room for 1.6 times the prompt and 3% to spare; shortest prompt first",
                   "Glia (arXiv 2510.27176)", route | admit | order, make_head_room},
      NativePolicy{"hra_fifo", "head-room admission in order of arrival", "Glia (arXiv 2510.27176), ablation",
                   route | admit, make_head_room_fifo},
      NativePolicy{"vllm", "vLLM's victim: the one admitted last, or the least urgent", "vLLM V1", route | victim,
                   make_vllm},
      NativePolicy{"least_computed_victim", "preempts the request with the fewest computed tokens",
                   "vLLM pull request 53723", route | victim, make_least_computed_victim},
      NativePolicy{"reclaimable_victim", "preempts by blocks that become free, times (1 - progress)",
                   "vLLM pull request 56897", route | victim, make_reclaimable_victim},
      NativePolicy{"threshold_scaling",
                   "one replica more where more than two wait for each; one fewer where none waits and 30% is used",
                   "folklore", route | scale, make_threshold_scaling},
      NativePolicy{"utilisation_scaling", "as many replicas as would have 60% of their KV blocks in use",
                   "Kubernetes horizontal autoscaler", route | scale, make_utilisation_scaling},
      NativePolicy{"head_room_scaling", "replicas for all blocks in use and asked for, and a fifth to spare", "ours",
                   route | scale, make_head_room_scaling},
  };
  return policies;
}

const NativePolicy& find_native(std::string_view name) {
  std::vector<std::string> names;
  for (const NativePolicy& policy : native_policies()) {
    if (policy.name == name) return policy;
    names.emplace_back(policy.name);
  }
  throw InputError("unknown policy '" + std::string(name) + "' of llm_serving" + did_you_mean(name, names) +
                   " (there are: " + join(names) + ")");
}

}  // namespace syswright::llm_serving
