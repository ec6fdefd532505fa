#pragma once

#include <string>

#include "app/context.h"
#include "app/report.h"

namespace syswright::app {

/// The winner as a program file: its source below comments that say how it was made and what it is worth. `judged`
/// false: before the held-out part was looked at.
std::string program_file(const DesignReport& report, bool judged);

/// What `design` prints for people.
void print_design(const Context& context, const DesignReport& report);

/// The name that a policy written to this file gets: its stem as a name of the language, "designed" if that leaves
/// nothing, and not one of the domain's baselines.
std::string policy_name_for(const std::string& file, const Domain& domain);

}  // namespace syswright::app
