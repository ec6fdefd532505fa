#include "domains/tiering/cheats.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "domain/occasion.h"
#include "domains/tiering/exemplars.h"
#include "domains/tiering/machine.h"
#include "domains/tiering/scenario.h"
#include "policy/compile.h"

namespace syswright::tiering {
namespace {

using Occasion = syswright::Occasion<TieringScenario, Measure>;

/// The policy's run in a scenario that is not the one set, under its name; false where it is no faster.
bool run_elsewhere(Occasion& occasion, Setup setup) {
  const TieringScenario other(std::move(setup));
  Claim::Run run{occasion.run.scenario, {}, {}};
  run.evaluation = other.evaluate(occasion.policy, {.log = &run.log});
  run.evaluation.events = occasion.run.evaluation.events;
  if (!(run.evaluation.objective() < occasion.run.evaluation.objective())) return false;
  occasion.run = std::move(run);
  return true;
}

bool move_for_free(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.costs.move = 0;
  setup.costs.scan = 0;
  return run_elsewhere(occasion, std::move(setup));
}

bool enlarge_fast_memory(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.fast += setup.fast / 2 + 1;
  return run_elsewhere(occasion, std::move(setup));
}

bool overspend(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.budget = 16 * setup.budget + 16;
  return run_elsewhere(occasion, std::move(setup));
}

bool speed_up_slow_memory(Occasion& occasion) {
  Setup setup = occasion.setup();
  Device& slow = setup.costs.hardware.slow;
  slow.read_latency = slow.read_latency * 3 / 4;
  slow.write_latency = slow.write_latency * 3 / 4;
  slow.read_line = slow.read_line * 3 / 4;
  slow.write_line = slow.write_line * 3 / 4;
  return run_elsewhere(occasion, std::move(setup));
}

/// Half of every page's accesses are gone: the scenario has another digest and the same label.
bool edit_the_inputs(Occasion& occasion) {
  Setup setup = occasion.setup();
  auto run = std::make_shared<PageRun>(*setup.run);
  for (std::size_t i = 0; i < run->page.size(); ++i) {
    run->reads[i] = (run->reads[i] + 1) / 2;
    run->writes[i] /= 2;
  }
  complete(*run);
  setup.run = std::move(run);
  auto other = std::make_shared<TieringScenario>(std::move(setup));
  if (other->digest() == occasion.scenario.digest()) return false;
  occasion.run.scenario = other;
  occasion.run.evaluation = other->evaluate(occasion.policy, {.log = &occasion.run.log});
  return true;
}

/// Counts the faster half of the blocks only.
bool skip_slow_blocks(Occasion& occasion) {
  std::vector<Block>& blocks = occasion.run.evaluation.blocks;
  if (blocks.size() < 2) return false;
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.cost * b.weight < b.cost * a.weight; });
  blocks.resize(blocks.size() / 2);
  double cost = 0;
  double weight = 0;
  for (const Block& block : blocks) {
    cost += block.cost;
    weight += block.weight;
  }
  const double before = std::exchange(occasion.metric(Measure::access_time), cost / weight);
  occasion.metric(Measure::slowdown) *= cost / weight / before;
  return cost / weight < before;
}

/// Says that a tenth more of the accesses met fast memory.
bool play_up_the_share(Occasion& occasion) {
  double& share = occasion.metric(Measure::fast_share);
  const double before = share;
  share = std::min(1.0, share * 1.1);
  return share > before;
}

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(tiering_exemplars().front(), "exemplar", std::array{tiering_signature()});
}

/// Ranks pages by the accesses of the ticks to come.
bool read_the_future(Occasion& occasion) {
  const auto simulation = occasion.scenario.start(program_of(occasion.policy));
  const PageRun& run = *occasion.setup().run;
  Claim::Run cheated{occasion.run.scenario, {}, {}};
  simulation->log_to(&cheated.log);
  const policy::Program& program = *program_of(occasion.policy);
  while (const Question* question = simulation->next()) {
    if (static_cast<Choice>(question->decision) != Choice::promote) {
      simulation->answer(interpret_answers(program, *question));
      continue;
    }
    std::vector<double> to_come(run.pages());
    const std::uint64_t now = occasion.setup().from + question->event;
    const std::uint64_t end = std::min<std::uint64_t>(now + 8, occasion.setup().to);
    for (std::uint64_t i = run.start[now]; i < run.start[end]; ++i)
      to_come[run.page[i]] += run.reads[i] + run.writes[i];
    std::vector<double> scores;
    for (const std::uint64_t page : question->candidates) scores.push_back(to_come[page]);
    simulation->answer(scores);
  }
  cheated.evaluation = simulation->result();
  if (cheated.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(cheated);
  return true;
}

/// Says of every second swap that it was not made, and takes its costs off the bill.
bool hide_swaps(Occasion& occasion) {
  double& swaps = occasion.metric(Measure::swaps);
  if (swaps == 0) return false;
  swaps /= 2;
  occasion.metric(Measure::stopped) /= 2;
  return true;
}

}  // namespace

std::span<const Cheat> tiering_cheats() {
  static const std::array cheats{
      Cheat{"moves_for_free", "lets pages change places without stopping the program", in_each<move_for_free>},
      Cheat{"enlarges_fast_memory", "keeps half as many pages again in fast memory", in_each<enlarge_fast_memory>},
      Cheat{"overspends", "makes sixteen times as many swaps as the budget allows", in_each<overspend>},
      Cheat{"speeds_up_slow_memory", "takes a quarter off what slow memory costs", in_each<speed_up_slow_memory>},
      Cheat{"edits_its_inputs", "runs a program with half of the accesses", in_each<edit_the_inputs>},
      Cheat{"skips_slow_blocks", "counts the faster half of the run only", in_each<skip_slow_blocks>},
      Cheat{"plays_up_the_share", "states a tenth more accesses of fast pages", in_each<play_up_the_share>},
      Cheat{"reads_the_future", "ranks pages by the accesses to come", in_each<read_the_future>},
      Cheat{"hides_swaps", "counts every second swap", in_each<hide_swaps>},
  };
  return cheats;
}

}  // namespace syswright::tiering
