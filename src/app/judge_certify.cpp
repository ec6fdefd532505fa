#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/judge_command.h"
#include "app/judge_views.h"
#include "app/policies.h"
#include "base/file.h"

namespace syswright::app {
namespace {

struct Arguments {
  std::string file;
  bool shield = false;
  std::string fallback;
  std::string output;
  std::string page;
  judge::CertifyOptions options;
  bool no_solver = false;
};

/// A clause that is undecided is no evidence against it.
bool holds(const judge::Certificate& certificate) { return !certificate.any_refuted(); }

Opinion opinion_of(const judge::Certificate& certificate) {
  Opinion opinion{.judge = "certify",
                  .subject = fmt::format("Certificate of {}", certificate.policy),
                  .verdict = certificate_verdict(certificate),
                  .tone = certificate_tone(certificate),
                  .holds = holds(certificate),
                  .complete = certificate.complete,
                  .details = certificate_json(certificate)};
  opinion.panels.push_back(certificate_panel(certificate));
  return opinion;
}

void refuse_idle_options(const Arguments& arguments) {
  if (arguments.shield) return;
  if (!arguments.output.empty()) throw InputError("-o writes the shielded program: add --shield");
  if (!arguments.fallback.empty()) throw InputError("--fallback is what a shield falls back to: add --shield");
}

/// The shielded program is what leaves the house, so that the verdict is about it.
Opinion shielded_opinion(const Context& context, const policy::Program& program, const Arguments& arguments,
                         Opinion before) {
  const policy::ProgramPtr fallback =
      arguments.fallback.empty() ? nullptr : load_program(arguments.fallback, context.domains);
  const judge::Shielded shielded = judge::shield(program, fallback.get(), arguments.options, context.stop);
  if (!arguments.output.empty()) write_file_atomically(arguments.output, policy::to_source(*shielded.program));
  Opinion opinion = opinion_of(shielded.certificate);
  opinion.verdict = fmt::format("As it was: {} Shielded: {}", before.verdict, opinion.verdict);
  opinion.details = std::move(before.details.set("shield", shield_json(shielded)));
  opinion.details.set("output", arguments.output.empty() ? Json() : Json(arguments.output));
  std::vector<Panel> panels = std::move(before.panels);
  panels.push_back(shield_panel(shielded));
  panels.push_back(std::move(opinion.panels.front()));
  opinion.panels = std::move(panels);
  return opinion;
}

Opinion examine(const Context& context, Arguments arguments) {
  refuse_idle_options(arguments);
  arguments.options.solver = !arguments.no_solver;
  const policy::ProgramPtr program = load_program(arguments.file, context.domains);
  if (program->contracts().empty()) {
    throw InputError(
        fmt::format("{}: policy '{}' states no contract: add 'ensure' to a rule, for example 'ensure output "
                    "in [0, 1];' (docs/language.md, \"Contracts\")",
                    arguments.file, program->name()));
  }
  Opinion opinion = opinion_of(judge::certify(*program, arguments.options, context.stop));
  if (arguments.shield) return shielded_opinion(context, *program, arguments, std::move(opinion));
  return opinion;
}

}  // namespace

void add_judge_certify(CLI::App& judges, Context& context) {
  CLI::App& command =
      add_command(judges, context, "certify",
                  "Prove or refute what a program's contracts state ('ensure'); exits with 1 if a statement is refuted",
                  "syswright judge certify best.pol\n"
                  "syswright judge certify best.pol --shield --fallback lru.pol -o shielded.pol");
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("program", arguments->file, "File with a policy that states a contract")
      ->required()
      ->type_name("FILE");
  command.add_flag("--shield", arguments->shield,
                   "Also wrap the policy in a monitor that keeps its contract, and certify that");
  command.add_option("--fallback", arguments->fallback, "Program that answers where the shield steps in")
      ->type_name("FILE");
  command.add_option("-o,--output", arguments->output, "File to write the shielded program to")->type_name("FILE");
  command
      .add_option("--coverage", arguments->options.coverage,
                  "Stop refining a statement when at most this share of its box is undecided")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE");
  command.add_option("--boxes", arguments->options.max_boxes, "Boxes to examine for each statement, at most")
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--no-solver", arguments->no_solver, "Intervals only: do not ask Z3 about what they leave");
  command.add_option("--seed", arguments->options.seed, "Seed of the random questions asked first")
      ->capture_default_str()
      ->type_name("N");
  add_page_option(command, arguments->page);
  on_run(command, context,
         [&context, arguments] { return deliver(context, examine(context, *arguments), arguments->page); });
}

}  // namespace syswright::app
