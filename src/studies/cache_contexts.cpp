#include "studies/cache_contexts.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "policy/compile.h"

namespace syswright::studies {

CacheContext cache_context(const Domain& domain, const std::string& trace, const std::string& size,
                           const std::string& unit) {
  const auto workload =
      domain.open({.workload = trace, .format = "", .options = {{"size", size}, {"unit", unit}}, .seed = 1});
  return {.name = size, .suite = workload->suite(), .whole = workload->scenarios().front()};
}

std::vector<policy::ProgramPtr> starting_programs(const Domain& domain, const std::string& start) {
  std::vector<policy::ProgramPtr> programs;
  if (start == "nothing") return programs;
  if (start != "exemplars") throw InputError(fmt::format("--start: '{}' is neither 'nothing' nor 'exemplars'", start));
  for (const std::string& text : domain.exemplars()) {
    programs.push_back(policy::compile(text, "exemplar", std::vector{domain.signature()}));
  }
  return programs;
}

DesignRun design_for(const CacheContext& cache, const SearchPlan& search) {
  const StudyContext& context = search.context;
  const DesignPlan plan{.domain = search.domain,
                        .suite = cache.suite,
                        .designer = search.designer,
                        .budget = search.budget,
                        .seed = search.seed,
                        .seeds = search.seeds,
                        .name = "",
                        .progress =
                            [&](const design::Progress& progress) {
                              if (!context.progress) return;
                              context.progress(search.from + (search.to - search.from) * progress.fraction,
                                               fmt::format("{}: {}", cache.name, progress.note));
                            },
                        .searched = {},
                        .chat = search.chat};
  return run_design(plan, context.evaluator(search.domain), context.stop, context.stop);
}

Figure against_best_baseline(std::string name, std::string expected, const Domain& domain, const DesignRun& run) {
  Figure figure{.name = std::move(name),
                .expected = std::move(expected),
                .ours = std::numeric_limits<double>::quiet_NaN(),
                .ours_text = "no figure",
                .unit = domain.metrics().front().name};
  const judge::AgainstBest& against = run.against.front();
  if (!against.difference) return figure;
  const judge::ScenarioComparison& test = run.test.scenarios.front();
  const Interval& difference = *against.difference;
  figure.ours = difference.estimate;
  figure.holds = against.verdict == judge::Verdict::better;
  figure.ours_text = fmt::format("{:+.4f} ({:+.4f} to {:+.4f}): {:.4f} against {:.4f} of {}; {}", difference.estimate,
                                 difference.low, difference.high, test.standings.front().evaluation.objective(),
                                 test.standings[against.rival].evaluation.objective(),
                                 test.standings[against.rival].policy.name(), spoken_rules(*run.outcome.best));
  return figure;
}

std::string spoken_rules(const policy::Program& program) {
  std::string text;
  for (const policy::Rule& rule : program.rules()) {
    const policy::Decision& decision = program.signature().decisions[rule.decision];
    if (!text.empty()) text += ", ";
    text += decision.name;
    if (!decision.modes.empty()) text += " by " + decision.modes[rule.mode];
  }
  return text;
}

}  // namespace syswright::studies
