#pragma once

#include "design/draft.h"
#include "policy/program.h"

namespace syswright::design {

/// Whether a rule changes its ways merely because time passes, so that what it did in training says little of later.
///
/// Some quantities grow as long as a system runs: the present time, the time of an object's last access (Scale::trends,
/// as observed). Their differences are as good as any other quantity, and so is a ranking in which every candidate has
/// the same share of them: -last_access + 300 * hits. But a comparison with a constant, a product with another
/// quantity, or a branch with a larger share than the other mean something else each day. The analysis follows the
/// share of each growing quantity, by its dimension, through the expression: sums and constant factors keep it known,
/// and everything else must not depend on it. Answers to value decisions must have no share at all.
///
/// Conservative: may say that a rule drifts when it does not (log(now) * 0). O(nodes).
bool drifts(const RulePart& part, const Vocabulary& vocabulary);

/// Whether any rule of a program does.
bool drifts(const policy::Program& program, const Vocabulary& vocabulary);

}  // namespace syswright::design
