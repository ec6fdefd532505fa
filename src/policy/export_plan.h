#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/export_expression.h"
#include "policy/export_names.h"
#include "policy/program.h"

namespace syswright::policy {

/// What every export of a program says, with the names it says it under, before the words of one language.
struct ExportPlan {
  struct StatisticField {
    const Statistic* statistic;
    std::string name;
    /// A percentile over the present candidates is the host's to know; the others keep their own state.
    bool set_by_host() const { return statistic->kind == StatisticKind::percentile; }
  };
  /// Statistics that stand together: one object for the mechanism, one for each candidate.
  struct StatisticGroup {
    Scope scope;
    std::vector<StatisticField> fields;
    struct Observer {
      std::string name;  ///< "observe_inter_arrival"
      const Signal* signal;
      std::vector<const StatisticField*> fields;
    };
    std::vector<Observer> observers;
  };
  struct FeatureField {
    const Feature* feature;
    std::string name;
  };
  struct RulePlan {
    const Rule* rule;
    const Decision* decision;
    std::string name;
    std::string type;  ///< what its types begin with
    std::vector<std::string> actions;
    std::vector<FeatureField> features;  ///< that the rule reads
    std::vector<const StatisticField*> statistics;
    bool reads_global = false;     ///< statistics of the mechanism
    bool reads_candidate = false;  ///< statistics of the candidate
    bool answers_action() const { return !decision->actions.empty(); }
  };

  explicit ExportPlan(const Program& program);
  ExportPlan(const ExportPlan&) = delete;
  ExportPlan& operator=(const ExportPlan&) = delete;

  const StatisticField& field_of(const Input& input) const;
  const FeatureField& feature_of(const RulePlan& rule, const Input& input) const;

  const Program* program;
  std::string name;
  StatisticGroup global{Scope::global, {}, {}};
  StatisticGroup candidate{Scope::candidate, {}, {}};
  std::vector<RulePlan> rules;

 private:
  void add_statistics();
  void add_observers(StatisticGroup& group);
  void add_rule(const Rule& rule, Names& names, Names& types);
};

/// Where a rule finds an input: a feature behind `access` ("f->" or "f."), a statistic in a local variable of its name.
std::string input_place(const ExportPlan& plan, const ExportPlan::RulePlan& rule, const Input& input,
                        std::string_view access);

/// Lines that open every export: what it is, its digest, its source, how to use it; without comment marks.
std::vector<std::string> opening_lines(const ExportPlan& plan);
/// What a rule answers and how the answer is meant; without comment marks.
std::vector<std::string> answer_lines(const ExportPlan::RulePlan& rule);

}  // namespace syswright::policy
