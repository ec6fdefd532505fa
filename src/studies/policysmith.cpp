#include "studies/policysmith.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "design/policysmith.h"
#include "studies/budget.h"
#include "studies/cache_contexts.h"
#include "studies/scripted_smith.h"

namespace syswright::studies {
namespace {

class PolicySmithStudy final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "policysmith";
  std::string claim_ =
      "A cache policy designed for one context (a trace and a size) misses less in the part of the trace that was held "
      "out than the best standard policy there, the best designed ones miss less than the best standard ones over all "
      "contexts, and a policy is best in the context that it was made for";
  std::string source_ =
      "PolicySmith (HotNets 2025, arXiv 2510.08803), whose language model a search without one stands in for";
  std::vector<Option> options_{
      {"trace", "", "cache traces, such as a CloudPhysics one; the bundled one if none is given", true},
      {"sizes", "1%,3%,10%", "of the footprint in objects: a context for each trace and size", true},
      {"budget", "1000evals", "of the search for each context: '60s', '1000evals'"},
      {"seed", "1", "of the searches"},
      {"designer", "evolve", "name of the designer"},
      {"start", "nothing", "what it starts from: nothing, or exemplars, the known heuristics"},
      {"model-budget", "100evals", "of the search with a scripted model, in the first context; 0 leaves it out"},
  };
};

class Runner {
 public:
  Runner(const PolicySmithStudy& study, const StudyContext& context)
      : study_(study), context_(context), domain_(context.domains.find("cache")) {
    const std::vector<std::string> traces =
        value("trace").empty() ? std::vector<std::string>{""} : split_list(value("trace"), "--trace");
    for (const std::string& trace : traces) {
      for (const std::string& size : split_list(value("sizes"), "--sizes")) {
        caches_.push_back(cache_context(domain_, trace, size, "yes"));
        if (traces.size() > 1) caches_.back().name = short_name(trace) + " " + size;
      }
    }
  }

  Result run() {
    for (std::size_t i = 0; i < caches_.size() && !stopped(); ++i) add_search(i);
    if (!stopped()) add_matrix();
    if (!stopped() && value("model-budget") != "0") add_model();
    conclude();
    return std::move(result_);
  }

 private:
  std::string value(const char* name) const { return option_value(study_, context_, name); }
  /// "OLTP" of "cache/OLTP.lis.zst".
  static std::string short_name(const std::string& trace) {
    const std::string file = trace.substr(trace.find_last_of('/') + 1);
    return file.substr(0, file.find('.'));
  }
  bool stopped() const { return context_.stop.stop_requested(); }
  double part(std::size_t i) const { return 0.9 * static_cast<double>(i) / static_cast<double>(caches_.size()); }

  void add(std::string name, std::string expected, double ours, std::string text, bool holds) {
    result_.figures.push_back({.name = std::move(name),
                               .expected = std::move(expected),
                               .ours = ours,
                               .ours_text = std::move(text),
                               .unit = "miss ratio of requests",
                               .holds = holds});
  }

  void add_search(std::size_t i) {
    const DesignRun run = design_for(caches_[i], {.context = context_,
                                                  .domain = domain_,
                                                  .designer = context_.designers.find(value("designer")),
                                                  .budget = parse_budget(value("budget"), "--budget"),
                                                  .seed = parse_count(value("seed"), "--seed"),
                                                  .seeds = starting_programs(domain_, value("start")),
                                                  .from = part(i),
                                                  .to = part(i + 1)});
    if (run.outcome.stopped || !run.test.complete) return;
    designed_.push_back(Policy::of(run.outcome.best->renamed("for_" + std::to_string(i + 1))));
    result_.figures.push_back(against_best_baseline(
        fmt::format("made for {}, less the best standard policy", caches_[i].name), "below 0", domain_, run));
    add_on_training(caches_[i], run.outcome.train.mean);
  }

  /// As the paper measures: on what the search has seen. The baselines, too, are the best of many on just this.
  void add_on_training(const CacheContext& cache, double ours) {
    std::vector<Policy> policies;
    for (const Baseline& baseline : domain_.baselines()) policies.push_back(Policy::native(baseline.name));
    const std::vector<double> misses = misses_in(cache.suite.train.front(), policies);
    if (misses.empty()) return;
    const auto best = std::min_element(misses.begin(), misses.end());
    add(fmt::format("the same at {}, on the part that it was made on, as the paper measures", cache.name), "below 0",
        ours - *best,
        fmt::format("{:+.4f}: {:.4f} against {:.4f} of {}", ours - *best, ours, *best,
                    policies[static_cast<std::size_t>(best - misses.begin())].name()),
        ours < *best);
  }

