#pragma once

#include "app/context.h"

namespace syswright::app {

/// Each adds one command of the command line, in a file of its own.
void add_domains_command(CLI::App& app, Context& context);
void add_show_command(CLI::App& app, Context& context);
void add_run_command(CLI::App& app, Context& context);
void add_design_command(CLI::App& app, Context& context);
void add_resume_command(CLI::App& app, Context& context);
void add_tune_command(CLI::App& app, Context& context);
void add_optimize_command(CLI::App& app, Context& context);
void add_judge_command(CLI::App& app, Context& context);
void add_check_command(CLI::App& app, Context& context);
void add_export_command(CLI::App& app, Context& context);
void add_study_command(CLI::App& app, Context& context);
void add_serve_command(CLI::App& app, Context& context);
void add_ledger_command(CLI::App& app, Context& context);
void add_designers_command(CLI::App& app, Context& context);
void add_version_command(CLI::App& app, Context& context);

}  // namespace syswright::app
