#include "studies/glia.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "studies/serving.h"
#include "studies/serving_words.h"

namespace syswright::studies {
namespace {

using serving::less;
using serving::mean;
using serving::Measure;
using serving::Options;
using serving::Runs;
using serving::spoken;

/// Mean completion times of the paper (its KV capacity is not stated) and of a public rerun at 3,328 blocks.
struct Known {
  const char* name;
  const char* brief;
  const char* published;
  const char* rerun;
};
constexpr std::array<Known, 5> known{{{"round_robin", "RR", "63.3", "69.4"},
                                      {"least_outstanding", "LOR", "59.6", "62.8"},
                                      {"least_loaded_queue", "LLQ", "54.6", "60.9"},
                                      {"hra_fifo", "HRA-FIFO", "-", "59.0"},
                                      {"head_room_admission", "HRA", "24.1", "31.4"}}};
/// Restarts a request by the least-loaded queue from which on memory counts as short. With less there is nothing that
/// an admission could avoid, and the order is not claimed.
constexpr double short_of_memory = 0.1;

constexpr std::size_t rr = 0;
constexpr std::size_t llq = 2;
constexpr std::size_t fifo = 3;
constexpr std::size_t hra = 4;

/// Of the searches: seeds that no figure is taken from.
constexpr std::uint64_t first_training_seed = 1001;
constexpr std::uint64_t training_seeds = 6;
constexpr std::uint64_t validation_seeds = 5;
constexpr std::uint64_t rival_seeds = 3;  ///< to train on, and as many to select on
/// Of the experiments that explain, from the first held-out ones.
constexpr std::size_t explained_seeds = 4;

class Glia final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "glia";
  std::string claim_ =
      "Where KV memory is short (the least-loaded queue restarts one request in ten, or more), mean completion times "
      "are in the order round robin ≥ least-loaded queue > head-room admission first come first served > head-room "
      "admission, a search for routing, admission and order finds a policy that beats head-room admission on seeds "
      "that it never saw, and a researcher that reads what judges say finds policies at least as good as evolution's";
  std::string source_ = "Glia (arXiv 2510.27176) and a public rerun of its experiment; the search is ours";
  std::vector<Option> options_ = serving::with_search(
      {{"devices", "A10;linear:39ms,0.26ms,0.247ms,15ms", "hardware of the four replicas, ';' between them"},
       {"capacities", "2048,2560,3328,4096", "KV blocks of a replica", true},
       {"seeds", "10", "workloads that policies are compared on, 3 to 100"},
       {"duration", "1000s", "of a workload"},
       {"caching", "off",
        "prefix caching: off, as in the experiment's simulator, where a restart computes all again; on"},
       {"design-at", "2048", "KV blocks that the searches work with, on the first device"},
       {"decisions", "order,route,admit", "that are designed; the first is looked at hardest", true},
       {"start", "nothing,exemplars",
        "what a search starts from; exemplars: known heuristics, head-room admission among them", true},
       {"explain", "on", "on: takes the best designed policy apart; off"},
       {"rivals", "researcher,evolve", "two designers that search with equal budgets; none compares nothing", true},
       {"rival-seeds", "1,2,3", "of their searches; each is a pair", true},
       {"rival-budget", "240evals", "of each of these searches"},
       {"rival-duration", "300s", "of the workloads that they train on, select on and are judged on"}},
      "1000evals");
};

class Runner {
 public:
  explicit Runner(const serving::Trial& trial) : trial_(trial), seeds_(trial.count("seeds", 3, 100)) {
    for (const std::string& start : split_list(trial.option("start"), "--start")) {
      if (start != "nothing" && start != "exemplars") {
        throw InputError(fmt::format("--start: '{}' is neither 'nothing' nor 'exemplars'", start));
      }
    }
    if (trial.option("explain") != "on" && trial.option("explain") != "off") {
      throw InputError(fmt::format("--explain: '{}' is neither 'on' nor 'off'", trial.option("explain")));
    }
  }

  Result run() {
    add_published();
    add_sweep();
    if (trial_.option("budget") != "0") add_searches();
    if (trial_.option("budget") != "0" && trial_.option("rivals") != "none") add_rivals();
    conclude(result_, !trial_.stopped(), words_);
    return std::move(result_);
  }

