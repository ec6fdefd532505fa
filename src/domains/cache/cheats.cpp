#include "domains/cache/cheats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <utility>

#include "domains/cache/belady.h"
#include "domains/cache/exemplars.h"
#include "domains/cache/features.h"
#include "domains/cache/scenario.h"
#include "policy/compile.h"

namespace syswright::cache {
namespace {

using MaybeClaim = std::optional<Claim>;

/// One run as a cheat sees it.
struct Occasion {
  const Policy& policy;
  const CacheScenario& scenario;
  const ScenarioSetup& setup;
  Claim::Run run;  ///< the honest one, for the cheat to change

  std::uint64_t requests() const { return setup.window.end - setup.window.begin; }
};

/// Applies a cheat to every run that ended well, and states the mean anew. bool cheat(Occasion&): whether there was an
/// occasion.
template <typename Change>
MaybeClaim cheat_in_each(const Claim& honest, Change change) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    const auto* scenario = dynamic_cast<const CacheScenario*>(run.scenario.get());
    if (scenario == nullptr || run.evaluation.status != Evaluation::Status::ok) continue;
    Occasion occasion{claim.policy, *scenario, scenario->setup(), run};
    if (!change(occasion)) continue;
    run = std::move(occasion.run);
    any = true;
  }
  if (!any) return std::nullopt;
  claim.objective = stated_objective(claim);
  return claim;
}

/// The policy's honest run in another scenario; nothing if it fails there or takes the same decisions to the same end.
std::optional<Claim::Run> run_elsewhere(const Occasion& occasion, ScenarioSetup setup) {
  Claim::Run run{std::make_shared<CacheScenario>(std::move(setup)), {}, {}};
  run.evaluation = run.scenario->evaluate(occasion.policy, {.log = &run.log});
  if (run.evaluation.status != Evaluation::Status::ok) return std::nullopt;
  if (run.evaluation == occasion.run.evaluation && run.log.records == occasion.run.log.records) return std::nullopt;
  return run;
}

/// Makes metrics and details agree with new blocks, and leaves bytes in proportion.
void recount(Evaluation& evaluation) {
  double misses = 0;
  double requests = 0;
  for (const Block& block : evaluation.blocks) {
    misses += block.cost;
    requests += block.weight;
  }
  const double before = evaluation.metrics[0];
  evaluation.metrics[0] = requests == 0 ? 0 : misses / requests;
  if (before > 0) evaluation.metrics[1] *= evaluation.metrics[0] / before;
  for (auto& [name, value] : evaluation.details) {
    if (name == "misses") value = misses;
    if (name == "requests") value = requests;
  }
}

bool hide_misses(Occasion& occasion) {
  bool any = false;
  for (Block& block : occasion.run.evaluation.blocks) {
    const double hidden = std::ceil(block.cost / 10);
    block.cost -= hidden;
    any = any || hidden > 0;
  }
  recount(occasion.run.evaluation);
  return any;
}

/// Nobody can have an object at its first request: these are not counted.
bool skip_hard_requests(Occasion& occasion) {
  const Requests& requests = *occasion.setup.requests;
  const Window& window = occasion.setup.window;
  std::vector<bool> seen(requests.object_count());
  std::vector<Block>& blocks = occasion.run.evaluation.blocks;
  std::size_t block = 0;
  double skipped = 0;
  for (std::uint64_t i = window.begin; i < window.end; ++i) {
    if (i >= window.counted && i == block_begin(window, block + 1)) ++block;
    const bool first = !seen[requests.objects[i]];
    seen[requests.objects[i]] = true;
    if (!first || i < window.counted) continue;
    blocks[block].cost -= 1;
    blocks[block].weight -= 1;
    ++skipped;
  }
  recount(occasion.run.evaluation);
  return skipped > 0 && skipped < static_cast<double>(window.end - window.counted);
}

