#include "studies/optimize_anything.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "domain/aggregate.h"
#include "optimize/reflect.h"
#include "optimize/verdict.h"
#include "policy/compile.h"
#include "studies/budget.h"
#include "studies/cache_contexts.h"
#include "studies/cant_be_late.h"
#include "studies/cloudcast.h"

namespace syswright::studies {
namespace {

/// GEPA's published results.
constexpr double cloudcast_seed = 1045.86;     // dollars for the five transfers
constexpr double cloudcast_saving = 0.402;     // of the seed
constexpr double cant_be_late_saving = 0.078;  // of greedy, on traces that are not public
constexpr double circles_published = 2.63598;  // sum of 26 radii; AlphaEvolve 2.6358
constexpr double circles_best_known = 2.635983085;

class OptimizeAnything final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "optimize_anything";
  std::string claim_ =
      "What a language model that rewrites texts reached on CloudCast (40.2 % less than the seed), Can't Be Late (7.8 "
      "% "
      "less than greedy) and packing 26 circles (2.63598) is reached without one: by a planner, by a search for "
      "policies "
      "and by a search of marked constants";
  std::string source_ = "GEPA / optimize_anything (gepa-ai/gepa; arXiv 2507.19457)";
  std::vector<Option> options_{
      {"cloudcast", "", "folder with the public CloudCast tables; left out if none is given"},
      {"spot", "", "CSV file or folder with the public Can't-Be-Late windows; left out if none is given"},
      {"spot-budget", "2min", "of the search for a spot policy, on series that it is not judged on"},
      {"circles", "", "folder with pack.c and evaluate.py (examples/circle_packing); left out if none is given"},
      {"circles-budget", "3min", "of the search of its marks"},
      {"seed", "1", "of the searches"},
      {"model-budget", "60evals", "of the rewriting of a policy's text by a scripted model; 0 leaves it out"},
  };
};

/// Stands in for a language model that rewrites a cache policy: shapes with marked constants, some of them wrong.
class ScriptedWriter final : public optimize::Writer {
 public:
  explicit ScriptedWriter(std::uint64_t seed) : seed_(seed) {}

  std::vector<Answer> ask(std::span<const optimize::Question> questions, const Check& check,
                          const std::stop_token& stop) override {
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < questions.size() && asked_ < most && !stop.stop_requested(); ++i) {
      Answer answer{.served = false, .who = "model scripted"};
      for (int attempt = 0; attempt < 2 && !answer.served; ++attempt) answer.served = !check(i, next(), false);
      answers.push_back(std::move(answer));
    }
    return answers;
  }
  void learn(std::span<const double>) override {}
  bool may_go_on() const override { return asked_ < most; }
  std::vector<std::string> notes() const override { return {}; }
  std::uint64_t asked() const { return asked_; }

  static constexpr std::uint64_t most = 24;

 private:
  std::string next() {
    Random random(seed_, "scripted writer", asked_);
    switch (asked_++ % 6) {
      case 1:
        return "It depends on the workload.";
      case 3:
        return "```python\ndef evict(x):\n    return x.age\n```\n";
      default:
        return fmt::format(
            "```\npolicy rewritten for cache {{\n  rank evict(last_access, accesses, entries) by queue {{\n"
            "    let worth = {:.2f};  # @tune(0.01, 20, log)\n    let most = {:.0f};  # @tune(1, 100, log, int)\n"
            "    return -(last_access + worth * entries * min(accesses, most));\n  }}\n}}\n```\n",
            random.uniform(0.05, 5), std::floor(random.uniform(2, 30)));
    }
  }

  std::uint64_t seed_;
  std::uint64_t asked_ = 0;
};

/// Judges the texts of cache policies by their misses, as `syswright run` does from the command line. Instances are
/// scenarios, by name.
optimize::Measure misses_of(const Domain& domain, Evaluator& evaluator, std::map<std::string, ScenarioPtr> scenarios) {
  return [&domain, &evaluator, scenarios = std::move(scenarios)](std::span<const optimize::Trial> trials,
                                                                 const std::stop_token& stop) {
    std::vector<optimize::Measurement> measured(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      try {
        const Job job{Policy::of(policy::compile(*trials[i].text, "policy.pol", std::array{domain.signature()})),
                      scenarios.at(trials[i].instance->name)};
        const Evaluation evaluation = evaluator.evaluate({&job, 1}, stop).front();
        measured[i].cancelled = evaluation.status == Evaluation::Status::cancelled;
        if (is_result(evaluation)) {
          measured[i].score = evaluation.objective();
        } else {
          measured[i].reason = "the policy failed";
        }
      } catch (const InputError& error) {
        measured[i].reason = error.what();
      }
    }
    return measured;
  };
}

