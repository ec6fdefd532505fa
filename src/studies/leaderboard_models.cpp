#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domains/model_placement/exact.h"
#include "domains/model_placement/problem.h"
#include "studies/leaderboard.h"

namespace syswright::studies {
namespace {

using leaderboard::Trial;
using model_placement::Instance;

/// 1 / mean + success rate.
constexpr double seed_published = 21.892;
constexpr double evox_published = 30.52;
constexpr double levi_score = 87.4;  // by the leaderboard's present score, published to one decimal

class ModelPlacement final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "model_placement";
  std::string claim_ =
      "All 50 public fleets of PRISM are solved to a proved optimum, and no valid placement of them reaches the "
      "published scores 26.37 (AdaEvolve) and 30.52 (EvoX)";
  std::string source_ = "ADRS leaderboard and SkyDiscover, model placement; LEVI; the claim is this project's own";
  std::vector<Option> options_ = leaderboard::options("the file prism_instances.csv");
};

/// 100 sqrt of the way from round robin to an even spread, mean over the fleets.
double present_score(const std::vector<Instance>& fleets, const Evaluation& evaluation, const Evaluation& round_robin) {
  double sum = 0;
  for (std::size_t i = 0; i < fleets.size(); ++i) {
    const double even =
        fleets[i].total_demand() / (static_cast<double>(fleets[i].gpus) * fleets[i].capacity - fleets[i].total_size());
    const double start = round_robin.blocks[i].cost;
    const double way = start > even ? (start - evaluation.blocks[i].cost) / (start - even) : 1;
    sum += 100 * std::sqrt(std::clamp(way, 0.0, 1.0));
  }
  return sum / static_cast<double>(fleets.size());
}

Figure old_score(std::string name, std::string expected, const Evaluation& evaluation, bool holds) {
  const double score = 1 / evaluation.objective() + 1;
  return {.name = std::move(name),
          .expected = std::move(expected),
          .ours = score,
          .ours_text = fmt::format("{:.4f}: mean pressure {:.6f}", score, evaluation.objective()),
          .unit = "1 / mean + success rate",
          .holds = holds};
}

Result ModelPlacement::run(const StudyContext& context) const {
  const Trial trial(*this, context, "model_placement");
  const ScenarioPtr scenario = trial.instances({});
  const std::vector<Instance>& fleets =
      dynamic_cast<const InstanceScenario<model_placement::Problem>&>(*scenario).instances();
  Result result;
  trial.told(0, "the optimum");
  const Evaluation seed = trial.audited("least_pressure", scenario);
  const Evaluation round_robin = trial.audited("round_robin", scenario);
  const Evaluation best = trial.audited("exact", scenario);
  const auto proved = std::count_if(fleets.begin(), fleets.end(), [](const Instance& fleet) {
    return model_placement::place_exactly(fleet, {}).proved;
  });
  result.complete = !trial.stopped();
  if (!result.complete) return result;
  result.figures.push_back(
      old_score("seed program", "21.892", seed, std::abs(1 / seed.objective() + 1 - seed_published) < 5e-4));
  result.figures.push_back({.name = "fleets proved optimal",
                            .expected = "50",
                            .ours = static_cast<double>(proved),
                            .ours_text = fmt::format("{} of {}", proved, fleets.size()),
                            .unit = "fleets",
                            .holds = proved == 50 && fleets.size() == 50});
  result.figures.push_back(old_score("optimum: no valid placement scores more", "below 26.37 and 30.52, published",
                                     best, 1 / best.objective() + 1 < 26.37 && 26.37 < evox_published));
  const double score = present_score(fleets, best, round_robin);
  result.figures.push_back({.name = "optimum, by the leaderboard's score",
                            .expected = fmt::format("{} (LEVI), or above", levi_score),
                            .ours = score,
                            .ours_text = fmt::format("{:.2f}: no valid placement has more", score),
                            .unit = "score",
                            .holds = score > levi_score - 0.05});
  result.figures.push_back(trial.refused_cheats("least_pressure", scenario));
  result.holds = std::all_of(result.figures.begin(), result.figures.end(), [](const Figure& one) { return one.holds; });
  if (const auto found = trial.designed({{"fill", "0.4875"}, {"fleets", "400"}, {"effort", "20000"}})) {
    const Evaluation rule = trial.evaluated(*found, scenario);
    result.figures.push_back(
        old_score("rule designed without seeing them", "above the seed's", rule, rule.objective() < seed.objective()));
    const double of_rule = present_score(fleets, rule, round_robin);
    result.figures.push_back({.name = "the same, by the leaderboard's score",
                              .expected = fmt::format("no claim; {} (LEVI)", levi_score),
                              .ours = of_rule,
                              .ours_text = fmt::format("{:.2f}", of_rule),
                              .unit = "score",
                              .holds = true});
  }
  result.complete = !trial.stopped();
  result.holds = result.holds && result.complete;
  result.verdict = fmt::format("{} of {} fleets proved; the optimum scores {:.3f}, and 26.37 and 30.52 are published",
                               proved, fleets.size(), 1 / best.objective() + 1);
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_model_placement_study() { return std::make_unique<ModelPlacement>(); }

}  // namespace syswright::studies
