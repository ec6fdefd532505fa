#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/policies.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "policy/export.h"

namespace syswright::app {
namespace {

struct Arguments {
  std::string file;
  std::string language;
  std::string host;
  std::string output;
};

std::string languages() {
  std::string all;
  for (const policy::Exporter& exporter : policy::exporters()) {
    all += (all.empty() ? "" : ", ") + std::string(exporter.name);
  }
  return all;
}

std::string hosts(const Context& context) {
  std::string all;
  for (const auto& domain : context.domains.items()) {
    for (const HostExport& host : domain->host_exports()) {
      all += fmt::format("{}{} ({}; {})", all.empty() ? "" : ", ", host.name, domain->name(), host.doc);
    }
  }
  return all.empty() ? "no domain has any" : all;
}

const HostExport& find_host(const Domain& domain, const std::string& name) {
  std::vector<std::string> names;
  for (const HostExport& host : domain.host_exports()) {
    if (host.name == name) return host;
    names.push_back(host.name);
  }
  throw InputError(fmt::format("--as: the domain '{}' has no host '{}'{} (there are: {})", domain.name(), name,
                               did_you_mean(name, names), names.empty() ? "none" : join(names)));
}

/// For a host, the language need not be named; if it is, it must be the host's.
std::string written(const policy::Program& program, const Context& context, Arguments& arguments) {
  if (arguments.host.empty()) return policy::find_exporter(arguments.language).write(program);
  const HostExport& host = find_host(context.domains.find(program.signature().domain), arguments.host);
  if (!arguments.language.empty() && policy::find_exporter(arguments.language).name != host.language) {
    throw InputError(
        fmt::format("--to {}: '{}' is written in {}; leave --to out", arguments.language, host.name, host.language));
  }
  arguments.language = host.language;
  return host.write(program);
}

ExitCode run(const Context& context, Arguments& arguments) {
  if (!arguments.language.empty()) policy::find_exporter(arguments.language);
  if (arguments.language.empty() && arguments.host.empty()) {
    throw InputError("--to is required, unless --as names a host to write for");
  }
  const policy::ProgramPtr program = load_program(arguments.file, context.domains);
  const std::string text = written(*program, context, arguments);
  if (!arguments.output.empty()) write_file_atomically(arguments.output, text);
  if (context.json) {
    context.out() << Json::object()
                         .set("policy", program->name())
                         .set("digest", program->digest().hex())
                         .set("language", arguments.language)
                         .set("host", arguments.host.empty() ? Json() : Json(arguments.host))
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
  command.add_option("--to", arguments->language, fmt::format("Language: {}", languages()))->type_name("NAME");
  command.add_option("--as", arguments->host, fmt::format("Host to write it for: {}", hosts(context)))
      ->type_name("NAME");
  command.add_option("-o,--output", arguments->output, "File to write (default: print it)")->type_name("FILE");
  on_run(command, context, [&context, arguments] { return run(context, *arguments); });
}

}  // namespace syswright::app
