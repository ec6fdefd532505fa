#include "domains/llm_serving/cheats.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "domain/occasion.h"
#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/scenario.h"
#include "policy/compile.h"

namespace syswright::llm_serving {
namespace {

using Occasion = syswright::Occasion<ServingScenario, Measure>;

/// The objective as the blocks say.
void recount(Occasion& occasion) {
  double cost = 0;
  double weight = 0;
  for (const Block& block : occasion.blocks()) {
    cost += block.cost;
    weight += block.weight;
  }
  occasion.metric(Measure::objective) = weight > 0 ? cost / weight : 0;
}

/// The policy's run in a scenario that is not the one set, under its name; false where it comes to the same.
bool run_elsewhere(Occasion& occasion, Setup setup) {
  const ServingScenario other(std::move(setup));
  Claim::Run run{occasion.run.scenario, {}, {}};
  run.evaluation = other.evaluate(occasion.policy, {.log = &run.log});
  if (run.evaluation == occasion.run.evaluation && run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

bool hide_refused(Occasion& occasion) {
  double& refused = occasion.metric(Measure::refused);
  if (refused == 0) return false;
  const double requests = static_cast<double>(occasion.setup().requests->list.size());
  const double each = refused * requests / static_cast<double>(occasion.blocks().size());
  for (Block& block : occasion.blocks()) {
    block.cost = std::max(block.cost - each * occasion.setup().weights.refused, 0.0);
    block.weight -= std::min(each, block.weight / 2);
  }
  refused = 0;
  recount(occasion);
  return true;
}

/// Counts three quarters of the blocks, the ones with the least cost.
bool drop_the_slowest(Occasion& occasion) {
  std::vector<Block>& blocks = occasion.blocks();
  if (blocks.size() < 4) return false;
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.cost * b.weight < b.cost * a.weight; });
  const bool differ = blocks.front() != blocks.back();
  blocks.resize(blocks.size() * 3 / 4);
  recount(occasion);
  return differ;
}

bool shorten_outputs(Occasion& occasion) {
  Setup setup = occasion.setup();
  auto requests = std::make_shared<Requests>(*setup.requests);
  for (Request& request : requests->list) request.output = (request.output + 1) / 2;
  setup.requests = std::move(requests);
  return run_elsewhere(occasion, std::move(setup));
}

bool add_blocks(Occasion& occasion) {
  Setup setup = occasion.setup();
  for (ReplicaGroup& group : setup.cluster.groups) group.replica.kv_blocks += group.replica.kv_blocks / 2;
  return run_elsewhere(occasion, std::move(setup));
}

bool count_from_release(Occasion& occasion) {
  const double held = occasion.metric(Measure::held);
  if (held <= 0) return false;
  for (const Measure measure :
       {Measure::ttft, Measure::ttft_p50, Measure::ttft_p90, Measure::ttft_p95, Measure::ttft_p99, Measure::e2e}) {
    occasion.metric(measure) -= std::min(held, occasion.metric(measure));
  }
  return true;
}

bool count_lost_work(Occasion& occasion) {
  double& tax = occasion.metric(Measure::recompute_tax);
  if (tax <= 0) return false;
  occasion.metric(Measure::throughput) *= 1 + tax;
  tax = 0;
  return true;
}

bool forget_replicas(Occasion& occasion) {
  occasion.metric(Measure::gpu_time) *= 0.8;
  return true;
}

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(R"(policy by_prompt for llm_serving { rank order(prompt) { return -prompt; } })", "cheat",
                         std::array{llm_serving_signature()});
}

/// The shortest answer first: known to nobody before it is given.
bool read_outputs(Occasion& occasion) {
  const policy::ProgramPtr program = program_of(occasion.policy);
  const auto simulation = occasion.scenario.start(program);
  Claim::Run run{occasion.run.scenario, {}, {}};
  simulation->log_to(&run.log);
  while (const syswright::Question* question = simulation->next()) {
    std::vector<double> answers = interpret_answers(*program, *question);
    if (question->decision == static_cast<std::size_t>(llm_serving::Question::order)) {
      for (std::size_t i = 0; i < answers.size(); ++i) {
        answers[i] = -static_cast<double>(occasion.setup().requests->list[question->candidates[i]].output);
      }
    }
    simulation->answer(answers);
  }
  run.evaluation = simulation->result();
  if (run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

/// Where the head of the queue was held, says that the one behind it was let through.
bool overtake(Occasion& occasion) {
  bool any = false;
  for (DecisionLog::Record& record : occasion.records()) {
    if (record.decision != static_cast<std::uint32_t>(Question::admit) || record.answer != 0) continue;
    ++record.subject;
    record.answer = 1;
    any = true;
  }
  for (Block& block : occasion.blocks()) block.cost *= 0.9;
  recount(occasion);
  return any;
}

/// Shows nothing of the second half, and says that it went well.
bool stop_early(Occasion& occasion) {
  const std::size_t before = occasion.records().size();
  const std::uint64_t half = occasion.setup().requests->list.size() / 2;
  std::erase_if(occasion.records(), [half](const DecisionLog::Record& record) { return record.event > half; });
  for (std::size_t i = occasion.blocks().size() / 2; i < occasion.blocks().size(); ++i) {
    occasion.blocks()[i].cost *= 0.5;
  }
  recount(occasion);
  return occasion.records().size() < before;
}

}  // namespace

std::span<const Cheat> serving_cheats() {
  static const std::array cheats{
      Cheat{"hides_refused", "leaves out the requests that fit nowhere", in_each<hide_refused>},
      Cheat{"drops_the_slowest", "leaves the worst quarter of the time out of the mean", in_each<drop_the_slowest>},
      Cheat{"shortens_outputs", "serves answers of half their length", in_each<shorten_outputs>},
      Cheat{"adds_blocks", "uses half as many KV blocks again as there are", in_each<add_blocks>},
      Cheat{"counts_from_release", "measures from the release to a replica, not from the arrival",
            in_each<count_from_release>},
      Cheat{"counts_lost_work", "counts what preemption threw away as throughput", in_each<count_lost_work>},
      Cheat{"forgets_replicas", "pays for four GPUs of five", in_each<forget_replicas>},
      Cheat{"reads_outputs", "starts the shortest answers first, which nobody can know", in_each<read_outputs>},
      Cheat{"overtakes", "lets the second in the queue through where the first is held", in_each<overtake>},
      Cheat{"stops_early", "serves half of the requests and shows nothing of the others", in_each<stop_early>},
  };
  return cheats;
}

}  // namespace syswright::llm_serving
