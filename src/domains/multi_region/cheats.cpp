#include "domains/multi_region/cheats.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "domain/occasion.h"
#include "domains/multi_region/exemplars.h"
#include "domains/multi_region/features.h"
#include "domains/multi_region/market.h"
#include "domains/multi_region/scenario.h"
#include "policy/compile.h"

namespace syswright::multi_region {
namespace {

using Occasion = syswright::Occasion<MultiRegionScenario, Measure>;

/// Cost and compute as the blocks say, of as many jobs as there are blocks.
void recount(Occasion& occasion) {
  double cost = 0;
  for (const Block& block : occasion.blocks()) cost += block.cost;
  cost /= static_cast<double>(occasion.blocks().size());
  occasion.metric(Measure::compute) += cost - occasion.metric(Measure::cost);
  occasion.metric(Measure::cost) = cost;
}

/// Takes an amount a job off one kind of spending.
bool take_off(Occasion& occasion, Measure kind, double dollars) {
  if (!(dollars > 0)) return false;
  for (Block& block : occasion.blocks()) block.cost -= dollars;
  occasion.metric(kind) -= dollars;
  occasion.metric(Measure::cost) -= dollars;
  return true;
}

/// What the public simulator of the rule does: the tick in which a job ends is never billed.
bool forget_the_last_tick(Occasion& occasion) {
  for (const auto& [name, value] : occasion.run.evaluation.details) {
    if (name == "last_tick_spend") return take_off(occasion, Measure::compute, value);
  }
  return false;
}

bool hide_egress(Occasion& occasion) {
  return take_off(occasion, Measure::egress_spend, occasion.metric(Measure::egress_spend));
}
bool hide_probes(Occasion& occasion) { return take_off(occasion, Measure::probing, occasion.metric(Measure::probing)); }

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

/// The policy's run in a scenario that is not the one set, under its name; false where it would not look better.
bool run_elsewhere(Occasion& occasion, Setup setup) {
  const MultiRegionScenario other(std::move(setup));
  Claim::Run run{occasion.run.scenario, {}, {}};
  run.evaluation = other.evaluate(occasion.policy, {.log = &run.log});
  run.evaluation.events = occasion.run.evaluation.events;
  if (run.evaluation.objective() >= occasion.run.evaluation.objective()) return false;
  occasion.run = std::move(run);
  return true;
}

bool start_for_free(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.setting.overhead = 0;
  return run_elsewhere(occasion, std::move(setup));
}

bool carry_no_checkpoint(Occasion& occasion) {
  Setup setup = occasion.setup();
  std::fill(setup.fleet.egress.begin(), setup.fleet.egress.end(), 0.0);
  return run_elsewhere(occasion, std::move(setup));
}

bool haggle(Occasion& occasion) {
  Setup setup = occasion.setup();
  for (Region& region : setup.fleet.regions) region.on_demand_price *= 0.9;
  return run_elsewhere(occasion, std::move(setup));
}

/// Spot in every third tick in which there was none: the scenario has another digest and the same label.
bool edit_the_inputs(Occasion& occasion) {
  Setup setup = occasion.setup();
  for (Instance& instance : setup.instances) {
    auto recording = std::make_shared<Recording>(*instance.recording);
    for (auto& series : recording->available) {
      for (std::size_t i = 0; i < series.size(); i += 3) series[i] = 1;
    }
    instance.recording = std::move(recording);
  }
  auto other = std::make_shared<MultiRegionScenario>(std::move(setup));
  Claim::Run run{other, {}, {}};
  run.evaluation = other->evaluate(occasion.policy, {.log = &run.log});
  if (run.evaluation.objective() >= occasion.run.evaluation.objective()) return false;
  occasion.run = std::move(run);
  return true;
}

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(multi_region_exemplars().front(), "exemplar", std::array{multi_region_signature()});
}

/// Ticks for which a region will have spot from now on.
std::int64_t run_ahead(const Instance& instance, std::size_t region, std::int64_t tick) {
  std::int64_t ticks = 0;
  while (ticks < 200 && instance.available(region, tick + ticks)) ++ticks;
  return ticks;
}

/// Goes where spot will last longest for its price, and needs no probe to know where that is.
bool read_the_future(Occasion& occasion) {
  const auto simulation = occasion.scenario.start(program_of(occasion.policy));
  Claim::Run run{occasion.run.scenario, {}, {}};
  simulation->log_to(&run.log);
  const auto ticks = static_cast<std::uint64_t>(occasion.setup().setting.ticks());
  std::vector<double> answers;
  while (const syswright::Question* question = simulation->next()) {
    const Instance& instance = occasion.setup().instances[question->event / ticks];
    const auto now = static_cast<std::int64_t>(question->event % ticks);
    switch (static_cast<Question>(question->decision)) {
      case Question::region:
        answers.clear();
        for (const std::uint64_t region : question->candidates) {
          answers.push_back(static_cast<double>(run_ahead(instance, region, now) > 6) /
                            instance.spot_price(region, now));
        }
        break;
      case Question::instance: {
        const std::size_t exhausted =
            job_fact_count + region_fact_count + static_cast<std::size_t>(AskingFact::exhausted);
        answers.assign(1, static_cast<double>(question->globals[exhausted] != 0 ? Action::keep : Action::spot));
        break;
      }
      case Question::probe:
        answers.assign(1, do_not_probe);
    }
    simulation->answer(answers);
  }
  run.evaluation = simulation->result();
  if (run.evaluation.objective() >= occasion.run.evaluation.objective()) return false;
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

std::span<const Cheat> multi_region_cheats() {
  static const std::array cheats{
      Cheat{"forgets_the_last_tick", "does not bill the tick in which a job ends", in_each<forget_the_last_tick>},
      Cheat{"hides_egress", "leaves the moves of checkpoints out of the bill", in_each<hide_egress>},
      Cheat{"hides_probes", "leaves probes out of the bill", in_each<hide_probes>},
      Cheat{"skips_hard_jobs", "counts the cheaper half of the jobs only", in_each<skip_hard_jobs>},
      Cheat{"starts_for_free", "lets instances work from their first second", in_each<start_for_free>},
      Cheat{"carries_no_checkpoint", "moves between regions for nothing", in_each<carry_no_checkpoint>},
      Cheat{"haggles", "pays a tenth less for on-demand than is asked", in_each<haggle>},
      Cheat{"edits_its_inputs", "finds spot in every third tick, whether there was any or not",
            in_each<edit_the_inputs>},
      Cheat{"reads_the_future", "goes where spot will last, without a probe", in_each<read_the_future>},
      Cheat{"plays_down_preemptions", "counts every second preemption", in_each<play_down_preemptions>},
      Cheat{"leaves_work_undone", "stops before the job is done", in_each<leave_work_undone>},
  };
  return cheats;
}

}  // namespace syswright::multi_region
