#include "policy/export_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace syswright::policy {
namespace {

/// Statistics become local variables beside t1, t2, …, f, s and c.
std::string statistic_name(std::string_view name) {
  std::string result = identifier(name);
  const bool temporary =
      result.front() == 't' && std::ranges::all_of(result.substr(1), [](char c) { return c >= '0' && c <= '9'; });
  return temporary || result.size() == 1 ? result + "_stat" : result;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

ExportPlan::ExportPlan(const Program& source) : program(&source), name(identifier(source.name())) {
  add_statistics();
  add_observers(global);
  add_observers(candidate);
  Names names;
  Names types;
  for (const Rule& rule : source.rules()) add_rule(rule, names, types);
}

void ExportPlan::add_statistics() {
  Names names;
  for (const char* used : {"reset", "Statistics", "CandidateStatistics"}) names.take(used);
  for (const Statistic& statistic : program->statistics()) {
    if (statistic.kind != StatisticKind::percentile) names.take("observe_" + identifier(statistic.source));
  }
  for (const Statistic& statistic : program->statistics()) {
    StatisticGroup& group = statistic.scope == Scope::candidate ? candidate : global;
    group.fields.push_back({&statistic, names.take(statistic_name(statistic.name))});
  }
}

void ExportPlan::add_observers(StatisticGroup& group) {
  Names names;
  for (const Signal& signal : program->signature().signals) {
    StatisticGroup::Observer observer{"", &signal, {}};
    for (const StatisticField& field : group.fields) {
      if (!field.set_by_host() && field.statistic->source == signal.name) observer.fields.push_back(&field);
    }
    if (observer.fields.empty()) continue;
    observer.name = names.take("observe_" + identifier(signal.name));
    group.observers.push_back(std::move(observer));
  }
}

void ExportPlan::add_rule(const Rule& rule, Names& names, Names& types) {
  const Decision& decision = program->signature().decisions[rule.decision];
  RulePlan plan{.rule = &rule, .decision = &decision, .name = names.take(identifier(decision.name))};
  plan.type = types.take(type_identifier(plan.name));
  Names actions;
  for (const char* used : {"mro", "name", "value"}) actions.take(used);  // of Python's enumerations
  for (const std::string& action : decision.actions) plan.actions.push_back(actions.take(identifier(action)));
  Names fields;
  fields.take(plan.type + "Features");
  for (const Input& input : rule.inputs) {
    if (input.source == Input::Source::statistic) {
      plan.statistics.push_back(&field_of(input));
      (input.scope == Scope::candidate ? plan.reads_candidate : plan.reads_global) = true;
      continue;
    }
    const Feature* feature = &decision.features[input.index];
    if (std::ranges::find(plan.features, feature, &FeatureField::feature) == plan.features.end()) {
      plan.features.push_back({feature, fields.take(identifier(feature->name))});
    }
  }
  rules.push_back(std::move(plan));
}

const ExportPlan::StatisticField& ExportPlan::field_of(const Input& input) const {
  const Statistic* statistic = &program->statistics()[input.index];
  const StatisticGroup& group = statistic->scope == Scope::candidate ? candidate : global;
  return *std::ranges::find(group.fields, statistic, &StatisticField::statistic);
}

const ExportPlan::FeatureField& ExportPlan::feature_of(const RulePlan& rule, const Input& input) const {
  return *std::ranges::find(rule.features, &rule.decision->features[input.index], &FeatureField::feature);
}

std::string input_place(const ExportPlan& plan, const ExportPlan::RulePlan& rule, const Input& input,
                        std::string_view access) {
  if (input.source == Input::Source::statistic) return plan.field_of(input).name;
  const ExportPlan::FeatureField& field = plan.feature_of(rule, input);
  const std::string element = field.feature->length == 0 ? "" : fmt::format("[{}]", input.element);
  return fmt::format("{}{}{}", access, field.name, element);
}

std::vector<std::string> opening_lines(const ExportPlan& plan) {
  const Program& program = *plan.program;
  std::vector<std::string> lines{
      comment_text(
          fmt::format("Policy '{}' for {}, exported by Syswright.", program.name(), program.signature().domain)),
      fmt::format("Digest of the program: {}", program.digest().hex()),
      "",
      "Quantities are in base units: seconds, bytes, dollars. Every value that goes in must be finite;",
      "every value that comes out is: what would overflow is the largest double, and what would be",
      "not a number is 0, exactly as in Syswright's own interpreter.",
      "",
      "The program:",
      ""};
  std::istringstream source(to_source(program));
  for (std::string line; std::getline(source, line);) lines.push_back(trimmed("  " + comment_text(line)));
  return lines;
}

std::vector<std::string> answer_lines(const ExportPlan::RulePlan& rule) {
  const Decision& decision = *rule.decision;
  std::vector<std::string> lines;
  if (!decision.doc.empty()) lines.push_back(comment_text(decision.doc));
  if (decision.kind == DecisionKind::rank) {
    lines.push_back("Score of one candidate: those with the highest scores are taken.");
    if (!decision.modes.empty())
      lines.push_back(comment_text(fmt::format("Written for mode '{}'.", decision.modes[rule.rule->mode])));
  } else if (decision.actions.empty()) {
    lines.push_back(fmt::format("Answer: {}, to be clamped to {:g} to {:g}.", to_string(decision.dimension),
                                decision.low, decision.high));
  }
  return lines;
}

}  // namespace syswright::policy
