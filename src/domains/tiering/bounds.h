#pragma once

#include <cstdint>

#include "domains/tiering/setup.h"

namespace syswright::tiering {

struct OfflineOptions {
  std::uint32_t iterations = 60;  ///< each about as long as an evaluation
};

/// A bound from below on the time of the whole scenario, in seconds, of whoever knows all accesses.
///
/// The relaxation: latencies count, and the stops of the program for moves; bandwidth does not. Pages may change places
/// before every tick, one by one, without a budget; they begin where first touch puts them. Fast memory holds `fast`
/// pages in each tick. What is left is a linear programme that falls apart page by page once each tick's places in fast
/// memory have a price (Lagrange); each page is then solved by dynamic programming over the ticks in which it is
/// accessed. Any prices give a bound; a subgradient method improves them, and the best one is returned. The programme's
/// matrix is one of intervals, so that nothing is lost to whole numbers: the limit is the optimum of the relaxation.
/// O(iterations * entries) time; 17 bytes an entry.
/// Source of the method: Held, Wolfe and Crowder, "Validation of subgradient optimization", Math. Programming 6, 1974.
double offline_bound(const Setup& setup, const OfflineOptions& options = {});

}  // namespace syswright::tiering
