#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "policy/export_plan.h"
#include "policy/interval.h"
#include "tests/support/random_program.h"

/// Calling the functions of exported text with numbers in an array, so that their answers can be compared.
namespace syswright::support {

/// One question for a rule. `flat` is what the harness functions take: for each of the rule's inputs that is a feature
/// or a percentile its value, then `observations` values for each observer of the program's statistics. `inputs` is
/// what the interpreter takes: Rule::inputs, with the statistics as the trusted runtime keeps them.
struct ExportQuestion {
  std::vector<double> flat;
  std::vector<double> inputs;
};

/// Writes the harness function of a rule in each language and draws questions for it.
class ExportHarness {
 public:
  static constexpr std::size_t observations = 3;

  explicit ExportHarness(const policy::Program& program) : program_(program), plan_(program) {}

  /// extern double harness_<name>_<rule>(const double *v)
  std::string c_function(std::size_t rule) const {
    const auto& plan = plan_.rules[rule];
    const std::string name = plan_.name + "_" + plan.name;
    std::string text = fmt::format("double harness_{}_{}(const double *v);\n", plan_.name, rule);
    text += fmt::format("double harness_{}_{}(const double *v) {{\n  (void)v;\n", plan_.name, rule);
    if (!plan.features.empty()) text += fmt::format("  struct {}_features f = {{0}};\n", name);
    for (const auto* group : groups()) {
      const std::string tag = plan_.name + (is_candidate(*group) ? "_candidate_statistics" : "_statistics");
      if (!group->fields.empty()) text += fmt::format("  struct {0} {1}; {0}_reset(&{1});\n", tag, owner(*group));
    }
    text += assignments(plan, "  ", ";\n");
    for_each_observation([&](const auto& group, const auto& observer, std::size_t place) {
      text += fmt::format("  {}_{}(&{}, v[{}]);\n", plan_.name, observer.name, owner(group),
                          first_observation(plan) + place);
    });
    text += unused_groups(plan);
    return text + fmt::format("  return (double){}({});\n}}\n", name, arguments(plan, "&"));
  }

  std::string cpp_function(std::size_t rule) const {
    const auto& plan = plan_.rules[rule];
    std::string text =
        fmt::format("extern \"C\" double harness_{}_{}(const double* v) {{\n  (void)v;\n", plan_.name, rule);
    if (!plan.features.empty()) text += fmt::format("  {}::{}Features f;\n", plan_.name, plan.type);
    for (const auto* group : groups()) {
      const std::string type = is_candidate(*group) ? "CandidateStatistics" : "Statistics";
      if (!group->fields.empty()) text += fmt::format("  {}::{} {};\n", plan_.name, type, owner(*group));
    }
    text += assignments(plan, "  ", ";\n");
    for_each_observation([&](const auto& group, const auto& observer, std::size_t place) {
      text += fmt::format("  {}.{}(v[{}]);\n", owner(group), observer.name, first_observation(plan) + place);
    });
    text += unused_groups(plan);
    return text +
           fmt::format("  return static_cast<double>({}::{}({}));\n}}\n", plan_.name, plan.name, arguments(plan, ""));
  }

  /// def harness_<rule>(v), to follow the module's own text
  std::string python_function(std::size_t rule) const {
    const auto& plan = plan_.rules[rule];
    std::string text = fmt::format("\n\ndef harness_{}(v):\n", rule);
    if (!plan.features.empty()) {
      std::string zeros;
      for (const auto& field : plan.features)
        zeros += fmt::format("{}={}, ", field.name,
                             field.feature->length > 0 ? fmt::format("[0.0] * {}", field.feature->length) : "0");
      text += fmt::format("    f = {}Features({})\n", plan.type, zeros);
    }
    for (const auto* group : groups()) {
      const std::string type = is_candidate(*group) ? "CandidateStatistics" : "Statistics";
      if (!group->fields.empty()) text += fmt::format("    {} = {}()\n", owner(*group), type);
    }
    text += assignments(plan, "    ", "\n", true);
    for_each_observation([&](const auto& group, const auto& observer, std::size_t place) {
      text += fmt::format("    {}.{}(v[{}])\n", owner(group), observer.name, first_observation(plan) + place);
    });
    return text + fmt::format("    return float({}({}))\n", plan.name, arguments(plan, ""));
  }

