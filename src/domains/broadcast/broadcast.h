#pragma once

/// domains/broadcast/: one region of a cloud sends the same data to several others. Links between regions differ in
/// price and speed; the data goes in partitions, and each partition travels along a tree of its own. The mechanism
/// grows these trees link by link and asks `extend`: which link next? Cost is egress plus the time of the machines that
/// stand in every region touched. network.h and transfer.h say what is given, plan.h what a plan costs (as the public
/// CloudCast evaluator computes it), planners.h and solver.h plan natively, and the auditor rebuilds the delivery from
/// the raw tables. docs/domains/broadcast.md is the page for users.

#include <memory>

#include "domain/domain.h"

namespace syswright::broadcast {

std::unique_ptr<const Domain> make_broadcast_domain();

}  // namespace syswright::broadcast
