#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/json.h"
#include "optimize/search.h"
#include "optimize/verdict.h"

/// What `syswright optimize` found, as people and programs read it.
namespace syswright::app {

struct OptimizeReport {
  const optimize::Artifact& artifact;
  std::string artifact_name;
  std::vector<std::string> file_names;
  std::string designer;  ///< "marks", "reflect"
  std::string mode;      ///< "single-task", "multi-task", "generalization"
  std::string evaluator;
  std::string budget;
  std::uint64_t seed = 1;
  optimize::Direction direction = optimize::Direction::maximise;
  optimize::Isolation isolation;
  std::vector<optimize::Instance> train;
  std::vector<optimize::Instance> validation;
  optimize::Outcome outcome;
  std::optional<optimize::Verdict> verdict;  ///< not for a single task
  bool held_out = false;                     ///< whether the verdict is on instances that the search has not seen
  std::string output;                        ///< file of the best text; empty: none
};

/// The same bytes for the same search on any number of threads: no times, no threads.
Json optimize_json(const OptimizeReport& report);
void print_optimize(const Context& context, const OptimizeReport& report);

}  // namespace syswright::app
