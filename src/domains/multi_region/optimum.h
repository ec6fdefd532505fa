#pragma once

#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// Dollars of the cheapest way to be in time for one who knows all availability and prices: a lower bound for every
/// policy. Assumes more than a policy may: no probe is needed, a checkpoint takes no time on its way (egress is paid),
/// and no safety net interferes. As in the market, the checkpoint is where the job ran last, a start takes the
/// overhead, and whole ticks are paid. Infinite if nobody can be in time.
///
/// Dynamic programme over (tick, time lost, region, mode): time lost, in units of the greatest common divisor of tick
/// and overhead, says what work is left. Where that would be more than 4,096 units, overheads are rounded down, which
/// keeps it a bound. O(ticks * units * regions^2) time, O(units * regions) memory: about 10 ms for 13 regions, 311
/// ticks and 260 units.
double cheapest_in_time(const Setup& setup, const Instance& instance);

}  // namespace syswright::multi_region
