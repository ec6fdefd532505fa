#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/intervals.h"
#include "domains/llm_serving/accounts.h"
#include "studies/study.h"

/// What the studies of LLM serving share.
namespace syswright::studies::serving {

using llm_serving::Measure;
using Options = std::map<std::string, std::string>;

/// One policy in several scenarios.
using Runs = std::vector<Evaluation>;

/// One measure, by scenario.
std::vector<double> column(const Runs& runs, Measure measure);
double mean(std::span<const double> values);
double mean(const Runs& runs, Measure measure);
/// Mean of a measure of `a` less that of `b`, over the same scenarios: 95 %, paired.
Interval less(const Runs& a, const Runs& b, Measure measure = Measure::objective);
/// "+3.1 (+2.2 to +4.5)", each times `scale`.
std::string spoken(const Interval& interval, int digits = 1, double scale = 1);

/// The rules of a program on one line, for verdicts: "rank victim(computed) { return -computed; }".
std::string rule_line(const policy::Program& program);

struct Search {
  std::vector<ScenarioPtr> train;
  std::vector<ScenarioPtr> validation;
  std::string name;                    ///< that the designed policy is given
  std::vector<std::string> decisions;  ///< that it designs; the others are left to the mechanism
  bool from_exemplars = false;         ///< starts from those known heuristics that answer nothing else
  std::string designer;                ///< empty, as the next two: as the study's options say
  std::string budget;
  std::optional<std::uint64_t> seed;
  double told_from = 0;  ///< of the study's progress
  double told_to = 1;
};

/// A study as it runs.
class Trial {
 public:
  Trial(const Study& study, const StudyContext& context);

  const Domain& domain() const { return domain_; }
  Evaluator& evaluator() const { return evaluator_; }
  std::stop_token stop() const { return context_.stop; }
  std::string option(const std::string& name) const { return option_value(study_, context_, name); }
  /// Throws InputError for one out of range.
  std::uint64_t count(const std::string& name, std::uint64_t low, std::uint64_t high) const;
  /// The whole workloads.
  std::vector<ScenarioPtr> open(Options options, std::uint64_t seed = 1, const std::string& workload = "",
                                const std::string& format = "") const;
  policy::ProgramPtr program(const std::string& text) const;
  /// [policies][scenarios]. Throws Error if one fails; once stopped() they say nothing.
  std::vector<Runs> evaluated(std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios) const;
  Runs evaluated(const Policy& policy, std::span<const ScenarioPtr> scenarios) const;
  /// The best policy of a search by designer, budget and seed. Nothing if the budget is 0 or a stop was asked for.
  policy::ProgramPtr designed(const Search& search) const;
  /// Returns false once a stop was asked for.
  bool told(double fraction, const std::string& note) const;
  bool stopped() const { return context_.stop.stop_requested(); }

 private:
  const Study& study_;
  const StudyContext& context_;
  const Domain& domain_;
  Evaluator& evaluator_;
};

/// The options of a study that searches, after its own.
std::vector<Option> with_search(std::vector<Option> own, const std::string& budget);

}  // namespace syswright::studies::serving
