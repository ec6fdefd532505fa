#pragma once

#include <functional>
#include <string>
#include <vector>

#include "studies/design_run.h"
#include "studies/study.h"

namespace syswright::studies {

/// One setting of a cache: a trace and a size. Designed on its first third, chosen on the second, judged on the last.
struct CacheContext {
  std::string name;  ///< "1%"
  Suite suite;
  ScenarioPtr whole;  ///< the whole trace, from an empty cache
};

/// unit: "yes": every object counts 1; "no": objects count their bytes. trace: empty: the bundled one.
CacheContext cache_context(const Domain& domain, const std::string& trace, const std::string& size,
                           const std::string& unit);

/// What the searches of a study have in common.
struct SearchPlan {
  const StudyContext& context;
  const Domain& domain;
  const design::Designer& designer;
  design::Budget budget;
  std::uint64_t seed = 1;
  std::vector<policy::ProgramPtr> seeds;
  double from = 0;  ///< part of the study done before
  double to = 1;
  const design::ChatService* chat = nullptr;
};
/// What a search starts from: "nothing", or "exemplars", the known heuristics of the domain. Throws InputError for
/// others.
std::vector<policy::ProgramPtr> starting_programs(const Domain& domain, const std::string& start);
DesignRun design_for(const CacheContext& cache, const SearchPlan& plan);

/// "-0.0123 (-0.0150 to -0.0099), better": the designed policy less the best baseline of the held-out part.
Figure against_best_baseline(std::string name, std::string expected, const Domain& domain, const DesignRun& run);

/// "evict by queue, admit": the decisions that a program answers, and how.
std::string spoken_rules(const policy::Program& program);

}  // namespace syswright::studies
