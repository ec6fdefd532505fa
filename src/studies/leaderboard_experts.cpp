#include <fmt/format.h>

#include <algorithm>

#include "studies/leaderboard.h"

namespace syswright::studies {
namespace {

using leaderboard::Trial;

class ExpertPlacement final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "expert_placement";
  std::string claim_ =
      "On the next step's loads of 58 generated layers, DeepSeek's global balancer is better balanced than its "
      "hierarchical one where loads drift; where experts burst, stale loads cost more than any packing, and a designed "
      "rule is surely worse than the best standard one in neither case";
  std::string source_ =
      "ADRS leaderboard, EPLB (LEVI 74.6 on loads that are not public); the claim is this project's own";
  std::vector<Option> options_{
      {"layers", "58", "layers that are generated"},
      {"budget", "60s", "of the search for a rule: '60s', '2000evals'; 0 leaves it out"},
      {"seed", "1", "of the search; the layers that it is judged on have seed 2"},
      {"designer", "evolve", "name of the designer"},
  };
};

double balance_of(const Evaluation& evaluation) { return 1 - evaluation.objective(); }
double balance_now(const Evaluation& evaluation) { return 1 - evaluation.metrics[1]; }

Figure balance(std::string name, std::string expected, double ours, bool holds, const std::string& remark) {
  return {.name = std::move(name),
          .expected = std::move(expected),
          .ours = ours,
          .ours_text = fmt::format("{:.4f}: score {:.1f} of 90, without the part for speed{}", ours, 90 * ours, remark),
          .unit = "balancedness in the next step",
          .holds = holds};
}

/// The policies that are compared, in this order; a designed one last.
enum Standard : std::size_t { by_group, global, smoothed, exchange, standards };

void add_standards(const judge::ScenarioComparison& comparison, std::vector<Figure>& figures) {
  const std::string kind = comparison.scenario->setting();
  const bool drifting = kind == "slow";
  const std::vector<judge::Standing>& standings = comparison.standings;
  for (std::size_t i = 0; i < standards; ++i) {
    const Evaluation& evaluation = standings[i].evaluation;
    Figure figure = balance(fmt::format("{}, {}", kind, standings[i].policy.name()), "no claim", balance_of(evaluation),
                            true, fmt::format("; {:.4f} on the loads it was decided on", balance_now(evaluation)));
    if (i == by_group && drifting) {
      figure.expected = "surely below global";
      figure.holds = standings[i].difference && standings[i].difference->low > 0;
    }
    figures.push_back(std::move(figure));
  }
  if (!drifting) {
    const Evaluation& packed = standings[exchange].evaluation;
    const double stale = balance_now(packed) - balance_of(packed);
    const double packing = 1 - balance_now(standings[by_group].evaluation);
    figures.push_back({.name = kind + ", lost to stale loads by exchange",
                       .expected = "more than by_group loses to packing",
                       .ours = stale,
                       .ours_text = fmt::format("{:.4f} against {:.4f}", stale, packing),
                       .unit = "balancedness",
                       .holds = stale > packing});
  }
  const double bound = 1 - comparison.bounds.front().value;
  const bool above = std::all_of(standings.begin(), standings.end(),
                                 [&](const judge::Standing& one) { return balance_of(one.evaluation) <= bound; });
  figures.push_back(balance(kind + ", bound with the next step known", "at least all of them", bound, above, ""));
}

Figure of_rule(const Domain& domain, const judge::ScenarioComparison& comparison) {
  static constexpr std::size_t rivals[]{by_group, global, smoothed, exchange};
  const judge::AgainstBest against = judge::against_best(domain, comparison, standards, rivals);
  std::string remark =
      fmt::format("; {} to {}", judge::to_string(against.verdict), comparison.standings[against.rival].policy.name());
  if (against.difference) {
    remark += fmt::format(", difference {:+.4f} to {:+.4f}", -against.difference->high, -against.difference->low);
  }
  return balance(comparison.scenario->setting() + ", rule designed on other layers",
                 "not surely worse than the best standard rule", balance_of(comparison.standings[standards].evaluation),
                 against.verdict != judge::Verdict::worse, remark);
}

Result ExpertPlacement::run(const StudyContext& context) const {
  const Trial trial(*this, context, "expert_placement");
  Result result;
  const std::vector<ScenarioPtr> judged =
      trial.domain().open({.options = {{"layers", trial.option("layers")}}, .seed = 2})->scenarios();
  trial.told(0, "standard rules");
  std::vector<Policy> policies;
  for (const char* name : {"by_group", "global", "global_smoothed", "exchange"}) {
    for (const ScenarioPtr& scenario : judged) trial.audited(name, scenario);
    policies.push_back(Policy::native(name));
  }
  const judge::Comparison known = trial.compared(policies, judged, global);
  result.complete = known.complete && !trial.stopped();
  if (!result.complete) return result;
  for (const judge::ScenarioComparison& one : known.scenarios) add_standards(one, result.figures);
  result.figures.push_back(trial.refused_cheats("global", judged.front()));
  if (const std::optional<Policy> rule = trial.designed({{"layers", "12"}})) {
    policies.push_back(*rule);
    const judge::Comparison with = trial.compared(policies, judged, standards);
    if (with.complete) {
      for (const judge::ScenarioComparison& one : with.scenarios)
        result.figures.push_back(of_rule(trial.domain(), one));
    }
  }
  result.complete = !trial.stopped();
  result.holds = result.complete &&
                 std::all_of(result.figures.begin(), result.figures.end(), [](const Figure& one) { return one.holds; });
  const judge::ScenarioComparison& drift = known.scenarios.front();
  const judge::ScenarioComparison& burst = known.scenarios.back();
  result.verdict = fmt::format(
      "balancedness {:.3f} by group, {:.3f} globally where loads drift; {:.3f} and {:.3f} where experts burst; LEVI's "
      "74.6 is for loads that are not public",
      balance_of(drift.standings[by_group].evaluation), balance_of(drift.standings[global].evaluation),
      balance_of(burst.standings[by_group].evaluation), balance_of(burst.standings[global].evaluation));
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_expert_placement_study() { return std::make_unique<ExpertPlacement>(); }

}  // namespace syswright::studies
