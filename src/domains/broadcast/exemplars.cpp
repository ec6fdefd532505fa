#include "domains/broadcast/exemplars.h"

#include <vector>

namespace syswright::broadcast {

std::span<const std::string> broadcast_exemplars() {
  static const std::vector<std::string> programs{
      R"(# The cheapest path to every destination, the nearest first. After Dijkstra (1959).
policy shortest_paths for broadcast {
  rank extend(reach, onward) { return -(reach + onward); }
}
)",
      R"(# Towards the destination that is nearest to the tree. After Takahashi and Matsuyama (1980).
policy nearest_terminal for broadcast {
  rank extend(price, onward) { return -(price + onward); }
}
)",
      R"(# Straight to the destinations, the fastest links first.
policy direct_and_fast for broadcast {
  rank extend(destination, bandwidth) { return destination ? bandwidth : -bandwidth; }
}
)",
      R"(# The tree of least egress, exactly; among equals the faster link. After Dreyfus and Wagner (1971).
policy least_egress for broadcast {
  rank extend(price, completion, link_time, rent) { return -(price + completion + link_time * rent * 0.01); }
}
)",
      R"(# Egress and time in dollars: a link that would hold up the transfer costs the rent of all regions meanwhile.
policy marginal_cost for broadcast {
  rank extend(price, completion, pressure, busy, rent, destinations) {
    let delay = max(pressure - busy, 0s);
    return -(price + completion + delay * rent * (destinations + 1));
  }
}
)",
      R"(# The same, as if all partitions to come took the link as well: trees differ before a link fills up.
policy spread for broadcast {
  rank extend(price, completion, full_time, left, partitions, rent, destinations) {
    return -(price + completion + full_time * rent * (destinations + 1) / partitions);
  }
}
)",
      R"(# A star around each provider's first region: cross between providers once, then serve the rest from there.
policy hubs for broadcast {
  rank extend(price, star, branches, destination) {
    return destination ? -price : -(price + star * (branches + 1));
  }
}
)",
      R"(# Keeps to regions and links in use while they are not crowded.
policy reuse for broadcast {
  stat usual = mean(planned_time, 4);
  rank extend(price, completion, new_region, pressure, rent, destinations) {
    let rented = new_region ? rent * usual : $0;
    return -(price + completion + rented + max(pressure - usual, 0s) * rent * destinations);
  }
}
)",
      R"(# Among trees of little egress the one whose busiest link is least busy; a further relay is rented to the end.
policy even for broadcast {
  rank extend(price, completion, pressure, full_time, new_region, destination, rent) {
    let relay = new_region and not destination ? rent * full_time : $0;
    return -(price + completion + pressure * rent + relay);
  }
}
)",
  };
  return programs;
}

}  // namespace syswright::broadcast
