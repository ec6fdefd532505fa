#pragma once

#include <cstddef>
#include <vector>

#include "design/search.h"

namespace syswright::design {

/// The short programs that a person would try first, tried in order of size at the cheapest level:
///
///   1. rankings by one quantity, both ways round, in every mode of the first decision;
///   2. products, ratios, sums and extremes of two quantities, each the way round that was better alone;
///   3. the best of these with one quantity more;
///   4. the best of all with a threshold rule for each further decision.
///
/// Chance finds the right pair among thousands late or never; this pays for each once. What is tried is a function of
/// the task alone, and of a budget in evaluations, of which it takes a fifth at most: of the part that is planned for.
/// Returns what was tried, best first; candidates that failed are left out.
std::vector<Candidate*> survey(Search& search, double part = 1);

}  // namespace syswright::design