 private:
  struct Designed {
    policy::ProgramPtr program;
    Interval against;  ///< less head-room admission
    double objective = 0;
  };

  void add(std::string name, std::string expected, double ours, std::string text, std::string unit, bool holds) {
    result_.figures.push_back({std::move(name), std::move(expected), ours, std::move(text), std::move(unit), holds});
  }

  std::vector<std::string> devices() const {
    std::vector<std::string> list;
    std::string all = trial_.option("devices");
    for (std::size_t at = 0; at <= all.size();) {
      const std::size_t end = std::min(all.find(';', at), all.size());
      if (end > at) list.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    if (list.empty()) throw InputError("--devices names none");
    return list;
  }
  static std::string brief(const std::string& device) { return device.substr(0, device.find(':')); }

  std::vector<ScenarioPtr> workloads(const std::string& device, const std::string& blocks, std::uint64_t seed,
                                     std::uint64_t count, const std::string& duration = "") const {
    return trial_.open({{"generate", "sharegpt duration=" + (duration.empty() ? trial_.option("duration") : duration)},
                        {"seeds", std::to_string(count)},
                        {"hardware", device},
                        {"replicas", "4"},
                        {"kv-blocks", blocks},
                        {"prefix-caching", trial_.option("caching")},
                        {"scheduler", "sarathi"},
                        {"token-budget", "8192"}},
                       seed);
  }

  void add_published() {
    std::string names;
    std::string paper;
    std::string rerun;
    for (const Known& one : known) {
      const char* comma = names.empty() ? "" : ", ";
      names += comma + std::string(one.brief);
      paper += comma + std::string(one.published);
      rerun += comma + std::string(one.rerun);
    }
    add(names, "paper, capacity not stated", 0, paper, "s", true);
    add(names, "rerun, 3,328 blocks", 0, rerun, "s", true);
  }

  void add_sweep() {
    const std::vector<std::string> all_devices = devices();
    const std::vector<std::string> capacities = split_list(trial_.option("capacities"), "--capacities");
    std::vector<Policy> policies;
    for (const Known& one : known) policies.push_back(Policy::native(one.name));
    double done = 0;
    for (const std::string& device : all_devices) {
      for (const std::string& blocks : capacities) {
        const std::string where = fmt::format("{}, {}", brief(device), blocks);
        const double share = done++ / static_cast<double>(all_devices.size() * capacities.size());
        if (!trial_.told(0.25 * share, "known policies on " + where)) return;
        const std::vector<Runs> runs = trial_.evaluated(policies, workloads(device, blocks, 1, seeds_));
        if (trial_.stopped()) return;
        add_capacity(where, runs);
      }
    }
    words_ += fmt::format("the whole order shows in {} of {} settings that are short of memory", ordered_, short_);
  }

  void add_capacity(const std::string& where, const std::vector<Runs>& runs) {
    const auto listed = [&](Measure measure, int digits) {
      std::string text;
      for (const Runs& one : runs)
        text += fmt::format("{}{:.{}f}", text.empty() ? "" : ", ", mean(one, measure), digits);
      return text;
    };
    const double restarts = mean(runs[llq], Measure::preemptions);
    add(where + ": completion", "(as above)", mean(runs[hra], Measure::objective), listed(Measure::objective, 1), "s",
        true);
    add(where + ": restarts", "(none stated)", restarts, listed(Measure::preemptions, 2), "a request", true);
    const double times = mean(runs[llq], Measure::objective) / mean(runs[hra], Measure::objective);
    add(where + ": LLQ over HRA", "2.32 at 2,048; 1.25 at 4,096", times, fmt::format("{:.2f}", times), "times", true);
    if (restarts < short_of_memory) return;
    const Interval first = less(runs[rr], runs[llq]);
    const Interval second = less(runs[llq], runs[fifo]);
    const Interval third = less(runs[fifo], runs[hra]);
    add(where + ": RR less LLQ", "not below 0", first.estimate, spoken(first), "s", first.high >= 0);
    add(where + ": LLQ less HRA-FIFO", "above 0", second.estimate, spoken(second), "s", second.low > 0);
    add(where + ": HRA-FIFO less HRA", "above 0", third.estimate, spoken(third), "s", third.low > 0);
    ++short_;
    ordered_ += first.high >= 0 && second.low > 0 && third.low > 0;
  }

  void add_searches() {
    const std::string device = devices().front();
    const std::string blocks = trial_.option("design-at");
    const std::vector<std::string> starts = split_list(trial_.option("start"), "--start");
    const std::vector<ScenarioPtr> test = workloads(device, blocks, 1, seeds_);
    std::optional<Designed> best;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const double share = 0.5 / static_cast<double>(starts.size());
      const serving::Search search{
          .train = workloads(device, blocks, first_training_seed, training_seeds),
          .validation = workloads(device, blocks, first_training_seed + training_seeds, validation_seeds),
          .name = "designed_from_" + starts[i],
          .decisions = split_list(trial_.option("decisions"), "--decisions"),
          .from_exemplars = starts[i] == "exemplars",
          .told_from = 0.25 + share * static_cast<double>(i),
          .told_to = 0.25 + share * static_cast<double>(i + 1)};
      const policy::ProgramPtr program = trial_.designed(search);
      if (program == nullptr) return;
      const Designed designed = judged(program, starts[i], test);
      if (trial_.stopped()) return;
      if (!best || designed.objective < best->objective) best = designed;
    }
    if (best && trial_.option("explain") == "on") explain(*best, device, test);
  }

