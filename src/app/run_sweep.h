#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "app/workshop.h"
#include "domain/sweep.h"

namespace CLI {
class App;
}

namespace syswright::app {

/// `run DOMAIN --mrc`, and its like in other domains that can be swept.
struct SweepArguments {
  bool asked = false;
  std::size_t points = 24;
  double rate = 1;
  std::string metric;
  std::string plot;
};

/// Nothing for a domain that cannot be swept.
void add_sweep_options(CLI::App& command, const Domain& domain, SweepArguments& arguments);

/// Evaluates every policy at every place and prints the curves; csv: a file for all numbers, or nothing.
ExitCode run_sweep(const Context& context, const Domain& domain, const Workload& workload,
                   const std::vector<Policy>& policies, const SweepArguments& arguments, const std::string& csv,
                   const WorkshopOptions& workshop);

}  // namespace syswright::app
