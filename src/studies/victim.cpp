#include "studies/victim.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "studies/serving.h"

namespace syswright::studies {
namespace {

using serving::less;
using serving::mean;
using serving::Measure;
using serving::Options;
using serving::Runs;
using serving::spoken;

constexpr std::array<const char*, 3> rules{"vllm", "least_computed_victim", "reclaimable_victim"};
constexpr std::uint64_t first_training_seed = 1001;
/// Of the trace's windows: half are searched on, a third of them to choose among candidates.
constexpr std::size_t fewest_windows = 6;

class Victim final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "victim";
  std::string claim_ =
      "Where KV memory is short and no prefix cache keeps what was preempted, both rules proposed in vLLM's tracker "
      "recompute less than its own; with and without the cache searches find one that recomputes less, and one by "
      "which "
      "requests end sooner, than by any of the three, on windows that they never saw";
  std::string source_ = "vLLM issue 54644, pull requests 53723 and 56897; the search is ours";
  std::vector<Option> options_ = serving::with_search(
      {{"trace", "", "requests, such as AzureLLMInferenceTrace_conv.csv; empty: generated ones of that shape"},
       {"hardware", "H100", "of the one replica"},
       {"capacities", "768,1024", "KV blocks", true},
       {"caching", "off,on", "prefix cache; a preempted request then finds what is left of its blocks", true},
       {"window", "300s", "of the trace, or of a generated workload"},
       {"objectives", "recompute,latency",
        "what a designed rule is to lower, one search for each: recompute (tokens computed once more) or latency",
        true},
       {"windows", "16", "of them, 6 to 100: the second half is held out"}},
      "400evals");
};

class Runner {
 public:
  explicit Runner(const serving::Trial& trial) : trial_(trial) {
    const std::size_t count = trial.count("windows", fewest_windows, 100);
    held_out_ = count / 2;
    validation_ = (count - held_out_) / 3;
    train_ = count - held_out_ - validation_;
    for (const std::string& objective : split_list(trial.option("objectives"), "--objectives")) {
      goals_.push_back(goal_of(objective));
    }
  }

  Result run() {
    const std::vector<std::string> cachings = split_list(trial_.option("caching"), "--caching");
    const std::vector<std::string> capacities = split_list(trial_.option("capacities"), "--capacities");
    const double share = 1.0 / static_cast<double>(cachings.size() * capacities.size());
    double done = 0;
    for (const std::string& caching : cachings) {
      for (const std::string& blocks : capacities) {
        if (trial_.told(done, "known rules")) add_setting(caching, blocks, done, done + share);
        done += share;
      }
    }
    conclude(result_, !trial_.stopped(), words_);
    return std::move(result_);
  }

 private:
  void add(std::string name, std::string expected, double ours, std::string text, std::string unit, bool holds) {
    result_.figures.push_back({std::move(name), std::move(expected), ours, std::move(text), std::move(unit), holds});
  }

  std::vector<ScenarioPtr> windows(const std::string& caching, const std::string& blocks, const std::string& objective,
                                   std::size_t first, std::size_t count) const {
    const std::string window = trial_.option("window");
    Options options{{"hardware", trial_.option("hardware")},
                    {"replicas", "1"},
                    {"kv-blocks", blocks},
                    {"prefix-caching", caching},
                    {"objective", objective}};
    if (trial_.option("trace").empty()) {
      options["generate"] = "azure-conversation duration=" + window;
      options["seeds"] = std::to_string(count);
      return trial_.open(options, first_training_seed + first);
    }
    options["duration"] = window;
    std::vector<ScenarioPtr> scenarios;
    for (std::size_t i = first; i < first + count; ++i) {
      const double from = static_cast<double>(i) * parse_duration(window, "--window").value();
      options["from"] = fmt::format("{}s", from);
      try {
        scenarios.push_back(trial_.open(options, 1, trial_.option("trace")).front());
      } catch (const InputError& error) {
        throw InputError(fmt::format("window {} from {:g} s: {}; fewer --windows or a shorter --window fit", i + 1,
                                     from, error.what()));
      }
    }
    return scenarios;
  }

  /// What a search is told to lower, and the measure that it is judged by.
  struct Goal {
    std::string objective;
    Measure measure;
    double scale;
    const char* unit;
  };
  static Goal goal_of(const std::string& objective) {
    if (objective == "recompute") return {objective, Measure::recompute_tax, 100, "points of tax"};
    if (objective == "latency") return {objective, Measure::e2e, 1, "s end to end"};
    throw InputError(fmt::format("--objectives: '{}' is neither 'recompute' nor 'latency'", objective));
  }