  Designed judged(const policy::ProgramPtr& program, const std::string& start, const std::vector<ScenarioPtr>& test) {
    const std::array policies{Policy::of(program), Policy::native("head_room_admission"),
                              Policy::native("least_loaded_queue")};
    const std::vector<Runs> runs = trial_.evaluated(policies, test);
    const Interval against = less(runs[0], runs[1]);
    const Interval queue = less(runs[0], runs[2]);
    const double objective = mean(runs[0], Measure::objective);
    add(fmt::format("designed from {}: completion", start),
        fmt::format("HRA {:.1f}, LLQ {:.1f}", mean(runs[1], Measure::objective), mean(runs[2], Measure::objective)),
        objective, fmt::format("{:.1f}; {:.2f} restarts", objective, mean(runs[0], Measure::preemptions)), "s", true);
    add(fmt::format("designed from {} less HRA", start), "below 0", against.estimate, spoken(against), "s",
        against.high < 0);
    add(fmt::format("designed from {} less LLQ", start), "below 0", queue.estimate, spoken(queue), "s", queue.high < 0);
    const char* verdict = against.high < 0 ? "beats" : against.low > 0 ? "loses to" : "cannot be told from";
    words_ += fmt::format("{}the policy designed from {} {} head-room admission on {} held-out seeds: {} s",
                          words_.empty() ? "" : "; ", start, verdict, seeds_, spoken(against));
    return {program, against, objective};
  }

  void explain(const Designed& best, const std::string& device, const std::vector<ScenarioPtr>& test) {
    if (!trial_.told(0.75, "taking " + best.program->name() + " apart")) return;
    const std::vector<ScenarioPtr> some(
        test.begin(), test.begin() + static_cast<std::ptrdiff_t>(std::min(explained_seeds, test.size())));
    const serving::Worth worth = serving::worth_of_parts(trial_, best.program, some);
    if (!worth.complete) return;
    for (const serving::PartWorth& rule : worth.rules) {
      add("without " + rule.part, "(for information)", rule.cost.estimate, spoken(rule.cost), "s", true);
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(worth.terms.size(), 3); ++i) {
      const serving::PartWorth& term = worth.terms[i];
      add(fit(term.words, 44), "(for information)", term.cost.estimate, spoken(term.cost), "s", true);
    }
    if (worth.shortest_first) {
      add("shortest prompt first in place of its order", "(for information)", worth.shortest_first->estimate,
          spoken(*worth.shortest_first), "s", true);
    }
    words_ += fmt::format("; in {}, {} It is: {}", best.program->name(), spoken(worth) + ".",
                          serving::rule_line(*best.program));
    add_pressure(best, device);
  }

