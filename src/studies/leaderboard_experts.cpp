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
      "On the next step's loads of 58 generated layers, placing replicas globally is better balanced than DeepSeek's "
      "hierarchical balancer, and a designed rule is no worse than the best of the standard ones";
  std::string source_ =
      "ADRS leaderboard, EPLB (LEVI 74.6 on loads that are not public); the claim is this project's own";
  std::vector<Option> options_{
      {"layers", "58", "layers that are generated"},
      {"budget", "60s", "of the search for a rule: '60s', '2000evals'; 0 leaves it out"},
      {"seed", "1", "of the search; the layers that it is judged on have seed 2"},
      {"designer", "evolve", "name of the designer"},
  };
};

Figure balance(std::string name, std::string expected, const Evaluation& evaluation, bool holds) {
  const double share = 1 - evaluation.objective();
  return {.name = std::move(name),
          .expected = std::move(expected),
          .ours = share,
          .ours_text = fmt::format("{:.4f}; {:.4f} on the loads it was decided on; groups on {:.2f} nodes", share,
                                   1 - evaluation.metrics[1], evaluation.metrics[2]),
          .unit = "balancedness in the next step",
          .holds = holds};
}

Result ExpertPlacement::run(const StudyContext& context) const {
  const Trial trial(*this, context, "expert_placement");
  Result result;
  const std::vector<ScenarioPtr> judged =
      trial.domain().open({.options = {{"layers", trial.option("layers")}}, .seed = 2})->scenarios();
  double done = 0;
  for (const ScenarioPtr& scenario : judged) {
    if (!trial.told(0.4 * done++ / static_cast<double>(judged.size()), "standard rules")) break;
    const std::string kind = scenario->setting();
    const Evaluation by_group = trial.audited("by_group", scenario);
    const Evaluation global = trial.audited("global", scenario);
    const Evaluation smoothed = trial.audited("global_smoothed", scenario);
    const Evaluation exchange = trial.audited("exchange", scenario);
    const double best = std::min({global.objective(), smoothed.objective(), exchange.objective()});
    result.figures.push_back(
        balance(kind + ", hierarchical", "below global", by_group, by_group.objective() > global.objective()));
    result.figures.push_back(
        balance(kind + ", global", "above hierarchical", global, by_group.objective() > global.objective()));
    result.figures.push_back(balance(kind + ", global, loads smoothed", "no claim", smoothed, true));
    result.figures.push_back(balance(kind + ", exchanges", "no claim", exchange, true));
    const double bound = 1 - scenario->bounds().front().value;
    result.figures.push_back({.name = kind + ", bound with the next step known",
                              .expected = "at least all of them",
                              .ours = bound,
                              .ours_text = fmt::format("{:.4f}", bound),
                              .unit = "balancedness in the next step",
                              .holds = bound >= 1 - best});
    if (const auto rule = trial.designed(scenario, {{"layers", "12"}})) {
      result.figures.push_back(balance(kind + ", rule designed on other layers", "no worse than the best standard rule",
                                       *rule, rule->objective() <= best * (1 + 0.01)));
    }
  }
  result.figures.push_back(trial.refused_cheats("global", judged.front()));
  result.complete = !trial.stopped();
  result.holds = result.complete &&
                 std::all_of(result.figures.begin(), result.figures.end(), [](const Figure& one) { return one.holds; });
  result.verdict = result.holds
                       ? "global placement is better balanced than hierarchical, and the designed rule keeps up"
                       : "not all of it holds: see the figures";
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_expert_placement_study() { return std::make_unique<ExpertPlacement>(); }

}  // namespace syswright::studies
