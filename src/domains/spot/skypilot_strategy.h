#pragma once

#include <string>

#include "policy/program.h"

namespace syswright::spot {

/// A program as a module of the public Can't-Be-Late simulator: the policy's export in Python, a strategy class whose
/// `_step` works out the features from what the simulator shows and returns its ClusterType, and the class `Solution`
/// that the leaderboard calls. One file, standard library and the simulator only. docs/domains/spot.md says how to run
/// it. Its answers are those that the domain's own market gets, up to the last bit of `lead`.
std::string write_skypilot_strategy(const policy::Program& program);

}  // namespace syswright::spot
