#pragma once

#include "app/context.h"

namespace syswright::app {

/// Adds 'trace' with its subcommands info, convert, generate and record.
void add_trace_commands(CLI::App& app, Context& context);

}  // namespace syswright::app
