#pragma once

#include "domains/spot/job.h"

namespace syswright::spot {

/// Dollars of the cheapest way to have a job done by its deadline, for one who knows all availability and prices: no
/// policy that is in time pays less, under either safety net.
///
/// Dynamic programme over ticks. What decides the future is what runs (and how far its start has come) and how much of
/// the time so far was lost, idle or in starts; work done is the rest. Lost time comes in units of gcd(tick, overhead),
/// so that the programme is exact; where that would make over 2^14 units, overhead is rounded down to a hundredth of a
/// tick, which lowers the result by little and keeps it a bound.
/// Prices are added in the order of the ticks, as the market adds them, so that not even rounding lets a policy pass.
/// O(ticks * slack / unit * starts) time, where starts counts the ticks of a start; O(slack / unit) memory.
double cheapest_in_time(const Setup& setup, const Instance& instance);

}  // namespace syswright::spot
