#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/version.h"

namespace syswright::app {

std::string_view version() { return SYSWRIGHT_VERSION; }

void add_version_command(CLI::App& app, Context& context) {
  CLI::App& command = add_command(app, context, "version", "Say which version this is", "syswright version --json");
  on_run(command, context, [&context] {
    if (context.json) {
      context.out() << Json::object().set("name", "syswright").set("version", version()).text();
    } else {
      context.out() << fmt::format("syswright {}\n", version());
    }
    return ExitCode::ok;
  });
}

}  // namespace syswright::app