  /// The same policy where memory is tight and where it is ample.
  void add_pressure(const Designed& best, const std::string& device) {
    const std::array policies{Policy::of(best.program), Policy::native("least_loaded_queue")};
    std::string words;
    for (const std::string& blocks : split_list(trial_.option("capacities"), "--capacities")) {
      const std::vector<Runs> runs = trial_.evaluated(policies, workloads(device, blocks, 1, seeds_));
      if (trial_.stopped()) return;
      const Interval gain = less(runs[1], runs[0]);
      const double restarts = mean(runs[1], Measure::preemptions);
      add(fmt::format("LLQ less designed, {} blocks", blocks), "(for information)", gain.estimate,
          fmt::format("{}; {:.2f} restarts", spoken(gain), restarts), "s", true);
      words += fmt::format("{}{:+.1f} s with {} blocks, where LLQ restarts {:.2f} times a request",
                           words.empty() ? "" : ", ", gain.estimate, blocks, restarts);
    }
    words_ += "; it gains on LLQ " + words;
  }

  /// Two designers at equal evaluations, in pairs of seeds, judged on the held-out workloads.
  void add_rivals() {
    const std::vector<std::string> names = split_list(trial_.option("rivals"), "--rivals");
    if (names.size() != 2) throw InputError("--rivals: name two designers, or none");
    for (const std::string& start : split_list(trial_.option("start"), "--start")) add_rivals_from(start, names);
    words_ += "; the agents with a language model were exercised with a scripted one only";
  }

  void add_rivals_from(const std::string& start, const std::vector<std::string>& names) {
    const std::vector<ScenarioPtr> test = rival_workloads(1, seeds_);
    std::vector<double> differences;
    for (const std::string& seed : split_list(trial_.option("rival-seeds"), "--rival-seeds")) {
      std::vector<Policy> policies;
      for (const std::string& name : names) {
        const policy::ProgramPtr program =
            trial_.designed({.train = rival_workloads(first_training_seed, rival_seeds),
                             .validation = rival_workloads(first_training_seed + rival_seeds, rival_seeds),
                             .name = fmt::format("{}_from_{}_{}", name, start, seed),
                             .decisions = split_list(trial_.option("decisions"), "--decisions"),
                             .from_exemplars = start == "exemplars",
                             .designer = name,
                             .budget = trial_.option("rival-budget"),
                             .seed = parse_count(seed, "--rival-seeds"),
                             .told_from = 0.9,
                             .told_to = 0.9});
        if (program == nullptr) return;
        policies.push_back(Policy::of(program));
      }
      const std::vector<Runs> runs = trial_.evaluated(policies, test);
      if (trial_.stopped()) return;
      const Interval against = less(runs[0], runs[1]);
      differences.push_back(against.estimate);
      add(fmt::format("{} less {} from {}, seed {}", names[0], names[1], start, seed), "(for information)",
          against.estimate,
          fmt::format("{}; {:.2f} and {:.2f}", spoken(against, 2), mean(runs[0], Measure::objective),
                      mean(runs[1], Measure::objective)),
          "s", true);
    }
    const Interval all = mean_interval(differences, {.method = IntervalMethod::jackknife});
    add(fmt::format("{} less {} from {}, {} seeds", names[0], names[1], start, differences.size()), "not above 0",
        all.estimate, spoken(all, 2), "s", all.low <= 0);
    const char* verdict = all.high < 0 ? "beats" : all.low > 0 ? "loses to" : "cannot be told from";
    words_ += fmt::format("; from {} at {} {} {} {}: {} s", start, trial_.option("rival-budget"), names[0], verdict,
                          names[1], spoken(all, 2));
  }

  std::vector<ScenarioPtr> rival_workloads(std::uint64_t seed, std::uint64_t count) const {
    return workloads(devices().front(), trial_.option("design-at"), seed, count, trial_.option("rival-duration"));
  }

  const serving::Trial& trial_;
  std::uint64_t seeds_;
  std::size_t short_ = 0;
  std::size_t ordered_ = 0;
  std::string words_;
  Result result_;
};

Result Glia::run(const StudyContext& context) const {
  const serving::Trial trial(*this, context);
  return Runner(trial).run();
}

}  // namespace

std::unique_ptr<const Study> make_glia_study() { return std::make_unique<Glia>(); }

}  // namespace syswright::studies
