#pragma once

#include <string>
#include <vector>

#include "base/digest.h"
#include "domains/broadcast/network.h"

namespace syswright::broadcast {

/// What every region rents while a transfer runs.
struct Machines {
  double count = 2;                ///< a region
  double dollars_per_hour = 0.54;  ///< each; the public benchmark's, a spot price of m5.8xlarge
};

/// What may enter and leave a machine of a provider.
struct Limits {
  std::string provider;
  double ingress_gbps = 0;
  double egress_gbps = 0;
};

/// One order: the data at `source` shall be at every destination.
struct Transfer {
  std::string name;
  Region source = 0;
  std::vector<Region> destinations;  ///< 1 to most_destinations, all different, none the source
  double volume_gb = 300;
  std::size_t partitions = 10;
  std::vector<Limits> limits;  ///< by provider; one that is not named has no limit

  /// The features look at subsets of the destinations.
  static constexpr std::size_t most_destinations = 12;
  static constexpr std::size_t most_partitions = 1000;

  double partition_gb() const { return volume_gb / static_cast<double>(partitions); }
  /// Gbit/s that all machines of a region take in, or send; infinite without a limit.
  double ingress(const Network& network, const Machines& machines, Region region) const;
  double egress(const Network& network, const Machines& machines, Region region) const;
  Digest digest() const;
};

/// Limits of the public benchmark: aws 10 in and 5 out, gcp 16 and 7, azure 16 and 16 Gbit/s a machine.
const std::vector<Limits>& usual_limits();

/// Throws InputError, naming the transfer, for one that cannot be carried out in the network.
void check(const Transfer& transfer, const Network& network);

}  // namespace syswright::broadcast
