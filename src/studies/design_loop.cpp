#include "studies/design_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "studies/budget.h"
#include "studies/design_run.h"

namespace syswright::studies {
namespace {

/// One search of the study.
struct Trial {
  std::string size;
  std::uint64_t seed = 1;
};

class DesignLoop final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "design_loop";
  std::string claim_ =
      "A minute of search finds a cache policy with a lower request miss ratio on the held-out last third of the trace "
      "than every baseline, at every cache size and for every seed";
  std::string source_ = "Syswright's own claim";
  std::vector<Option> options_{
      {"trace", "", "trace file; without one, the bundled workload"},
      {"size", "1%,10%", "cache sizes, as 'syswright design cache' takes them; one search for each", true},
      {"seeds", "1,2,3,4,5", "seeds of the search; one search for each", true},
      {"budget", "60s", "of each search: '60s', '2000evals'"},
      {"designer", "evolve", "name of the designer"},
  };
};

/// Everything the trials share.
struct Setup {
  const Domain& domain;
  const design::Designer& designer;
  design::Budget budget;
  std::string trace;
  std::vector<Trial> trials;
};

Setup set_up(const DesignLoop& study, const StudyContext& context) {
  const auto value = [&](const char* name) { return option_value(study, context, name); };
  Setup setup{context.domains.find("cache"),
              context.designers.find(value("designer")),
              parse_budget(value("budget"), "--budget"),
              value("trace"),
              {}};
  for (const std::string& size : split_list(value("size"), "--size")) {
    for (const std::string& seed : split_list(value("seeds"), "--seeds")) {
      setup.trials.push_back({size, parse_count(seed, "--seeds")});
    }
  }
  return setup;
}

Figure figure_of(const Domain& domain, const Trial& trial, const DesignRun& run) {
  const judge::AgainstBest& against = run.against.front();
  const judge::ScenarioComparison& scenario = run.test.scenarios.front();
  const Evaluation& designed = scenario.standings[0].evaluation;
  const Evaluation& rival = scenario.standings[against.rival].evaluation;
  Figure figure{.name = fmt::format("{}, seed {}", scenario.scenario->setting(), trial.seed),
                .expected = "below 0",
                .ours = designed.objective() - rival.objective(),
                .unit = domain.metrics().front().name + " less the best baseline's",
                .holds = judge::better(domain, designed, rival)};
  const std::string interval =
      against.difference ? fmt::format(" ({:+.4f} to {:+.4f})", against.difference->low, against.difference->high) : "";
  figure.ours_text = fmt::format("{:+.4f}{}: {:.4f} against {:.4f} of {}", figure.ours, interval, designed.objective(),
                                 rival.objective(), scenario.standings[against.rival].policy.name());
  return figure;
}

/// The trial's figure; nullopt if it was interrupted.
std::optional<Figure> run_trial(const Setup& setup, const StudyContext& context, std::size_t index,
                                std::size_t& beyond_doubt) {
  const Trial& trial = setup.trials[index];
  const auto workload =
      setup.domain.open({.workload = setup.trace, .format = "", .options = {{"size", trial.size}}, .seed = 1});
  const Suite suite = workload->suite();
  const DesignPlan plan{.domain = setup.domain,
                        .suite = suite,
                        .designer = setup.designer,
                        .budget = setup.budget,
                        .seed = trial.seed,
                        .progress = [&](const design::Progress& progress) {
                          const auto total = static_cast<double>(setup.trials.size());
                          if (context.progress) {
                            context.progress(
                                (static_cast<double>(index) + progress.fraction) / total,
                                fmt::format("size {}, seed {}: {}", trial.size, trial.seed, progress.note));
                          }
                        }};
  const DesignRun run = run_design(plan, context.evaluator(setup.domain), context.stop, context.stop);
  if (run.outcome.stopped || !run.test.complete) return std::nullopt;
  beyond_doubt += run.count(judge::Verdict::better);
  return figure_of(setup.domain, trial, run);
}

Result DesignLoop::run(const StudyContext& context) const {
  const Setup setup = set_up(*this, context);
  Result result;
  std::size_t beyond_doubt = 0;
  for (std::size_t i = 0; i < setup.trials.size() && result.complete; ++i) {
    if (std::optional<Figure> figure = run_trial(setup, context, i, beyond_doubt)) {
      result.figures.push_back(*std::move(figure));
    } else {
      result.complete = false;
    }
  }
  const auto held =
      std::count_if(result.figures.begin(), result.figures.end(), [](const Figure& f) { return f.holds; });
  result.holds = result.complete && static_cast<std::size_t>(held) == setup.trials.size();
  result.verdict = fmt::format(
      "the designed policy has fewer misses than every baseline in {} of {} searches ({} beyond doubt: the paired 95 % "
      "interval excludes 0){}",
      held, setup.trials.size(), beyond_doubt, result.complete ? "" : "; interrupted before the end");
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_design_loop_study() { return std::make_unique<DesignLoop>(); }

}  // namespace syswright::studies
