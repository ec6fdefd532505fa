#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "app/workshop.h"
#include "domain/breakdown.h"

namespace CLI {
class App;
}

namespace syswright::app {

/// `run DOMAIN --windows --by-tenant`, in domains whose runs can be told in parts.
struct PartsArguments {
  std::string windows;
  bool by_tenant = false;
  std::string metric;  ///< shown alone; empty: what the domain shows
  std::string plot;
  bool asked() const { return by_tenant || !windows.empty(); }
};

/// Nothing for a domain without.
void add_parts_options(CLI::App& command, const Domain& domain, PartsArguments& arguments);

/// Runs every policy in every scenario and prints how it did in each window and for each tenant; csv: a file for all
/// numbers, or nothing.
ExitCode run_parts(const Context& context, const Domain& domain, const Workload& workload,
                   const std::vector<Policy>& policies, const PartsArguments& arguments, const std::string& csv,
                   const WorkshopOptions& workshop);

}  // namespace syswright::app
