#include <fmt/format.h>

#include "policy/export_languages.h"
#include "policy/export_runtime.h"
#include "policy/export_writer.h"

namespace syswright::policy {
namespace {

using Group = ExportPlan::StatisticGroup;
using Field = ExportPlan::StatisticField;
using RulePlan = ExportPlan::RulePlan;

class Syntax : public ExpressionSyntax {
 public:
  Syntax(const ExportPlan& plan, const RulePlan& rule) : plan_(plan), rule_(rule) {}
  std::string input(const Input& input) const override { return input_place(plan_, rule_, input, "f."); }
  std::string action(std::size_t index) const override {
    return fmt::format("{}Action::{}", rule_.type, rule_.actions[index]);
  }
  std::string boolean(bool value) const override { return value ? "true" : "false"; }
  std::string call(std::string_view name, const std::string& arguments) const override {
    return fmt::format("sw::{}({})", name, arguments);
  }
  std::string both(const std::string& a, const std::string& b) const override { return a + " && " + b; }
  std::string either(const std::string& a, const std::string& b) const override { return a + " || " + b; }
  std::string opposite(const std::string& a) const override { return "!" + a; }
  std::string choice(const std::string& condition, const std::string& yes, const std::string& no) const override {
    return fmt::format("{} ? {} : {}", condition, yes, no);
  }

 private:
  const ExportPlan& plan_;
  const RulePlan& rule_;
};

class Writer : ExportWriter {
 public:
  explicit Writer(const Program& program) : ExportWriter(program) {}

  std::string write() {
    const std::string guard = "SYSWRIGHT_POLICY_" + capital_identifier(plan_.name) + "_CPP";
    write_opening();
    line("#ifndef {0}\n#define {0}\n", guard);
    for (const char* header : {"algorithm", "array", "cfloat", "cmath", "cstddef", "limits"})
      line("#include <{}>", header);
    line("");
    add(cpp_semantics());
    if (has_statistics()) add(cpp_statistics());
    line("\nnamespace {} {{\nnamespace sw = syswright_semantics;", plan_.name);
    for (const Group* group : {&plan_.global, &plan_.candidate}) {
      if (!group->fields.empty()) write_group(*group);
    }
    for (const RulePlan& rule : plan_.rules) write_rule(rule);
    line("\n}}  // namespace {}\n\n#endif", plan_.name);
    return std::move(text_);
  }

 private:
  void write_opening() {
    for (const std::string& opening : opening_lines(plan_)) line("//{}{}", opening.empty() ? "" : " ", opening);
    line("//\n// One header for C++17. Compile with -ffp-contract=off and without -ffast-math.");
  }

  static const char* group_type(Scope scope) {
    return scope == Scope::candidate ? "CandidateStatistics" : "Statistics";
  }

  void write_group(const Group& group) {
    line("\n/// Statistics of {}. A copy goes on by itself.",
         group.scope == Scope::candidate ? "one candidate" : "the mechanism, one for all candidates");
    line("struct {} {{", group_type(group.scope));
    for (const Field& field : group.fields) {
      const std::string remark = field.set_by_host() ? " over the candidates present: set it before asking" : "";
      line("  {};  ///< {}{}", member(field), statistic_comment(*field.statistic), remark);
    }
    for (const Group::Observer& observer : group.observers) {
      line("\n  /// {}: {}", to_string(observer.signal->dimension), comment_text(observer.signal->doc));
      line("  void {}(double value) {{", observer.name);
      for (const Field* field : observer.fields) line("    {}.observe(value);", field->name);
      line("  }}");
    }
    line("}};");
  }

  static std::string member(const Field& field) {
    const Statistic& statistic = *field.statistic;
    const auto window = [&](const char* over) {
      return fmt::format("sw::Window<sw::Over::{}, {}> {}", over, statistic.window, field.name);
    };
    switch (statistic.kind) {
      case StatisticKind::ewma:
        return fmt::format("sw::Ewma {}{{{}}}", field.name, number_literal(statistic.parameter));
      case StatisticKind::mean:
        return window("mean");
      case StatisticKind::minimum:
        return window("minimum");
      case StatisticKind::maximum:
        return window("maximum");
      case StatisticKind::count:
        return window("count");
      case StatisticKind::last:
        return fmt::format("sw::Last<{}> {}", statistic.window, field.name);
      case StatisticKind::quantile:
        return fmt::format("sw::Quantile {}{{{}}}", field.name, number_literal(statistic.parameter));
      case StatisticKind::percentile:
        return fmt::format("double {} = 0.0", field.name);
    }
    return "";
  }

  void write_rule(const RulePlan& rule) {
    line("");
    if (!rule.features.empty()) write_features(rule);
    if (rule.answers_action()) write_actions(rule);
    std::string parameters;
    append_parameter(parameters, !rule.features.empty(), fmt::format("const {}Features& f", rule.type));
    append_parameter(parameters, rule.reads_global, "const Statistics& s");
    append_parameter(parameters, rule.reads_candidate, "const CandidateStatistics& c");
    for (const std::string& comment : answer_lines(rule)) line("/// {}", comment);
    line("inline {} {}({}) {{", type(rule, rule.answers_action() ? ValueKind::action : ValueKind::number), rule.name,
         parameters);
    for (const Field* field : rule.statistics) {
      const char* owner = field->statistic->scope == Scope::candidate ? "c" : "s";
      line("  const double {0} = {1}.{0}{2};", field->name, owner, field->set_by_host() ? "" : ".value()");
    }
    const Statements statements = write_statements(*rule.rule, Syntax(plan_, rule));
    for (const auto& definition : statements.definitions)
      line("  const {} {} = {};", type(rule, definition.type.kind), definition.name, definition.text);
    line("  return {};\n}}", statements.result);
  }

  void write_features(const RulePlan& rule) {
    line("/// What {} looks at.", rule.name);
    line("struct {}Features {{", rule.type);
    for (const auto& field : rule.features) {
      std::string type = field.feature->kind == ValueKind::boolean ? "bool" : "double";
      if (field.feature->length > 0) type = fmt::format("std::array<{}, {}>", type, field.feature->length);
      line("  {} {}{{}};  ///< {}", type, field.name, feature_comment(*field.feature));
    }
    line("}};");
  }

  void write_actions(const RulePlan& rule) {
    line("enum class {}Action {{ {} }};", rule.type, fmt::join(rule.actions, ", "));
  }

  static std::string type(const RulePlan& rule, ValueKind kind) {
    if (kind == ValueKind::boolean) return "bool";
    return kind == ValueKind::number ? "double" : rule.type + "Action";
  }
};

}  // namespace

std::string export_cpp(const Program& program) { return Writer(program).write(); }

}  // namespace syswright::policy
