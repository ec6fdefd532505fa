#include <fmt/format.h>

#include <algorithm>

#include "domains/transactions/problem.h"
#include "studies/leaderboard.h"

namespace syswright::studies {
namespace {

using leaderboard::sum_of;
using leaderboard::Trial;

/// Sums of three makespans.
constexpr double best_published = 226;     // rerun
constexpr double levi_score = 71.1;        // of the leaderboard
constexpr double arrival_published = 537;  // 452 + 38 + 47, by the public simulator

class Transactions final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "transactions";
  std::string claim_ =
      "The leaderboard's three batches of transactions can be ordered with a sum of makespans below the best published "
      "one, 226";
  std::string source_ = "ADRS leaderboard, transaction scheduling; LEVI; the claim is this project's own";
  std::vector<Option> options_ =
      leaderboard::options("the folder with txn_workload_1.json to txn_workload_3.json",
                           {{"effort", "8000000", "moves that the search tries on each batch: some 10 s in all"}});
};

/// 100 (baseline - cost) / (baseline - effective), effective a tenth of the way from the ideal to the baseline.
double score_of(double cost, double baseline, double ideal) {
  return std::clamp(100 * (baseline - cost) / (0.9 * (baseline - ideal)), 0.0, 100.0);
}

double longest_of(const Scenario& scenario) {
  const auto& batches = dynamic_cast<const InstanceScenario<transactions::Problem>&>(scenario).instances();
  double sum = 0;
  for (const transactions::Instance& batch : batches) {
    std::uint32_t longest = 0;
    for (const transactions::Transaction& one : batch.transactions) longest = std::max(longest, one.length);
    sum += longest;
  }
  return sum;
}

Figure cost(std::string name, std::string expected, double ours, bool holds, const std::string& remark = "") {
  return {.name = std::move(name),
          .expected = std::move(expected),
          .ours = ours,
          .ours_text = fmt::format("{:.0f}{}", ours, remark),
          .unit = "ticks, sum of three makespans",
          .holds = holds};
}

std::string parts_of(const Evaluation& evaluation) {
  std::string parts;
  for (const Block& block : evaluation.blocks)
    parts += fmt::format("{}{:.0f}", parts.empty() ? ": " : " + ", block.cost);
  return parts;
}

Result Transactions::run(const StudyContext& context) const {
  const Trial trial(*this, context, "transactions");
  const ScenarioPtr batches = trial.instances({{"effort", trial.option("effort")}});
  Result result;
  trial.told(0, "known orders");
  const double arrival = sum_of(trial.audited("arrival", batches));
  const double greedy = sum_of(trial.audited("greedy", batches));
  const double ideal = longest_of(*batches);
  result.figures = {cost("in order of arrival", "537", arrival, arrival == arrival_published),
                    cost("greedy, every successor tried", "below arrival", greedy, greedy < arrival)};
  trial.told(0.05, "search");
  const Evaluation searched = trial.audited("search", batches);
  result.complete = !trial.stopped();
  if (!result.complete) return result;
  const double found = sum_of(searched);
  const double score = score_of(found, arrival, ideal);
  result.figures.push_back(
      cost("search", "below 226", found, found < best_published, parts_of(searched) + ", audited"));
  result.figures.push_back({.name = "search, by the leaderboard's score",
                            .expected = fmt::format("above {} (LEVI)", levi_score),
                            .ours = score,
                            .ours_text = fmt::format("{:.1f} of 100", score),
                            .unit = "score",
                            .holds = score > levi_score});
  const double bound = batches->bounds().front().value * 3;
  result.figures.push_back(cost("lower bound on every order", "at most the search's", bound, bound <= found));
  trial.told(0.3, "planted cheats");
  result.figures.push_back(trial.refused_cheats("greedy", batches));
  result.holds = std::all_of(result.figures.begin(), result.figures.end(), [](const Figure& one) { return one.holds; });
  if (const auto policy = trial.designed({{"effort", "2000"}})) {
    const Evaluation rule = trial.evaluated(*policy, batches);
    result.figures.push_back(
        cost("rule designed without seeing them", "below greedy", sum_of(rule), sum_of(rule) < greedy, parts_of(rule)));
  }
  result.complete = !trial.stopped();
  result.holds = result.holds && result.complete;
  result.verdict = fmt::format("{:.0f} ticks against 226 of the best published order; no order needs fewer than {:.0f}",
                               found, bound);
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_transactions_study() { return std::make_unique<Transactions>(); }

}  // namespace syswright::studies