  /// Every designed policy and every standard one in every context: on the part held out, a row for each, and on the
  /// whole traces, as the paper judges, where a policy has seen a part of its own.
  void add_matrix() {
    if (designed_.size() < caches_.size()) return;
    std::vector<Policy> policies = designed_;
    for (const Baseline& baseline : domain_.baselines()) policies.push_back(Policy::native(baseline.name));
    Oracles held_out, whole;
    for (std::size_t i = 0; i < caches_.size(); ++i) {
      const std::vector<double> misses = misses_in(caches_[i].suite.test.front(), policies);
      if (misses.empty()) return;
      count(misses, held_out);
      if (designed_.size() > 1) add_row(i, misses, policies);
    }
    for (const CacheContext& cache : caches_) {
      const std::vector<double> misses = misses_in(cache.whole, policies);
      if (misses.empty()) return;
      count(misses, whole);
    }
    add_oracles("the best designed less the best standard policy, mean of the contexts", held_out);
    add_oracles("the same on the whole traces, as the paper judges", whole);
  }

  /// Mean misses of whoever knows beforehand which policy to take.
  struct Oracles {
    double designed = 0;
    double standard = 0;
    std::size_t won = 0;  ///< contexts
  };
  void count(const std::vector<double>& misses, Oracles& oracles) const {
    const auto middle = misses.begin() + static_cast<std::ptrdiff_t>(designed_.size());
    const double designed = *std::min_element(misses.begin(), middle);
    const double standard = *std::min_element(middle, misses.end());
    oracles.designed += designed / static_cast<double>(caches_.size());
    oracles.standard += standard / static_cast<double>(caches_.size());
    oracles.won += designed < standard;
  }
  void add_oracles(std::string name, const Oracles& oracles) {
    const double difference = oracles.designed - oracles.standard;
    add(std::move(name), "below 0", difference,
        fmt::format("{:+.4f}: {:.4f} against {:.4f}; lower in {} of {}", difference, oracles.designed, oracles.standard,
                    oracles.won, caches_.size()),
        difference < 0);
  }

  std::vector<double> misses_in(const ScenarioPtr& scenario, const std::vector<Policy>& policies) {
    std::vector<Job> jobs;
    for (const Policy& policy : policies) jobs.push_back({policy, scenario});
    std::vector<double> misses;
    for (const Evaluation& evaluation : context_.evaluator(domain_).evaluate(jobs, context_.stop)) {
      if (evaluation.status == Evaluation::Status::cancelled) return {};
      misses.push_back(evaluation.objective());
    }
    return misses;
  }

  void add_row(std::size_t own, const std::vector<double>& all, const std::vector<Policy>& policies) {
    const std::span misses = std::span(all).first(designed_.size());
    double others = 0;
    std::string text;
    for (std::size_t i = 0; i < misses.size(); ++i) {
      if (i != own) others += misses[i] / static_cast<double>(misses.size() - 1);
      text += fmt::format("{}{}: {:.4f}", i == 0 ? "" : ", ", caches_[i].name, misses[i]);
    }
    const auto standard = std::min_element(all.begin() + static_cast<std::ptrdiff_t>(misses.size()), all.end());
    const double best = *std::min_element(misses.begin(), misses.end());
    add(fmt::format("at {}, by what each was made for", caches_[own].name), "its own is the lowest",
        misses[own] - others,
        fmt::format("{:+.4f} to the mean of the others; {}; of the standard ones {}: {:.4f}", misses[own] - others,
                    text, policies[static_cast<std::size_t>(standard - all.begin())].name(), *standard),
        misses[own] <= best);
  }

  /// Shows that the machinery for a model works, and nothing of what one can do.
  void add_model() {
    const std::uint64_t seed = parse_count(value("seed"), "--seed");
    design::ChatService service;
    service.models = {scripted_smith(seed, false)};
    const design::PolicySmith designer;
    const DesignRun run = design_for(caches_.front(), {.context = context_,
                                                       .domain = domain_,
                                                       .designer = designer,
                                                       .budget = parse_budget(value("model-budget"), "--model-budget"),
                                                       .seed = seed,
                                                       .from = 0.9,
                                                       .to = 1,
                                                       .chat = &service});
    if (run.outcome.stopped || !run.test.complete) return;
    const double misses = run.test.scenarios.front().standings.front().evaluation.objective();
    const bool used = spoken_notes(run.outcome.notes).find("model: 0 new") == std::string::npos;
    add(fmt::format("designer policysmith at {}, a scripted model", caches_.front().name),
        "answers with faults are repaired or counted; a policy comes of it", misses,
        fmt::format("{:.4f}; {}", misses, spoken_notes(run.outcome.notes)), used);
  }

  void conclude() {
    studies::conclude(
        result_, !stopped(),
        fmt::format("searched by '{}' without a language model: with one, only the machinery was tried, on a "
                    "scripted model",
                    value("designer")));
  }

  const PolicySmithStudy& study_;
  const StudyContext& context_;
  const Domain& domain_;
  std::vector<CacheContext> caches_;
  std::vector<Policy> designed_;
  Result result_;
};

Result PolicySmithStudy::run(const StudyContext& context) const { return Runner(*this, context).run(); }

}  // namespace

std::unique_ptr<const Study> make_policysmith_study() { return std::make_unique<PolicySmithStudy>(); }

}  // namespace syswright::studies