constexpr const char* lru_text =
    "policy lru for cache {\n  rank evict(last_access) by queue { return -last_access; }\n}\n";

class Runner {
 public:
  Runner(const OptimizeAnything& study, const StudyContext& context) : study_(study), context_(context) {}

  Result run() {
    if (!value("cloudcast").empty()) add_cloudcast();
    if (!stopped() && !value("spot").empty()) add_spot();
    if (!stopped() && !value("circles").empty()) add_circles();
    if (!stopped() && value("model-budget") != "0") add_rewriting();
    conclude();
    return std::move(result_);
  }

 private:
  std::string value(const char* name) const { return option_value(study_, context_, name); }
  bool stopped() const { return context_.stop.stop_requested(); }
  std::uint64_t seed() const { return parse_count(value("seed"), "--seed"); }

  void add(std::string name, std::string expected, double ours, std::string text, std::string unit, bool holds) {
    result_.figures.push_back({std::move(name), std::move(expected), ours, std::move(text), std::move(unit), holds});
  }

  /// Another study, as a part of this one.
  Result part(const Study& study, std::map<std::string, std::string> options, double from, double to) const {
    StudyContext inner = context_;
    inner.options = std::move(options);
    if (context_.progress) {
      inner.progress = [this, from, to](double fraction, const std::string& note) {
        context_.progress(from + (to - from) * fraction, note);
      };
    }
    return study.run(inner);
  }

  static const Figure* find(const Result& result, std::string_view name) {
    const auto found = std::find_if(result.figures.begin(), result.figures.end(),
                                    [&](const Figure& figure) { return figure.name == name; });
    return found == result.figures.end() ? nullptr : &*found;
  }

  void add_cloudcast() {
    const Result result = part(*make_cloudcast_study(), {{"trace", value("cloudcast")}, {"budget", "0"}}, 0, 0.1);
    const Figure* plan = find(result, "balanced");
    if (plan == nullptr) return;
    const double published = cloudcast_seed * (1 - cloudcast_saving);
    add("CloudCast, a planner",
        fmt::format("at most ${:.2f}: {:.1f} % less than the seed", published, 100 * cloudcast_saving), plan->ours,
        fmt::format("${:.2f}: {:.1f} % less than the seed; no model needed", plan->ours,
                    100 * (1 - plan->ours / cloudcast_seed)),
        "dollars for all transfers", plan->ours <= published && plan->holds);
  }

  /// Judged on the public set, searched on the series that it leaves out.
  void add_spot() {
    const Result result =
        part(*make_cant_be_late_study(),
             {{"trace", value("spot")}, {"budget", value("spot-budget")}, {"seed", value("seed")}, {"sets", "unseen"}},
             0.1, 0.45);
    const Figure* greedy = find(result, "greedy");
    const Figure* designed = find(result, "designed on the set 'unseen'");
    const Figure* printed = find(result, "the same, as hours");
    if (greedy == nullptr) return;
    const std::string expected = fmt::format("at least {:.1f} % below greedy (published, on other traces), none late",
                                             100 * cant_be_late_saving);
    for (const auto& [name, figure] : {std::pair{"Can't Be Late, the printed program, its units mended", printed},
                                       {"Can't Be Late, a search that never saw these series", designed}}) {
      if (figure == nullptr) continue;
      const double saving = 1 - figure->ours / greedy->ours;
      add(name, expected, figure->ours,
          fmt::format("{:.1f} % below greedy: {} against {:.4f}", 100 * saving, figure->ours_text, greedy->ours),
          "$ a job", saving >= cant_be_late_saving && figure->ours_text.find(", 0 late") != std::string::npos);
    }
  }