  ExportQuestion draw(Random& random, std::size_t rule_index) const {
    const policy::Rule& rule = program_.rules()[rule_index];
    ExportQuestion question;
    question.inputs = random_inputs(random, rule, program_);
    for (std::size_t i = 0; i < rule.inputs.size(); ++i) {
      if (is_given(rule.inputs[i])) question.flat.push_back(question.inputs[i]);
    }
    for_each_observation([&](const auto&, const auto& observer, std::size_t) {
      question.flat.push_back(random_value(random, observer.signal->low, observer.signal->high));
    });
    for (std::size_t i = 0; i < rule.inputs.size(); ++i) {
      if (!is_given(rule.inputs[i]))
        question.inputs[i] = replay(plan_.rules[rule_index], rule.inputs[i], question.flat);
    }
    return question;
  }

 private:
  using Plan = policy::ExportPlan;

  static bool is_candidate(const Plan::StatisticGroup& group) { return group.scope == policy::Scope::candidate; }
  static const char* owner(const Plan::StatisticGroup& group) { return is_candidate(group) ? "c" : "s"; }
  std::vector<const Plan::StatisticGroup*> groups() const { return {&plan_.global, &plan_.candidate}; }

  bool is_given(const policy::Input& input) const {
    return input.source == policy::Input::Source::feature || plan_.field_of(input).set_by_host();
  }
  std::size_t first_observation(const Plan::RulePlan& plan) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(plan.rule->inputs, [&](const policy::Input& input) { return is_given(input); }));
  }

  template <typename Visit>
  void for_each_observation(Visit visit) const {
    std::size_t place = 0;
    for (const auto* group : groups()) {
      for (const auto& observer : group->observers) {
        for (std::size_t i = 0; i < observations; ++i) visit(*group, observer, place++);
      }
    }
  }

  std::string assignments(const Plan::RulePlan& plan, std::string_view indent, std::string_view end,
                          bool python = false) const {
    std::string text;
    std::size_t place = 0;
    for (const policy::Input& input : plan.rule->inputs) {
      if (!is_given(input)) continue;
      std::string target;
      std::string value = fmt::format("v[{}]", place++);
      if (input.source == policy::Input::Source::feature) {
        const auto& field = plan_.feature_of(plan, input);
        target = "f." + field.name + (field.feature->length > 0 ? fmt::format("[{}]", input.element) : "");
        if (field.feature->kind == policy::ValueKind::boolean)
          value = python ? "bool(" + value + ")" : value + " != 0.0";
      } else {
        const auto& field = plan_.field_of(input);
        target = fmt::format("{}.{}", field.statistic->scope == policy::Scope::candidate ? "c" : "s", field.name);
      }
      text += fmt::format("{}{} = {}{}", indent, target, value, end);
    }
    return text;
  }

  std::string unused_groups(const Plan::RulePlan& plan) const {
    std::string text;
    if (!plan_.global.fields.empty() && !plan.reads_global) text += "  (void)s;\n";
    if (!plan_.candidate.fields.empty() && !plan.reads_candidate) text += "  (void)c;\n";
    return text;
  }

  static std::string arguments(const Plan::RulePlan& plan, std::string_view reference) {
    std::string list;
    const auto add = [&](bool needed, const char* name) {
      if (needed) list += fmt::format("{}{}{}", list.empty() ? "" : ", ", reference, name);
    };
    add(!plan.features.empty(), "f");
    add(plan.reads_global, "s");
    add(plan.reads_candidate, "c");
    return list;
  }

  /// Value of a statistic after the observations in `flat`, by the trusted runtime.
  double replay(const Plan::RulePlan& plan, const policy::Input& input, const std::vector<double>& flat) const {
    const policy::Statistic& statistic = program_.statistics()[input.index];
    const policy::StatisticRuntime runtime(statistic);
    std::vector<double> state(runtime.state_size());
    runtime.reset(state.data());
    for_each_observation([&](const auto&, const auto& observer, std::size_t place) {
      if (observer.signal->name == statistic.source)
        runtime.observe(state.data(), flat[first_observation(plan) + place]);
    });
    return runtime.value(state.data());
  }

  const policy::Program& program_;
  Plan plan_;
};

/// A folder of its own below the system's temporary folder, removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "syswright-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder " + name);
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline void write_text(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace syswright::support