  void add_setting(const std::string& caching, const std::string& blocks, double told_from, double told_to) {
    const std::string where = fmt::format("{}, {}", blocks, caching);
    std::vector<Policy> policies;
    for (const char* rule : rules) policies.push_back(Policy::native(rule));
    const double share = (told_to - told_from) / static_cast<double>(goals_.size());
    for (std::size_t i = 0; i < goals_.size(); ++i) {
      const policy::ProgramPtr designed =
          trial_.designed({.train = windows(caching, blocks, goals_[i].objective, 0, train_),
                           .validation = windows(caching, blocks, goals_[i].objective, train_, validation_),
                           .name = "designed_for_" + goals_[i].objective,
                           .decisions = {"victim"},
                           .from_exemplars = true,
                           .told_from = told_from + share * static_cast<double>(i),
                           .told_to = told_from + share * static_cast<double>(i + 1)});
      if (designed != nullptr) policies.push_back(Policy::of(designed));
    }
    if (trial_.stopped()) return;
    const std::vector<Runs> runs =
        trial_.evaluated(policies, windows(caching, blocks, "latency", train_ + validation_, held_out_));
    if (trial_.stopped()) return;
    const bool cached = caching == "on";
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const double tax = 100 * mean(runs[i], Measure::recompute_tax);
      add(fmt::format("{}: {}", where, i < rules.size() ? brief(i) : policies[i].name()),
          i > 0 || cached ? "(for information)" : "up to 79 (forced)", tax,
          fmt::format("{:.1f}; {:.1f} s, {:.2f} preemptions", tax, mean(runs[i], Measure::e2e),
                      mean(runs[i], Measure::preemptions)),
          "% recomputed", true);
    }
    for (std::size_t i = 1; i < rules.size(); ++i) {
      const Interval tax = less(runs[i], runs[0], Measure::recompute_tax);
      add(fmt::format("{}: {} less vllm", where, brief(i)), cached ? "(for information)" : "below 0",
          100 * tax.estimate, spoken(tax, 1, 100), "points of tax", cached || tax.high < 0);
    }
    add_words(caching, blocks, runs);
    for (std::size_t i = rules.size(); i < runs.size(); ++i) {
      add_designed(where, goals_[i - rules.size()], runs, runs[i], *policies[i].program());
    }
  }

  static std::string brief(std::size_t rule) {
    static const std::array<std::string, rules.size()> names{"vllm", "least computed", "reclaimable"};
    return names[rule];
  }

  void add_words(const std::string& caching, const std::string& blocks, const std::vector<Runs>& runs) {
    std::size_t least = 0;
    for (std::size_t i = 1; i < rules.size(); ++i) {
      if (mean(runs[i], Measure::recompute_tax) < mean(runs[least], Measure::recompute_tax)) least = i;
    }
    words_ += fmt::format("{}with {} blocks and the prefix cache {} of the known rules {} recomputes least, {:.1f} %",
                          words_.empty() ? "" : "; ", blocks, caching, brief(least),
                          100 * mean(runs[least], Measure::recompute_tax));
    if (least > 0) words_ += fmt::format(", and vllm {:.1f} %", 100 * mean(runs[0], Measure::recompute_tax));
  }

  void add_designed(const std::string& where, const Goal& goal, const std::vector<Runs>& runs, const Runs& designed,
                    const policy::Program& program) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < rules.size(); ++i) {
      if (mean(runs[i], goal.measure) < mean(runs[best], goal.measure)) best = i;
    }
    const Interval change = less(designed, runs[best], goal.measure);
    const std::string text = spoken(change, goal.scale > 1 ? 1 : 2, goal.scale);
    add(fmt::format("{}: for {} less {}", where, goal.objective, brief(best)), "below 0", goal.scale * change.estimate,
        text, goal.unit, change.high < 0);
    words_ += fmt::format(", the rule {} {} ({} {}): {}", program.name(),
                          change.high < 0  ? "is better than the best of them"
                          : change.low > 0 ? "is worse than the best of them"
                                           : "cannot be told from the best of them",
                          text, goal.unit, serving::rule_line(program));
  }

  const serving::Trial& trial_;
  std::vector<Goal> goals_;
  std::size_t train_ = 0;
  std::size_t validation_ = 0;
  std::size_t held_out_ = 0;
  std::string words_;
  Result result_;
};

Result Victim::run(const StudyContext& context) const {
  const serving::Trial trial(*this, context);
  return Runner(trial).run();
}

}  // namespace

std::unique_ptr<const Study> make_victim_study() { return std::make_unique<Victim>(); }

}  // namespace syswright::studies
