#include "studies/studies.h"

#include "studies/design_loop.h"

namespace syswright::studies {

void register_studies(Registry<Study>& registry) { registry.add(make_design_loop_study()); }

}  // namespace syswright::studies
