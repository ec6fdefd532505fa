#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "app/commands.h"
#include "app/serve/api.h"
#include "app/serve/assets.h"
#include "app/serve/server.h"
#include "app/workshop.h"

namespace syswright::app {
namespace {

struct Arguments {
  std::string ledger;
  std::string timelines;
  int port = 0;
};

std::string ledger_path(const Arguments& arguments) {
  const std::string path = arguments.ledger.empty() ? default_ledger_path() : arguments.ledger;
  if (path.empty()) throw InputError("--ledger: name a file: there is no home folder for the usual one");
  if (path == "none" || path == ":memory:") {
    throw InputError("--ledger: a page over a ledger needs one in a file");
  }
  return std::filesystem::absolute(path).lexically_normal().string();
}

ExitCode run(const Context& context, const Arguments& arguments) {
  std::string timelines = arguments.timelines;
  if (!timelines.empty()) timelines = std::filesystem::absolute(timelines).lexically_normal().string();
  serve::Api api({.domains = context.domains,
                  .designers = context.designers,
                  .ledger = ledger_path(arguments),
                  .timelines = timelines,
                  .program = std::filesystem::read_symlink("/proc/self/exe").string()});
  const std::string token = serve::new_token();
  serve::Server server(api, arguments.port, token);
  const std::string address = fmt::format("http://127.0.0.1:{}/#token={}", server.port(), token);
  if (context.json) {
    context.out() << Json::object().set("url", address).set("port", server.port()).set("token", token).text();
  } else {
    context.out() << fmt::format("{}\n", address);
    context.note(fmt::format("ledger: {}; Ctrl-C ends this page and what was started from it", api.ledger().path()));
    if (serve::assets().empty()) context.warn(serve::why_no_assets());
  }
  context.out().flush();
  server.run(context.stop);
  return ExitCode::ok;
}

}  // namespace

void add_serve_command(CLI::App& app, Context& context) {
  CLI::App& command =
      add_command(app, context, "serve",
                  "Show the ledger as a page in the browser: runs while they search, policies, comparisons, timelines",
                  "syswright serve --port 8420");
  const auto arguments = std::make_shared<Arguments>();
  command
      .add_option("--ledger", arguments->ledger,
                  "Ledger to show (default: $SYSWRIGHT_LEDGER, or syswright/ledger.db below $XDG_STATE_HOME or "
                  "~/.local/state)")
      ->type_name("FILE");
  command.add_option("--port", arguments->port, "Port of the loopback interface to listen on (default: a free one)")
      ->check(CLI::Range(0, 65535))
      ->type_name("N");
  command
      .add_option("--timelines", arguments->timelines,
                  "Folder with timelines that 'syswright run --timeline' wrote, to be shown too")
      ->type_name("FOLDER");
  on_run(command, context, [&context, arguments] { return run(context, *arguments); });
}

}  // namespace syswright::app
