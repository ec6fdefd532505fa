#pragma once

#include <span>
#include <vector>

#include "policy/interval_arithmetic.h"
#include "policy/program.h"

namespace syswright::policy {

/// Interval that holds every value of every node (in graph order), given one for each input of the rule: sound for the
/// arithmetic of policy/semantics.h, rounding included. Booleans are [0,0], [1,1] or [0,1].
std::vector<Interval> evaluate_intervals(const Rule& rule, std::span<const Interval> inputs);

/// Ranges of a rule's inputs as the signature and the statistics declare them, infinities cut to the largest double.
std::vector<Interval> input_ranges(const Rule& rule, const Program& program);

}  // namespace syswright::policy
