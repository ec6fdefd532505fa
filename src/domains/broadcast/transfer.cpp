#include "domains/broadcast/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace syswright::broadcast {
namespace {

const Limits* find_limits(const Transfer& transfer, const Network& network, Region region) {
  const std::string& provider = network.providers()[network.provider(region)];
  const auto found = std::find_if(transfer.limits.begin(), transfer.limits.end(),
                                  [&](const Limits& limits) { return limits.provider == provider; });
  return found == transfer.limits.end() ? nullptr : &*found;
}

std::vector<bool> reachable(const Network& network, Region source) {
  std::vector<bool> seen(network.size());
  std::vector<Region> open{source};
  seen[source] = true;
  while (!open.empty()) {
    const Region at = open.back();
    open.pop_back();
    for (const Region next : network.neighbours(at)) {
      if (seen[next]) continue;
      seen[next] = true;
      open.push_back(next);
    }
  }
  return seen;
}

}  // namespace

double Transfer::ingress(const Network& network, const Machines& machines, Region region) const {
  const Limits* found = find_limits(*this, network, region);
  return found == nullptr ? std::numeric_limits<double>::infinity() : machines.count * found->ingress_gbps;
}

double Transfer::egress(const Network& network, const Machines& machines, Region region) const {
  const Limits* found = find_limits(*this, network, region);
  return found == nullptr ? std::numeric_limits<double>::infinity() : machines.count * found->egress_gbps;
}

Digest Transfer::digest() const {
  DigestBuilder digest;
  digest.add(source).add(destinations.size());
  for (const Region destination : destinations) digest.add(destination);
  digest.add(volume_gb).add(partitions).add(limits.size());
  for (const Limits& one : limits) digest.add(one.provider).add(one.ingress_gbps).add(one.egress_gbps);
  return digest.finish();
}

const std::vector<Limits>& usual_limits() {
  static const std::vector<Limits> limits{{"aws", 10, 5}, {"gcp", 16, 7}, {"azure", 16, 16}};
  return limits;
}

void check(const Transfer& transfer, const Network& network) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format("transfer '{}': {}", transfer.name, why));
  };
  if (transfer.destinations.empty() || transfer.destinations.size() > Transfer::most_destinations) {
    refuse(fmt::format("has {} destinations; 1 to {} can be planned for", transfer.destinations.size(),
                       Transfer::most_destinations));
  }
  if (transfer.partitions == 0 || transfer.partitions > Transfer::most_partitions) {
    refuse(
        fmt::format("has {} partitions; 1 to {} can be planned for", transfer.partitions, Transfer::most_partitions));
  }
  if (!(transfer.volume_gb > 0) || !std::isfinite(transfer.volume_gb)) refuse("data_vol must be a number of GB over 0");
  for (const Limits& limits : transfer.limits) {
    if (!(limits.ingress_gbps > 0) || !(limits.egress_gbps > 0)) {
      refuse(fmt::format("the limits of '{}' must be over 0 Gbit/s", limits.provider));
    }
  }
  const std::vector<bool> seen = reachable(network, transfer.source);
  for (std::size_t i = 0; i < transfer.destinations.size(); ++i) {
    const Region destination = transfer.destinations[i];
    const std::string& name = network.region(destination);
    if (destination == transfer.source) refuse(fmt::format("'{}' is both source and destination", name));
    if (std::count(transfer.destinations.begin(), transfer.destinations.end(), destination) > 1) {
      refuse(fmt::format("destination '{}' is named twice", name));
    }
    if (!seen[destination]) refuse(fmt::format("no chain of links leads to '{}'", name));
  }
}

}  // namespace syswright::broadcast
