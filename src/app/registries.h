#pragma once

#include "design/designer.h"
#include "domain/domain.h"
#include "domain/registry.h"
#include "studies/study.h"

namespace syswright::app {

/// Everything that the command line can name. Values: a program, or a test, puts in what it wants.
struct Registries {
  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  Registry<studies::Study> studies{"study"};
};

/// All that is built in.
Registries built_in();

/// The languages of all domains, for compiling programs.
std::vector<std::shared_ptr<const policy::Signature>> signatures(const Registry<Domain>& domains);

}  // namespace syswright::app
