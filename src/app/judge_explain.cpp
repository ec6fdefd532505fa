#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/judge_command.h"
#include "app/judge_explain_view.h"
#include "app/policies.h"
#include "app/scenarios.h"
#include "base/file.h"

namespace syswright::app {
namespace {

struct Extra {
  std::string rival;
  double loss = 0.005;
  std::string output;
};

/// A program by its file, or a known heuristic of the domain by name.
policy::ProgramPtr find_rival(const Context& context, const Domain& domain, const std::string& name) {
  if (name.empty()) return nullptr;
  if (name.find_first_of("./") != name.npos) return load_program_for(name, domain, context.domains);
  std::vector<std::string> names;
  for (const policy::ProgramPtr& program : exemplar_programs(domain)) {
    if (program->name() == name) return program;
    names.push_back(program->name());
  }
  throw InputError(fmt::format("--rival: unknown program '{}'{} (there are: {}; or the file of one)", name,
                               did_you_mean(name, names), join(names)));
}

/// The baseline with the best mean objective over the scenarios.
Policy best_baseline(const Domain& domain, const std::vector<ScenarioPtr>& scenarios, Evaluator& evaluator,
                     const std::stop_token& stop) {
  std::vector<Policy> policies;
  for (const Baseline& baseline : domain.baselines()) policies.push_back(Policy::native(baseline.name));
  std::vector<Job> jobs;
  for (const Policy& policy : policies) {
    for (const ScenarioPtr& scenario : scenarios) jobs.push_back({policy, scenario});
  }
  const std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, stop);
  const bool lower = domain.metrics().front().lower_is_better;
  std::size_t best = 0;
  double best_loss = std::numeric_limits<double>::infinity();
  for (std::size_t p = 0; p < policies.size(); ++p) {
    double loss = 0;
    for (std::size_t s = 0; s < scenarios.size(); ++s) {
      const Evaluation& evaluation = evaluations[p * scenarios.size() + s];
      const bool ran = evaluation.status == Evaluation::Status::ok;
      loss += ran ? (lower ? 1 : -1) * evaluation.objective() : std::numeric_limits<double>::infinity();
    }
    if (loss < best_loss) {
      best = p;
      best_loss = loss;
    }
  }
  return policies[best];
}

/// Scenarios that the search for a shorter program does not see.
std::vector<ScenarioPtr> verification(const Workload& workload, const std::string& part) {
  if (part == "whole") return {};
  Suite suite = workload.suite();
  return part == "validation" ? suite.test : suite.validation;
}

Opinion examine(const Context& context, const Domain& domain, const JudgeArguments& arguments, const Extra& extra) {
  const std::vector<Policy> policies = find_policies(arguments.policies, domain, context.domains);
  if (policies.size() > 2) {
    throw InputError("--policy: explain takes the program to explain and, if wanted, what it is held against");
  }
  if (policies.front().program() == nullptr) {
    throw InputError(
        fmt::format("--policy: '{}' is a native policy; only programs can be taken apart. 'syswright show' "
                    "prints the domain's heuristics as programs",
                    policies.front().name()));
  }
  const policy::ProgramPtr rival = find_rival(context, domain, extra.rival);
  Bench bench = set_up(context, domain, arguments);
  const judge::Ground ground{.domain = domain,
                             .scenarios = bench.scenarios,
                             .evaluator = bench.workshop.evaluator(),
                             .seed = arguments.seed,
                             .stop = context.stop};
  const judge::ExplainTask task{
      .program = policies.front().program(),
      .reference = policies.size() == 2
                       ? policies[1]
                       : best_baseline(domain, bench.scenarios, bench.workshop.evaluator(), context.stop),
      .validation = verification(*bench.workload, arguments.part),
      .rival = rival};
  const auto progress = context.progress("explain");
  double done = 0;
  judge::ExplainOptions options;
  options.distil.loss = extra.loss;
  options.began = [&](std::string_view part) {
    progress->update({.fraction = done / 5, .best = "", .note = std::string(part), .seconds_left = {}});
    done += 1;
  };
  Opinion opinion{.judge = "explain", .subject = fmt::format("Why {} does as it does", task.program->name())};
  if (context.interrupted()) {
    opinion.complete = false;
    opinion.tone = Tone::level;
    opinion.verdict = "Interrupted: nothing is explained.";
    return opinion;
  }
  const judge::Explanation explanation = judge::explain(ground, task, options);
  progress->clear();
  opinion.verdict = explain_verdict(task, explanation);
  opinion.tone = Tone::plain;
  opinion.complete = explanation.complete;
  opinion.panels = explain_panels(domain, task, explanation);
  opinion.details = explain_json(domain, task, explanation);
  opinion.details.set("domain", domain.name()).set("workload", workload_json(bench.workload->summary()));
  if (!extra.output.empty() && !explanation.distillation.front.empty()) {
    const judge::Distilled& chosen = explanation.distillation.front[explanation.distillation.chosen];
    write_file_atomically(extra.output, policy::to_source(*chosen.program));
  }
  return opinion;
}

}  // namespace

void add_judge_explain(CLI::App& judges, Context& context) {
  add_judge(
      judges, context,
      {.name = "explain",
       .summary = "Explain a program by experiments: its parts, its phases, a shorter one, decisions that differ",
       .codes = "its own run fails",
       .example = "--policy best.pol,lru --part test --rival lru_sample --size 1%",
       .policies = "The program to explain, then what it is held against (default: the best baseline there)",
       .default_policies = {},
       .part = true,
       .default_part = "train",
       .prepare = [&context](CLI::App& command, const Domain& domain, const JudgeArguments& arguments) {
         const auto extra = std::make_shared<Extra>();
         command.get_option("--policy")->required();
         command
             .add_option("--rival", extra->rival,
                         "Program whose decisions are contrasted: a file, or a known heuristic of the domain "
                         "(default: the one it is held against, if that is a program)")
             ->type_name("PROGRAM");
         command.add_option("--loss", extra->loss, "Share of the gain that a shorter program may give away")
             ->capture_default_str()
             ->check(CLI::Range(0.0, 1.0))
             ->type_name("SHARE");
         command.add_option("-o,--output", extra->output, "File to write the shorter program to")->type_name("FILE");
         return [&context, &domain, &arguments, extra] { return examine(context, domain, arguments, *extra); };
       }});
}

}  // namespace syswright::app
