#pragma once

#include "studies/study.h"

/// studies/: published claims, and our own, rerun: each file sets one up as it was described, measures, and says
/// whether it holds. `syswright study list` is the project's table of results.
namespace syswright::studies {

/// Registers every study of this folder.
void register_studies(Registry<Study>& registry);

}  // namespace syswright::studies