/// Serves the scenario with a cache of twice the size.
bool overfill(Occasion& occasion) {
  ScenarioSetup setup = occasion.setup;
  setup.capacity.amount *= 2;
  std::optional<Claim::Run> larger = run_elsewhere(occasion, std::move(setup));
  if (!larger) return false;
  occasion.run.evaluation = std::move(larger->evaluation);
  occasion.run.log = std::move(larger->log);
  return true;
}

/// The same, with each eviction logged twice, so that on paper there is room.
bool evict_twice(Occasion& occasion) {
  if (!overfill(occasion)) return false;
  std::vector<DecisionLog::Record> records;
  for (const DecisionLog::Record& record : occasion.run.log.records) {
    records.push_back(record);
    if (record.decision == evict_decision) records.push_back(record);
  }
  const bool any = records.size() > occasion.run.log.records.size();
  occasion.run.log.records = std::move(records);
  return any;
}

/// For each object, where it is requested next, as of a position that only moves on.
class Future {
 public:
  explicit Future(const ScenarioSetup& setup)
      : requests_(*setup.requests),
        at_(setup.window.begin),
        begin_(setup.window.begin),
        next_(next_requests(requests_, setup.window.begin, setup.window.end)),
        upcoming_(requests_.object_count(), never) {
    for (Object object = 0; object < requests_.keys.size(); ++object) numbers_[requests_.keys[object]] = object;
  }

  void move_to(std::uint64_t request) {
    for (; at_ <= request; ++at_) upcoming_[requests_.objects[at_]] = next_[at_ - begin_];
  }
  double next_request(std::uint64_t key) const { return upcoming_[numbers_.at(key)]; }

 private:
  const Requests& requests_;
  std::uint64_t at_;
  std::uint64_t begin_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> upcoming_;
  std::unordered_map<std::uint64_t, Object> numbers_;  // only looked up
};

policy::ProgramPtr program_of(const Policy& policy) {
  if (policy.program() != nullptr) return policy.program();
  return policy::compile(cache_exemplars().front(), "exemplar", std::array{cache_signature()});
}

/// A host that answers with the time of each object's next request, as if a feature had told it.
bool read_the_future(Occasion& occasion) {
  const auto simulation = occasion.scenario.start(program_of(occasion.policy));
  Claim::Run run{occasion.run.scenario, {}, {}};
  simulation->log_to(&run.log);
  Future future(occasion.setup);
  std::vector<double> answers;
  while (const Question* question = simulation->next()) {
    future.move_to(question->event);
    answers.clear();
    for (const std::uint64_t key : question->candidates) {
      const double next = future.next_request(key);
      answers.push_back(question->decision == evict_decision ? next : next == never ? 0 : 1);
    }
    simulation->answer(answers);
  }
  run.evaluation = simulation->result();
  if (run.log.records == occasion.run.log.records) return false;
  occasion.run = std::move(run);
  return true;
}

ScenarioSetup with_trace(const ScenarioSetup& setup, trace::CacheTrace trace) {
  ScenarioSetup edited = setup;
  edited.requests = prepare(std::move(trace));
  return edited;
}

/// Every second request asks again for what the one before asked for: the trace has another digest, the claim and its
/// decisions agree with it, and its label is the same.
bool edit_the_inputs(Occasion& occasion) {
  trace::CacheTrace trace = occasion.setup.requests->trace;
  for (std::size_t i = 1; i < trace.keys.size(); i += 2) {
    trace.keys[i] = trace.keys[i - 1];
    if (!trace.sizes.empty()) trace.sizes[i] = trace.sizes[i - 1];
  }
  std::optional<Claim::Run> run = run_elsewhere(occasion, with_trace(occasion.setup, std::move(trace)));
  if (!run) return false;
  occasion.run = *std::move(run);
  return true;
}

template <typename T>
void play_twice(std::vector<T>& column, const Window& window) {
  if (column.empty()) return;
  std::vector<T> part(column.begin() + static_cast<std::ptrdiff_t>(window.begin),
                      column.begin() + static_cast<std::ptrdiff_t>(window.end));
  column = part;
  column.insert(column.end(), part.begin(), part.end());
}

