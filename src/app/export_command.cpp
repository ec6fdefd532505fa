#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/policies.h"
#include "base/file.h"
#include "policy/export.h"

namespace syswright::app {
namespace {

struct Arguments {
  std::string file;
  std::string language;
  std::string output;
};

std::string languages() {
  std::string all;
  for (const policy::Exporter& exporter : policy::exporters()) {
    all += (all.empty() ? "" : ", ") + std::string(exporter.name);
  }
  return all;
}

ExitCode run(const Context& context, const Arguments& arguments) {
  const policy::Exporter& exporter = policy::find_exporter(arguments.language);
  const policy::ProgramPtr program = load_program(arguments.file, context.domains);
  const std::string text = exporter.write(*program);
  if (!arguments.output.empty()) write_file_atomically(arguments.output, text);
  if (context.json) {
    context.out() << Json::object()
                         .set("policy", program->name())
                         .set("digest", program->digest().hex())
                         .set("language", exporter.name)
                         .set("file", arguments.output.empty() ? Json() : Json(arguments.output))
                         .set("text", text)
                         .text();
  } else if (arguments.output.empty()) {
    context.out() << text;
  } else {
    context.out() << fmt::format("wrote {}\n", arguments.output);
  }
  return ExitCode::ok;
}

}  // namespace

void add_export_command(CLI::App& app, Context& context) {
  CLI::App& command = add_command(app, context, "export", "Write a program in the language that it will run in",
                                  "syswright export best.pol --to c -o best.h");
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("file", arguments->file, "Program in the policy language")->required();
  command.add_option("--to", arguments->language, fmt::format("Language: {}", languages()))
      ->required()
      ->type_name("NAME");
  command.add_option("-o,--output", arguments->output, "File to write (default: print it)")->type_name("FILE");
  on_run(command, context, [&context, arguments] { return run(context, *arguments); });
}

}  // namespace syswright::app
