#pragma once

#include <string>
#include <vector>

#include "app/registries.h"
#include "domain/policy.h"

namespace syswright::app {

/// Reads and compiles a program of any registered domain. Throws ProgramError for its text and SystemError for a file
/// that cannot be read.
policy::ProgramPtr load_program(const std::string& path, const Registry<Domain>& domains);
/// The same, and throws InputError if the program is not for `domain`.
policy::ProgramPtr load_program_for(const std::string& path, const Domain& domain, const Registry<Domain>& domains);

/// Policies that a user names: a baseline of the domain (upper and lower case, '-' and '_' are not told apart), a file
/// with a program (its name has a '.' or a '/'), or 'all' for every baseline. A policy named twice counts once, and two
/// programs of one name are told apart by their files. Throws InputError that names the nearest valid choice.
std::vector<Policy> find_policies(const std::vector<std::string>& names, const Domain& domain,
                                  const Registry<Domain>& domains);

/// The domain's known heuristics, compiled.
std::vector<policy::ProgramPtr> exemplar_programs(const Domain& domain);

}  // namespace syswright::app