/// Spends twice the requests that the scenario grants: the cache is filled by a first pass over what it will be asked.
bool exhaust_the_budget(Occasion& occasion) {
  const Window& window = occasion.setup.window;
  const std::uint64_t length = occasion.requests();
  trace::CacheTrace trace = occasion.setup.requests->trace;
  play_twice(trace.keys, window);
  play_twice(trace.sizes, window);
  play_twice(trace.times, window);
  play_twice(trace.ttls, window);
  play_twice(trace.tenants, window);
  for (std::size_t i = length; i < trace.times.size(); ++i) trace.times[i] += trace.times[length - 1] - trace.times[0];
  ScenarioSetup setup = with_trace(occasion.setup, std::move(trace));
  setup.window = {0, length + window.counted - window.begin, 2 * length};
  for (std::size_t i = 0; i < setup.positions.size() && i < length; ++i) {
    setup.positions.push_back(setup.positions[i] + setup.positions[length - 1] + 1);
  }
  std::optional<Claim::Run> run = run_elsewhere(occasion, std::move(setup));
  if (!run) return false;
  occasion.run.log.records.clear();
  for (DecisionLog::Record record : run->log.records) {
    if (record.event < length) continue;
    record.event = record.event - length + window.begin;
    occasion.run.log.records.push_back(record);
  }
  run->evaluation.events = occasion.run.evaluation.events;
  const bool changed = !(run->evaluation == occasion.run.evaluation);
  occasion.run.evaluation = std::move(run->evaluation);
  return changed;
}

/// Takes objects in and does not count the bytes of every second one: the objective does not suffer, the disk does.
bool leave_writes_uncounted(Occasion& occasion) {
  double& written = occasion.run.evaluation.metrics[2];
  const bool any = written > 0;
  written = std::floor(written / 2);
  return any;
}

/// The host crashes half-way; what it did not serve counts as hits.
bool hide_a_crash(Occasion& occasion) {
  const Window& window = occasion.setup.window;
  const std::uint64_t crash = window.counted + (window.end - window.counted) / 2;
  std::erase_if(occasion.run.log.records, [crash](const DecisionLog::Record& record) { return record.event >= crash; });
  bool any = false;
  std::vector<Block>& blocks = occasion.run.evaluation.blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (block_begin(window, i + 1) <= crash) continue;
    const double served = block_begin(window, i) >= crash ? 0 : 0.5;
    any = any || blocks[i].cost > 0;
    blocks[i].cost = std::floor(blocks[i].cost * served);
  }
  recount(occasion.run.evaluation);
  return any;
}

template <bool (*change)(Occasion&)>
MaybeClaim in_each(const Claim& honest) {
  return cheat_in_each(honest, change);
}

}  // namespace

std::span<const Cheat> cache_cheats() {
  static const std::array cheats{
      Cheat{"hides_misses", "counts one miss in ten as a hit", in_each<hide_misses>},
      Cheat{"skips_hard_requests", "counts only requests for objects that were seen before",
            in_each<skip_hard_requests>},
      Cheat{"overfills", "keeps twice as much as the cache holds, and logs the evictions of that", in_each<overfill>},
      Cheat{"evicts_twice", "keeps twice as much, and logs every eviction twice to make room on paper",
            in_each<evict_twice>},
      Cheat{"reads_the_future", "answers with each object's next request in place of what its features say",
            in_each<read_the_future>},
      Cheat{"edits_its_inputs", "lets every second request ask for what the one before asked for",
            in_each<edit_the_inputs>},
      Cheat{"exhausts_its_budget", "fills the cache by a first pass over the requests that it is measured on",
            in_each<exhaust_the_budget>},
      Cheat{"leaves_writes_uncounted", "does not count the bytes of every second object that it takes in",
            in_each<leave_writes_uncounted>},
      Cheat{"hides_a_crash", "stops half-way, and counts what it did not serve as hits", in_each<hide_a_crash>},
  };
  return cheats;
}

}  // namespace syswright::cache
