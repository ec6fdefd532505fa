#pragma once

#include <string>

#include "app/context.h"
#include "app/json.h"
#include "app/tuning.h"

/// What `syswright tune` found, as people and programs read it.
namespace syswright::app {

struct TuningReport {
  const TuningTask& task;
  WorkloadSummary workload;
  std::string budget;
  TuningOutcome outcome;
  std::string output;  ///< file of the best configuration; empty: none
};

/// The same bytes for the same search on any number of threads, if the budget is in evaluations.
Json tuning_json(const TuningReport& report);
void print_tuning(const Context& context, const TuningReport& report);
/// The best configuration as `syswright run DOMAIN --config` reads it. Asserts that there is one.
std::string tuning_toml(const TuningReport& report);

}  // namespace syswright::app
