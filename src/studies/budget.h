#pragma once

#include <string_view>

#include "design/designer.h"

namespace syswright::studies {

/// Reads a budget: a duration ("60s", "5min"), a number of evaluations ("2000evals", "20k evals"), or both, separated
/// by a comma: whichever is spent first. Throws InputError that names `what`, the argument.
design::Budget parse_budget(std::string_view text, std::string_view what);

}  // namespace syswright::studies
