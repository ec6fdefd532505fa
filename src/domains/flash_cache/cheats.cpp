#include "domains/flash_cache/cheats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <utility>

#include "domain/occasion.h"
#include "domains/flash_cache/exemplars.h"
#include "domains/flash_cache/machine.h"
#include "domains/flash_cache/scenario.h"
#include "policy/compile.h"

namespace syswright::flash_cache {
namespace {

using Occasion = syswright::Occasion<FlashCacheScenario, Measure>;

/// The policy's run in a scenario that is not the one set, under its name; false where it does no better.
bool run_elsewhere(Occasion& occasion, Setup setup) {
  const FlashCacheScenario other(std::move(setup));
  Claim::Run run{occasion.run.scenario, {}, {}};
  run.evaluation = other.evaluate(occasion.policy, {.log = &run.log});
  if (!(run.evaluation.objective() < occasion.run.evaluation.objective())) return false;
  occasion.run = std::move(run);
  return true;
}

bool enlarge_dram(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.dram *= 2;
  return run_elsewhere(occasion, std::move(setup));
}

bool enlarge_flash(Occasion& occasion) {
  Setup setup = occasion.setup();
  setup.regions *= 2;
  setup.sets *= 2;
  return run_elsewhere(occasion, std::move(setup));
}

bool pass_the_limit(Occasion& occasion) {
  Setup setup = occasion.setup();
  if (setup.writes_a_day <= 0) return false;
  setup.writes_a_day = 0;
  return run_elsewhere(occasion, std::move(setup));
}

/// Every second request asks again for what the one before asked for.
bool edit_the_inputs(Occasion& occasion) {
  Setup setup = occasion.setup();
  trace::CacheTrace trace = setup.requests->trace;
  for (std::size_t i = 1; i < trace.keys.size(); i += 2) {
    trace.keys[i] = trace.keys[i - 1];
    trace.sizes[i] = trace.sizes[i - 1];
  }
  setup.requests = prepare(std::move(trace), setup.requests->positions);
  auto other = std::make_shared<FlashCacheScenario>(std::move(setup));
  if (other->digest() == occasion.scenario.digest()) return false;
  occasion.run.scenario = other;
  occasion.run.evaluation = other->evaluate(occasion.policy, {.log = &occasion.run.log});
  return true;
}

bool hide_misses(Occasion& occasion) {
  double hidden = 0;
  double requests = 0;
  for (Block& block : occasion.blocks()) {
    const double some = std::ceil(block.cost / 10);
    block.cost -= some;
    hidden += some;
    requests += block.weight;
  }
  occasion.metric(Measure::request_miss_ratio) -= hidden / requests;
  occasion.metric(Measure::flash_hit_ratio) += hidden / requests;
  return hidden > 0;
}

/// States half of the writes.
bool hide_writes(Occasion& occasion) {
  if (occasion.metric(Measure::flash_bytes_written) == 0) return false;
  occasion.metric(Measure::flash_bytes_written) /= 2;
  occasion.metric(Measure::write_amplification) /= 2;
  occasion.metric(Measure::device_writes_per_day) /= 2;
  return true;
}

/// A device that adds no writes of its own.
bool deny_the_amplification(Occasion& occasion) {
  const double stated = std::exchange(occasion.metric(Measure::device_write_amplification), 1);
  occasion.metric(Measure::device_writes_per_day) /= stated;
  return stated != 1;
}

/// Flash hits are stated as hits of DRAM, which answers sooner.
bool serve_from_dram_on_paper(Occasion& occasion) {
  const double moved = std::exchange(occasion.metric(Measure::flash_hit_ratio), 0);
  occasion.metric(Measure::dram_hit_ratio) += moved;
  return moved > 0;
}

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(flash_cache_exemplars().front(), "exemplar", std::array{flash_cache_signature()});
}

/// A host that knows when each object is asked for next.
bool read_the_future(Occasion& occasion) {
  const Setup& setup = occasion.setup();
  const trace::CacheTrace& trace = setup.requests->trace;
  constexpr double never = 1e18;
  std::vector<double> next(trace.size(), never);
  std::unordered_map<std::uint64_t, double> upcoming;  // only looked up
  for (std::size_t i = setup.end; i-- > setup.begin;) {
    const auto found = upcoming.find(trace.keys[i]);
    if (found != upcoming.end()) next[i] = found->second;
    upcoming[trace.keys[i]] = static_cast<double>(i);
  }
  const policy::ProgramPtr program = program_of(occasion.policy);
  const auto simulation = occasion.scenario.start(program);
  Claim::Run run{occasion.run.scenario, {}, {}};
  simulation->log_to(&run.log);
  std::unordered_map<std::uint64_t, double> known;  // object → its next request
  std::uint64_t at = setup.begin;
  while (const Question* question = simulation->next()) {
    for (; at <= question->event; ++at) known[trace.keys[at]] = next[at];
    if (question->decision != static_cast<std::size_t>(Choice::evict)) {
      simulation->answer(interpret_answers(*program, *question));
      continue;
    }
    std::vector<double> answers;
    for (const std::uint64_t key : question->candidates) answers.push_back(known[key]);
    simulation->answer(answers);
  }
  run.evaluation = simulation->result();
  if (run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

}  // namespace

std::span<const Cheat> flash_cache_cheats() {
  static const std::array cheats{
      Cheat{"enlarges_dram", "runs with twice the DRAM", in_each<enlarge_dram>},
      Cheat{"enlarges_flash", "runs with twice the flash", in_each<enlarge_flash>},
      Cheat{"passes_the_limit", "writes more than the limit allows", in_each<pass_the_limit>},
      Cheat{"edits_its_inputs", "lets every second request ask for what the one before asked for",
            in_each<edit_the_inputs>},
      Cheat{"hides_misses", "counts one miss in ten as a hit of flash", in_each<hide_misses>},
      Cheat{"hides_writes", "states half of the writes", in_each<hide_writes>},
      Cheat{"denies_the_amplification", "states that the device adds no writes", in_each<deny_the_amplification>},
      Cheat{"serves_from_dram_on_paper", "states hits of flash as hits of DRAM", in_each<serve_from_dram_on_paper>},
      Cheat{"reads_the_future", "lets leave what is asked for last", in_each<read_the_future>},
  };
  return cheats;
}

}  // namespace syswright::flash_cache
