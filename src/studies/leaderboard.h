#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "judge/compare/compare.h"
#include "studies/study.h"

/// Four problems of the public ADRS leaderboard (UCB-ADRS/ADRS-Leaderboard), on its own instances where these are
/// public. Published there: programs that language models wrote; LEVI is the best of them.
namespace syswright::studies {

/// Transaction ordering: three batches; the best published cost is 226.
std::unique_ptr<const Study> make_transactions_study();
/// Model placement (PRISM): 50 fleets; the optimum is proved, and some published scores are above it.
std::unique_ptr<const Study> make_model_placement_study();
/// Expert placement (EPLB): no public loads; ours are generated.
std::unique_ptr<const Study> make_expert_placement_study();
/// Column ordering (LLM-SQL): one of its tables.
std::unique_ptr<const Study> make_column_order_study();

namespace leaderboard {

/// The options that these studies share; file: what --trace names.
std::vector<Option> options(const std::string& file, std::vector<Option> more = {});

/// One of these studies as it runs.
class Trial {
 public:
  Trial(const Study& study, const StudyContext& context, const std::string& domain);

  const Domain& domain() const { return domain_; }
  std::string option(const std::string& name) const { return option_value(study_, context_, name); }
  /// The workload that --trace names, as one scenario. Throws InputError where none is given.
  ScenarioPtr instances(std::map<std::string, std::string> options) const;
  /// Of a native policy; audited: throws Error if the auditor refuses it.
  Evaluation audited(const std::string& method, const ScenarioPtr& scenario) const;
  /// Of any policy. Not audited.
  Evaluation evaluated(const Policy& policy, const ScenarioPtr& scenario) const;
  /// A rule that a search found on instances generated with these options, none of which the study judges by. Nothing
  /// if the budget is 0 or a stop was asked for.
  std::optional<Policy> designed(std::map<std::string, std::string> options) const;
  /// Policies side by side, with the differences from the one at `reference` over the same blocks.
  judge::Comparison compared(std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                             std::size_t reference) const;
  /// How many of the domain's planted cheats, of those that find an occasion in the method's run, the audit of the
  /// domain or the comparison with the scenario refuses; "11 of 11".
  Figure refused_cheats(const std::string& method, const ScenarioPtr& scenario) const;
  bool told(double fraction, const std::string& note) const;
  bool stopped() const { return context_.stop.stop_requested(); }

 private:
  const Study& study_;
  const StudyContext& context_;
  const Domain& domain_;
  Evaluator& evaluator_;
};

/// Sum of the blocks' costs.
double sum_of(const Evaluation& evaluation);

}  // namespace leaderboard
}  // namespace syswright::studies
