#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <limits>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/policies.h"
#include "policy/compile.h"
#include "policy/interval.h"

namespace syswright::app {
namespace {

/// What is known of one rule without running it.
struct RuleFacts {
  std::string decision;
  std::string mode;
  std::size_t nodes = 0;
  policy::Type type;
  policy::Interval range;
  std::vector<std::string> warnings;
};

struct FileFacts {
  std::string file;
  policy::ProgramPtr program;  // nullptr: there is an error
  std::string error;
  std::vector<RuleFacts> rules;
};

bool reads_candidates(const policy::Rule& rule) { return rule.inputs.size() > rule.global_inputs; }

RuleFacts facts_of(const policy::Rule& rule, const policy::Program& program) {
  const policy::Decision& decision = program.signature().decisions[rule.decision];
  RuleFacts facts{.decision = decision.name,
                  .mode = decision.modes.empty() ? "" : decision.modes[rule.mode],
                  .nodes = rule.graph.size(),
                  .type = rule.graph[rule.graph.root()].type,
                  .range = policy::evaluate_intervals(rule, policy::input_ranges(rule, program)).back(),
                  .warnings = {}};
  const bool ranks = decision.kind == policy::DecisionKind::rank;
  if (ranks && !reads_candidates(rule)) {
    facts.warnings.push_back(
        fmt::format("'{}' gives every candidate the same score: it reads nothing of the candidates", decision.name));
  } else if (facts.range.low == facts.range.high) {
    facts.warnings.push_back(fmt::format("'{}' always gives the same answer", decision.name));
  }
  const bool is_number = !ranks && decision.actions.empty();
  if (is_number && (facts.range.low < decision.low || facts.range.high > decision.high)) {
    facts.warnings.push_back(fmt::format("'{}' may answer outside {} to {}, and is then cut to it", decision.name,
                                         format_quantity(decision.low, decision.dimension),
                                         format_quantity(decision.high, decision.dimension)));
  }
  return facts;
}

FileFacts examine(const std::string& file, const Registry<Domain>& domains) {
  FileFacts facts{.file = file, .program = nullptr, .error = "", .rules = {}};
  try {
    facts.program = load_program(file, domains);
  } catch (const policy::ProgramError& error) {
    facts.error = error.what();
    return facts;
  }
  for (const policy::Rule& rule : facts.program->rules()) facts.rules.push_back(facts_of(rule, *facts.program));
  return facts;
}

std::string range_text(const RuleFacts& rule) {
  if (rule.type.kind != policy::ValueKind::number) return to_string(rule.type);
  const auto end = [&](double value) {
    if (value >= std::numeric_limits<double>::max()) return std::string("∞");
    if (value <= -std::numeric_limits<double>::max()) return std::string("-∞");
    return format_quantity(value, rule.type.dimension);
  };
  return fmt::format("{}, {} to {}", to_string(rule.type), end(rule.range.low), end(rule.range.high));
}

void print(const Context& context, const FileFacts& facts) {
  if (facts.program == nullptr) {
    context.out() << facts.error << "\n";
    return;
  }
  const policy::Program& program = *facts.program;
  context.out() << fmt::format("{}: ok: policy {} for {}, digest {}\n", facts.file, program.name(),
                               program.signature().domain, program.digest().hex());
  for (const RuleFacts& rule : facts.rules) {
    context.out() << fmt::format("  {}{}: {} operations; answers {}\n", rule.decision,
                                 rule.mode.empty() ? "" : " by " + rule.mode, rule.nodes, range_text(rule));
    for (const std::string& warning : rule.warnings) context.out() << fmt::format("  warning: {}\n", warning);
  }
}

Json json_of(const FileFacts& facts) {
  Json file = Json::object().set("file", facts.file).set("ok", facts.program != nullptr);
  if (facts.program == nullptr) return file.set("error", facts.error);
  Json rules = Json::array();
  for (const RuleFacts& rule : facts.rules) {
    rules.push(Json::object()
                   .set("decision", rule.decision)
                   .set("mode", rule.mode.empty() ? Json() : Json(rule.mode))
                   .set("operations", rule.nodes)
                   .set("type", to_string(rule.type))
                   .set("low", rule.range.low)
                   .set("high", rule.range.high)
                   .set("warnings", json_array(rule.warnings)));
  }
  return file.set("policy", facts.program->name())
      .set("domain", facts.program->signature().domain)
      .set("digest", facts.program->digest().hex())
      .set("operations", facts.program->size())
      .set("rules", std::move(rules));
}

ExitCode run(const Context& context, const std::vector<std::string>& files) {
  bool ok = true;
  Json all = Json::array();
  for (const std::string& file : files) {
    const FileFacts facts = examine(file, context.domains);
    ok = ok && facts.program != nullptr;
    if (context.json) {
      all.push(json_of(facts));
    } else {
      print(context, facts);
    }
  }
  if (context.json) context.out() << all.text();
  return ok ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_check_command(CLI::App& app, Context& context) {
  CLI::App& command = add_command(app, context, "check",
                                  "Check programs: types, units, ranges of their answers; exits with 1 if one is wrong",
                                  "syswright check my.pol");
  const auto files = std::make_shared<std::vector<std::string>>();
  command.add_option("files", *files, "Programs in the policy language")->required();
  on_run(command, context, [&context, files] { return run(context, *files); });
}

}  // namespace syswright::app
