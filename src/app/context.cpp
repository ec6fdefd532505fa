#include "app/context.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>
#include <utility>

#include "app/shell.h"

namespace syswright::app {

namespace {

/// `arguments` without those that the result does not depend on, each of which has a value.
std::vector<std::string> repeating(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--threads" || arguments[i] == "--ledger") {
      ++i;
    } else if (!arguments[i].starts_with("--threads=") && !arguments[i].starts_with("--ledger=")) {
      kept.push_back(arguments[i]);
    }
  }
  return kept;
}

}  // namespace

Context::Context(const Console& console, const Registries& registries, std::stop_token stop_token,
                 std::vector<std::string> arguments_given, std::optional<Resumption> run_to_resume)
    : stop(std::move(stop_token)),
      arguments(std::move(arguments_given)),
      command_line(shell_command("syswright", repeating(arguments))),
      resumption(std::move(run_to_resume)),
      domains(registries.domains),
      designers(registries.designers),
      studies(registries.studies),
      console_(console) {}

void Context::warn(std::string_view text) const { console_.err << fmt::format("syswright: warning: {}\n", text); }

void Context::note(std::string_view text) const {
  if (!json) console_.err << text << "\n";
}

std::string Context::styled(Style style, std::string_view text) const {
  if (!console_.colour || style == Style::plain) return std::string(text);
  const int code = style == Style::bold ? 1 : style == Style::dim ? 2 : style == Style::good ? 32 : 31;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::unique_ptr<ProgressLine> Context::progress(std::string title) const {
  Terminal terminal = Terminal::standard_error();
  terminal.interactive = terminal.interactive && console_.err_is_terminal;
  return std::make_unique<ProgressLine>(std::move(title), std::move(terminal));
}

CLI::App& add_command(CLI::App& parent, Context& context, const std::string& name, const std::string& summary,
                      const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, summary);
  command->footer("Example:\n" + indented(example));
  command->add_flag("--json", context.json, "Write one JSON document and nothing else");
  return *command;
}

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& example) {
  CLI::App* group = parent.add_subcommand(name, summary);
  group->footer("Example:\n" + indented(example));
  group->require_subcommand(1);
  return *group;
}

void on_run(CLI::App& command, Context& context, std::function<ExitCode()> action) {
  command.callback([&context, action = std::move(action)] { context.action = action; });
}

}  // namespace syswright::app
