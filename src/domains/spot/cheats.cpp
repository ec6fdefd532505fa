#include "domains/spot/cheats.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "domain/occasion.h"
#include "domains/spot/exemplars.h"
#include "domains/spot/features.h"
#include "domains/spot/market.h"
#include "domains/spot/scenario.h"
#include "policy/compile.h"

namespace syswright::spot {
namespace {

using Occasion = syswright::Occasion<SpotScenario, Measure>;

/// Cost and spend as the blocks say, of as many jobs as there are blocks.
void recount(Occasion& occasion) {
  double cost = 0;
  for (const Block& block : occasion.blocks()) cost += block.cost;
  cost /= static_cast<double>(occasion.blocks().size());
  occasion.metric(Measure::spend) += cost - occasion.metric(Measure::cost);
  occasion.metric(Measure::cost) = cost;
}

/// Takes every job's last tick off its bill.
bool forget_the_last_tick(Occasion& occasion) {
  const Prices prices(occasion.setup());
  for (std::size_t i = 0; i < occasion.blocks().size(); ++i) {
    const Instance& instance = occasion.setup().instances[i];
    occasion.blocks()[i].cost -= std::min(prices.spot(instance, 0), prices.on_demand(instance));
  }
  recount(occasion);
  return true;
}

/// Counts the cheaper half of the jobs only.
bool skip_hard_jobs(Occasion& occasion) {
  std::vector<Block>& blocks = occasion.blocks();
  if (blocks.size() < 2) return false;
  std::stable_sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.cost < b.cost; });
  const bool differ = blocks.front().cost != blocks.back().cost;
  blocks.resize(blocks.size() / 2);
  recount(occasion);
  return differ;
}

/// The policy's run in a scenario that is not the one set, under its name; false where it comes to the same.
bool run_elsewhere(Occasion& occasion, Setup setup) {
  const SpotScenario other(std::move(setup));
  Claim::Run run{occasion.run.scenario, {}, {}};
  run.evaluation = other.evaluate(occasion.policy, {.log = &run.log});
  run.evaluation.events = occasion.run.evaluation.events;
  if (run.evaluation == occasion.run.evaluation && run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

bool start_for_free(Occasion& occasion) {
  Setup setup = occasion.setup();
  if (setup.setting.overhead == 0) return false;
  setup.setting.overhead = 0;
  return run_elsewhere(occasion, std::move(setup));
}

bool move_the_deadline(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.setting.deadline += 20 * setup.setting.tick;
  return run_elsewhere(occasion, std::move(setup));
}

bool haggle(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.spot_price *= 0.9;
  setup.on_demand_price *= 0.9;
  return run_elsewhere(occasion, std::move(setup));
}

/// Spot in every third tick in which there was none: the scenario has another digest and the same label.
bool edit_the_inputs(Occasion& occasion) {
  Setup setup = occasion.setup();
  for (Instance& instance : setup.instances) {
    auto series = std::make_shared<Series>(*instance.series);
    for (std::size_t i = 0; i < series->available.size(); i += 3) series->available[i] = 1;
    instance.series = std::move(series);
  }
  auto other = std::make_shared<SpotScenario>(std::move(setup));
  if (other->digest() == occasion.scenario.digest()) return false;
  occasion.run.scenario = other;
  occasion.run.evaluation = other->evaluate(occasion.policy, {.log = &occasion.run.log});
  return true;
}

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(spot_exemplars().front(), "exemplar", std::array{spot_signature()});
}

/// Waits only as long as it will turn out to be worth it: on demand where the next hours have no spot.
bool read_the_future(Occasion& occasion) {
  const auto simulation = occasion.scenario.start(program_of(occasion.policy));
  Claim::Run run{occasion.run.scenario, {}, {}};
  simulation->log_to(&run.log);
  const auto ticks = static_cast<std::uint64_t>(occasion.setup().setting.ticks());
  while (const Question* question = simulation->next()) {
    const Instance& instance = occasion.setup().instances[question->event / ticks];
    const auto now = static_cast<std::int64_t>(question->event % ticks);
    bool soon = false;
    for (std::int64_t tick = now; tick < now + 12; ++tick) soon = soon || instance.available(tick);
    const double answer = static_cast<double>(soon ? Mode::spot : Mode::on_demand);
    simulation->answer(std::span(&answer, 1));
  }
  run.evaluation = simulation->result();
  if (run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

/// Says that every second spot instance that was lost was not.
bool play_down_preemptions(Occasion& occasion) {
  double& preemptions = occasion.metric(Measure::preemptions);
  const bool any = preemptions > 0;
  preemptions /= 2;
  return any;
}

/// Stops before the end, and shows nothing of what was left to do.
bool leave_work_undone(Occasion& occasion) {
  const auto ticks = static_cast<std::uint64_t>(occasion.setup().setting.ticks());
  std::vector<DecisionLog::Record>& records = occasion.run.log.records;
  const std::size_t before = records.size();
  std::erase_if(records, [ticks](const DecisionLog::Record& record) { return record.event % ticks > ticks / 2; });
  for (Block& block : occasion.blocks()) block.cost *= 0.6;
  recount(occasion);
  return records.size() < before;
}

}  // namespace

std::span<const Cheat> spot_cheats() {
  static const std::array cheats{
      Cheat{"forgets_the_last_tick", "takes the last tick off every job's bill", in_each<forget_the_last_tick>},
      Cheat{"skips_hard_jobs", "counts the cheaper half of the jobs only", in_each<skip_hard_jobs>},
      Cheat{"starts_for_free", "lets instances work from their first second", in_each<start_for_free>},
      Cheat{"moves_the_deadline", "gives every job twenty ticks more", in_each<move_the_deadline>},
      Cheat{"haggles", "pays a tenth less than the market asks", in_each<haggle>},
      Cheat{"edits_its_inputs", "finds spot in every third tick, whether there was any or not",
            in_each<edit_the_inputs>},
      Cheat{"reads_the_future", "waits for spot only where it will come", in_each<read_the_future>},
      Cheat{"plays_down_preemptions", "counts every second preemption", in_each<play_down_preemptions>},
      Cheat{"leaves_work_undone", "stops before the job is done", in_each<leave_work_undone>},
  };
  return cheats;
}

}  // namespace syswright::spot
