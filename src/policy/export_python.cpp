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
    return fmt::format("{}Action.{}", rule_.type, rule_.actions[index]);
  }
  std::string boolean(bool value) const override { return value ? "True" : "False"; }
  std::string call(std::string_view name, const std::string& arguments) const override {
    return fmt::format("_{}({})", name, arguments);
  }
  std::string both(const std::string& a, const std::string& b) const override { return a + " and " + b; }
  std::string either(const std::string& a, const std::string& b) const override { return a + " or " + b; }
  std::string opposite(const std::string& a) const override { return "not " + a; }
  std::string choice(const std::string& condition, const std::string& yes, const std::string& no) const override {
    return fmt::format("{} if {} else {}", yes, condition, no);
  }

 private:
  const ExportPlan& plan_;
  const RulePlan& rule_;
};

class Writer : ExportWriter {
 public:
  explicit Writer(const Program& program) : ExportWriter(program) {}

  std::string write() {
    line("\"\"\"");
    for (const std::string& opening : opening_lines(plan_)) line("{}", opening);
    line("\nOne module for Python 3.8 or later, standard library only.\n\"\"\"");
    add(python_semantics());
    if (has_statistics()) add(python_statistics());
    for (const Group* group : {&plan_.global, &plan_.candidate}) {
      if (!group->fields.empty()) write_group(*group);
    }
    for (const RulePlan& rule : plan_.rules) write_rule(rule);
    return std::move(text_);
  }

 private:
  void write_group(const Group& group) {
    const bool of_candidate = group.scope == Scope::candidate;
    line("\n\nclass {}:", of_candidate ? "CandidateStatistics" : "Statistics");
    line("    \"\"\"Statistics of {}.\"\"\"\n",
         of_candidate ? "one candidate" : "the mechanism, one object for all candidates");
    line("    def __init__(self):");
    for (const Field& field : group.fields) {
      const std::string remark = field.set_by_host() ? " over the candidates present: set it before asking" : "";
      line("        self.{} = {}  # {}{}", field.name, initial(*field.statistic), statistic_comment(*field.statistic),
           remark);
    }
    for (const Group::Observer& observer : group.observers) {
      line("\n    def {}(self, value):", observer.name);
      line("        \"\"\"{}: {}\"\"\"", to_string(observer.signal->dimension), comment_text(observer.signal->doc));
      for (const Field* field : observer.fields) line("        self.{}.observe(value)", field->name);
    }
  }

  static std::string initial(const Statistic& statistic) {
    switch (statistic.kind) {
      case StatisticKind::ewma:
        return fmt::format("_Ewma({})", number_literal(statistic.parameter));
      case StatisticKind::last:
        return fmt::format("_Last({})", statistic.window);
      case StatisticKind::quantile:
        return fmt::format("_Quantile({})", number_literal(statistic.parameter));
      case StatisticKind::percentile:
        return "0.0";
      default:
        return fmt::format("_Window(\"{}\", {})", to_string(statistic.kind), statistic.window);
    }
  }

  void write_rule(const RulePlan& rule) {
    if (!rule.features.empty()) write_features(rule);
    if (rule.answers_action()) write_actions(rule);
    std::string parameters;
    append_parameter(parameters, !rule.features.empty(), "f");
    append_parameter(parameters, rule.reads_global, "s");
    append_parameter(parameters, rule.reads_candidate, "c");
    line("\n\ndef {}({}):", rule.name, parameters);
    write_docstring(rule);
    for (const Field* field : rule.statistics) {
      const char* owner = field->statistic->scope == Scope::candidate ? "c" : "s";
      line("    {0} = {1}", field->name,
           field->set_by_host() ? fmt::format("float({}.{})", owner, field->name)
                                : fmt::format("{}.{}.value()", owner, field->name));
    }
    const Statements statements = write_statements(*rule.rule, Syntax(plan_, rule));
    for (const auto& definition : statements.definitions) line("    {} = {}", definition.name, definition.text);
    line("    return {}", statements.result);
  }

  void write_docstring(const RulePlan& rule) {
    line("    \"\"\"Answers '{}'.\n", rule.name);
    for (const std::string& comment : answer_lines(rule)) line("    {}", comment);
    if (!rule.features.empty()) line("    f: {}Features", rule.type);
    if (rule.reads_global) line("    s: Statistics");
    if (rule.reads_candidate) line("    c: CandidateStatistics, of the candidate");
    line("    \"\"\"");
  }

  void write_features(const RulePlan& rule) {
    std::string parameters;
    for (const auto& field : rule.features) append_parameter(parameters, true, field.name);
    line("\n\nclass {}Features:", rule.type);
    line("    \"\"\"What {} looks at.\"\"\"\n", rule.name);
    line("    def __init__(self, *, {}):", parameters);
    for (const auto& field : rule.features) {
      const char* convert = field.feature->kind == ValueKind::boolean ? "bool" : "float";
      const std::string value = field.feature->length > 0 ? fmt::format("[{}(x) for x in {}]", convert, field.name)
                                                          : fmt::format("{}({})", convert, field.name);
      line("        self.{} = {}  # {}", field.name, value, feature_comment(*field.feature));
    }
  }

  void write_actions(const RulePlan& rule) {
    line("\n\nclass {}Action(enum.IntEnum):", rule.type);
    for (std::size_t i = 0; i < rule.actions.size(); ++i) line("    {} = {}", rule.actions[i], i);
  }
};

}  // namespace

std::string export_python(const Program& program) { return Writer(program).write(); }

}  // namespace syswright::policy
