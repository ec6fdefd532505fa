#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "app/workshop.h"
#include "domain/domain.h"

namespace syswright::app {

/// Two configurations (config.h) and what is to be said of them.
struct DiffArguments {
  std::vector<std::string> files;  ///< two
  std::string policy;              ///< of a file that names none; empty: the domain's first baseline
  std::string metric;              ///< that the table shows; empty: the objective
};

/// Names every setting in which the two runs differ, and what each contributes. Throws InputError for a file that
/// cannot be used.
ExitCode run_diff(const Context& context, const Domain& domain, const DiffArguments& arguments,
                  const WorkshopOptions& workshop);

}  // namespace syswright::app
