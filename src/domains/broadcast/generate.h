#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/broadcast/network.h"
#include "domains/broadcast/transfer.h"

namespace syswright::broadcast {

/// A made-up network of three clouds with regions in six parts of the world, for when there are no tables: prices by
/// the schedules that clouds use (within a continent, between continents, to the internet, dearer from the south),
/// rates that fall with distance. A complete graph of 36 regions; equal seeds give equal networks. Region names are
/// made up.
NetworkPtr generate_network(std::uint64_t seed);

/// What transfers are drawn from.
struct DrawOptions {
  std::string provider;  ///< all regions are of this provider; empty: of any
  std::size_t destinations = 6;
  double volume_gb = 300;
  std::size_t partitions = 10;
};

/// Random transfers, all different, and different from those in `taken` (by source and set of destinations).
/// purpose: names the random stream, such as "train". Throws InputError where the regions do not suffice.
std::vector<Transfer> draw_transfers(const Network& network, const DrawOptions& options, std::size_t count,
                                     std::uint64_t seed, const std::string& purpose,
                                     const std::vector<Transfer>& taken);

}  // namespace syswright::broadcast