  void add_circles() {
    if (context_.progress) context_.progress(0.45, "packing circles");
    const std::string folder = std::filesystem::absolute(value("circles")).string();
    const optimize::Artifact artifact(read_file(folder + "/pack.c"), folder + "/pack.c");
    const char* path = std::getenv("PATH");
    const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    const optimize::ExternalEvaluator evaluator({.command = "python3 {here}/evaluate.py {file}",
                                                 .file_name = "pack.c",
                                                 .here = folder,
                                                 .path = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin",
                                                 .limits = {.wall_seconds = 300, .cpu_seconds = 300},
                                                 .threads = threads});
    const design::Budget budget = parse_budget(value("circles-budget"), "--circles-budget");
    optimize::Task task{.artifact = artifact,
                        .train = {optimize::Instance{}},
                        .validation = {},
                        .measure = [&](std::span<const optimize::Trial> trials,
                                       const std::stop_token& stop) { return evaluator.measure(trials, stop); },
                        .evaluations = {},
                        .seconds = budget.seconds,
                        .seed = seed(),
                        .threads = threads,
                        .progress =
                            [&](const optimize::Progress& now) {
                              if (context_.progress) context_.progress(0.45 + 0.45 * now.fraction, now.note);
                            },
                        .stop = context_.stop};
    if (budget.evaluations) task.evaluations = static_cast<std::uint64_t>(*budget.evaluations);
    const optimize::Outcome outcome = optimize::search(task);
    const double sum = -outcome.best.train.loss;
    add("26 circles, marked constants of a program", fmt::format("{} and more at zero tolerance", circles_published),
        sum,
        fmt::format("{:.9f} from {:.9f}, in {} evaluations; best known {}; no model needed, but a program that packs",
                    sum, -outcome.original.train.loss, outcome.spent, circles_best_known),
        "sum of radii", sum >= circles_published);
  }

  /// A policy as a text: rewritten by a scripted model, its marks searched, judged on the part held out.
  void add_rewriting() {
    if (context_.progress) context_.progress(0.9, "rewriting a policy's text");
    const Domain& domain = context_.domains.find("cache");
    Evaluator& evaluator = context_.evaluator(domain);
    const CacheContext cache = cache_context(domain, "", "1%", "yes");
    const optimize::Artifact artifact(lru_text, "lru.pol", optimize::Artifact::Marks::optional);
    const design::Budget budget = parse_budget(value("model-budget"), "--model-budget");
    ScriptedWriter writer(seed());
    const optimize::Measure measure = misses_of(domain, evaluator,
                                                {{"training", cache.suite.train.front()},
                                                 {"validation", cache.suite.validation.front()},
                                                 {"held out", cache.suite.test.front()}});
    optimize::Task task{.artifact = artifact,
                        .train = {{.name = "training", .argument = ""}},
                        .validation = {{.name = "validation", .argument = ""}},
                        .measure = measure,
                        .direction = optimize::Direction::minimise,
                        .evaluations = {},
                        .seconds = budget.seconds,
                        .seed = seed(),
                        .progress = {},
                        .stop = context_.stop};
    if (budget.evaluations) task.evaluations = static_cast<std::uint64_t>(*budget.evaluations);
    const optimize::Outcome outcome = optimize::reflect(
        task, {.names = {"lru.pol"}, .objective = "a lower miss ratio", .direction = task.direction}, writer);
    const auto verdict =
        optimize::hold_out(outcome.original.text, outcome.best.text, {{.name = "held out", .argument = ""}}, measure,
                           task.direction, context_.stop);
    if (!verdict) return;
    const double before = verdict->original_score.loss;
    const double after = verdict->best_score.loss;
    std::uint64_t failed = 0;
    for (const auto& [reason, count] : outcome.failures) failed += count;
    add("a cache policy's text, rewritten by a scripted model, its marks searched",
        "at most its seed's (lru), held out", after,
        fmt::format("{:.4f} against {:.4f}; best by '{}', {} texts without a score; a scripted model: shows that the "
                    "machinery works, and no more",
                    after, before, outcome.best.origin, failed),
        "miss ratio of requests", after <= before);
  }

  void conclude() {
    std::string words;
    for (const char* name : {"cloudcast", "spot", "circles"}) {
      if (value(name).empty()) words += fmt::format("--{} was not given, and is left out; ", name);
    }
    words +=
        "what is published of prompts, agents and kernels (AIME, ARC-AGI, KernelBench) needs a language model and is "
        "not rerun";
    studies::conclude(result_, !stopped(), words);
  }

  const OptimizeAnything& study_;
  const StudyContext& context_;
  Result result_;
};

Result OptimizeAnything::run(const StudyContext& context) const { return Runner(*this, context).run(); }

}  // namespace

std::unique_ptr<const Study> make_optimize_anything_study() { return std::make_unique<OptimizeAnything>(); }

}  // namespace syswright::studies
