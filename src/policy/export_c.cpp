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
  std::string input(const Input& input) const override { return input_place(plan_, rule_, input, "f->"); }
  std::string action(std::size_t index) const override;
  std::string boolean(bool value) const override { return value ? "true" : "false"; }
  std::string call(std::string_view name, const std::string& arguments) const override {
    return fmt::format("sw_{}({})", name, arguments);
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

std::string enumerator(const ExportPlan& plan, const RulePlan& rule, std::size_t action) {
  return fmt::format("{}_{}_{}", capital_identifier(plan.name), capital_identifier(rule.name),
                     capital_identifier(rule.actions[action]));
}

std::string Syntax::action(std::size_t index) const { return enumerator(plan_, rule_, index); }

class Writer : ExportWriter {
 public:
  explicit Writer(const Program& program) : ExportWriter(program) {}

  std::string write() {
    const std::string guard = "SYSWRIGHT_POLICY_" + capital_identifier(plan_.name);
    write_opening();
    line("#ifndef {0}\n#define {0}\n", guard);
    add(c_semantics());
    if (has_statistics()) add(c_statistics());
    for (const Group* group : {&plan_.global, &plan_.candidate}) {
      if (!group->fields.empty()) write_group(*group);
    }
    for (const RulePlan& rule : plan_.rules) write_rule(rule);
    line("\n#endif");
    return std::move(text_);
  }

 private:
  void write_opening() {
    const char* mark = "/*";
    for (const std::string& opening : opening_lines(plan_)) {
      line("{}{}{}", mark, opening.empty() ? "" : " ", opening);
      mark = " *";
    }
    line(" *");
    line(" * One header for C99. Compile with -ffp-contract=off and without -ffast-math; link with -lm.");
    line(" */");
  }

  std::string group_tag(Scope scope) const {
    return plan_.name + (scope == Scope::candidate ? "_candidate_statistics" : "_statistics");
  }

  void write_group(const Group& group) {
    const std::string tag = group_tag(group.scope);
    line("\n/* Statistics of {}. Reset before use; copying the struct copies them. */",
         group.scope == Scope::candidate ? "one candidate" : "the mechanism, one for all candidates");
    line("struct {} {{", tag);
    for (const Field& field : group.fields) {
      const std::size_t size = StatisticRuntime(*field.statistic).state_size();
      const std::string kind = statistic_comment(*field.statistic);
      if (field.set_by_host()) {
        line("  double {}; /* {} over the candidates present: set it before asking */", field.name, kind);
      } else {
        line("  double {}[{}]; /* {} */", field.name, size, kind);
      }
    }
    line("}};");
    line("SW_INLINE void {0}_reset(struct {0} *s) {{", tag);
    line("  const struct {} start = {{0}};\n  *s = start;", tag);
    for (const Field& field : group.fields) write_reset(field);
    line("}}");
    for (const Group::Observer& observer : group.observers) write_observer(tag, observer);
  }

  void write_reset(const Field& field) {
    const StatisticKind kind = field.statistic->kind;
    if (kind == StatisticKind::minimum || kind == StatisticKind::maximum)
      line("  sw_window_reset(s->{}, {}, {});", field.name, field.statistic->window, neutral(kind));
  }

  void write_observer(const std::string& tag, const Group::Observer& observer) {
    const Signal& signal = *observer.signal;
    line("/* {}: {} */", to_string(signal.dimension), comment_text(signal.doc));
    line("SW_INLINE void {}_{}(struct {} *s, double value) {{", plan_.name, observer.name, tag);
    for (const Field* field : observer.fields) line("  {};", observation(*field));
    line("}}");
  }

  static const char* neutral(StatisticKind kind) {
    if (kind == StatisticKind::minimum) return "DBL_MAX";
    return kind == StatisticKind::maximum ? "-DBL_MAX" : "0.0";
  }
  static const char* join(StatisticKind kind) {
    if (kind == StatisticKind::minimum) return "sw_min";
    return kind == StatisticKind::maximum ? "sw_max" : "sw_sum";
  }

  static std::string observation(const Field& field) {
    const Statistic& statistic = *field.statistic;
    const std::string parameter = number_literal(statistic.parameter);
    switch (statistic.kind) {
      case StatisticKind::ewma:
        return fmt::format("sw_ewma_observe(s->{}, {}, value)", field.name, parameter);
      case StatisticKind::quantile:
        return fmt::format("sw_quantile_observe(s->{}, {}, value)", field.name, parameter);
      case StatisticKind::last:
        return fmt::format("sw_last_observe(s->{}, {}, value)", field.name, statistic.window);
      default:
        return fmt::format("sw_window_observe(s->{}, {}, {}, {}, {})", field.name, statistic.window,
                           neutral(statistic.kind), join(statistic.kind),
                           statistic.kind == StatisticKind::count ? "value != 0.0 ? 1.0 : 0.0" : "value");
    }
  }

  static std::string reading(const Field& field) {
    const Statistic& statistic = *field.statistic;
    const std::string place = (statistic.scope == Scope::candidate ? "c->" : "s->") + field.name;
    switch (statistic.kind) {
      case StatisticKind::ewma:
        return fmt::format("sw_ewma_value({})", place);
      case StatisticKind::mean:
        return fmt::format("sw_mean_value({})", place);
      case StatisticKind::quantile:
        return fmt::format("sw_quantile_value({}, {})", place, number_literal(statistic.parameter));
      case StatisticKind::last:
        return fmt::format("sw_last_value({}, {})", place, statistic.window);
      case StatisticKind::percentile:
        return place;
      default:
        return fmt::format("sw_window_value({}, {})", place, join(statistic.kind));
    }
  }

  void write_rule(const RulePlan& rule) {
    line("");
    if (!rule.features.empty()) write_features(rule);
    if (rule.answers_action()) write_actions(rule);
    std::string parameters;
    const std::string name = plan_.name + "_" + rule.name;
    append_parameter(parameters, !rule.features.empty(), fmt::format("const struct {}_features *f", name));
    append_parameter(parameters, rule.reads_global, fmt::format("const struct {} *s", group_tag(Scope::global)));
    append_parameter(parameters, rule.reads_candidate, fmt::format("const struct {} *c", group_tag(Scope::candidate)));
    for (const std::string& comment : answer_lines(rule)) line("/* {} */", comment);
    line("SW_INLINE {} {}({}) {{", type(rule, rule.answers_action() ? ValueKind::action : ValueKind::number), name,
         parameters.empty() ? "void" : parameters);
    for (const Field* field : rule.statistics) line("  const double {} = {};", field->name, reading(*field));
    const Statements statements = write_statements(*rule.rule, Syntax(plan_, rule));
    for (const auto& definition : statements.definitions)
      line("  const {} {} = {};", type(rule, definition.type.kind), definition.name, definition.text);
    line("  return {};\n}}", statements.result);
  }

  void write_features(const RulePlan& rule) {
    line("/* What {} looks at. */", rule.name);
    line("struct {}_{}_features {{", plan_.name, rule.name);
    for (const auto& field : rule.features) {
      const bool boolean = field.feature->kind == ValueKind::boolean;
      const std::string length = field.feature->length > 0 ? fmt::format("[{}]", field.feature->length) : "";
      line("  {} {}{}; /* {} */", boolean ? "bool" : "double", field.name, length, feature_comment(*field.feature));
    }
    line("}};");
  }

  void write_actions(const RulePlan& rule) {
    std::string list;
    for (std::size_t i = 0; i < rule.actions.size(); ++i)
      list += fmt::format("{}{} = {}", i == 0 ? "" : ", ", enumerator(plan_, rule, i), i);
    line("enum {}_{}_action {{ {} }};", plan_.name, rule.name, list);
  }

  std::string type(const RulePlan& rule, ValueKind kind) const {
    if (kind == ValueKind::boolean) return "bool";
    return kind == ValueKind::number ? "double" : fmt::format("enum {}_{}_action", plan_.name, rule.name);
  }
};

}  // namespace

std::string export_c(const Program& program) { return Writer(program).write(); }

}  // namespace syswright::policy
