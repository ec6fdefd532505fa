#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "app/registries.h"
#include "farm/transport.h"

/// app/: the command line and the reports: the only folder that prints, exits, or looks at the terminal. Each command
/// is a file; context.h has the conventions that all of them keep (streams, --json, exit codes, interruption).
namespace syswright::app {

/// Runs one command line without the program's name, as main() does. Never throws: every error is written to the
/// console's error stream, and the exit code says what happened (see ExitCode).
/// cluster: the processes that were started together, of which this one leads; null if it is alone.
int run_app(const std::vector<std::string>& arguments, const Console& console, const Registries& registries,
            std::stop_token stop = {}, Transport* cluster = nullptr);

/// What the other processes do: they say nothing, and share the evaluations of the leader's command until it ends.
void run_worker(Transport& cluster, const Registries& registries);

}  // namespace syswright::app
