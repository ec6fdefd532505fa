#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/evaluation.h"
#include "domains/broadcast/machine.h"

namespace syswright::broadcast {

/// Recomputes what a plan costs and delivers from the rows of the tables, by code of its own: nothing of planning,
/// costing or the mechanism is used.

/// The links along which each (destination, partition) pair is said to travel, from the source on, by name.
struct Routes {
  using Path = std::vector<std::pair<std::string, std::string>>;
  /// [destination as in the transfer][partition]; an empty path: nothing is sent.
  std::vector<std::vector<Path>> paths;
};

struct Delivery {
  double egress = 0;    ///< dollars
  double machines = 0;  ///< dollars
  double seconds = 0;
  std::size_t regions = 0;
  std::size_t pairs = 0;                ///< destinations times partitions
  std::size_t undelivered = 0;          ///< pairs whose path does not lead from the source to the destination
  std::vector<std::string> violations;  ///< each names pair or link
  double total() const { return egress + machines; }
};

/// Costs of what is sent over real links at real prices, delivered or not; links that are not in the tables carry
/// nothing and are violations. O(rows + links of all paths).
Delivery audit_routes(const Network& network, const Transfer& transfer, const Machines& machines, const Routes& routes);

/// The metrics of a run from its log; see Domain::metrics(). Violations: an event that no order has, a link that is not
/// in the tables, one from a region that the partition does not reach or to one that it reaches already, a decision
/// after all destinations are reached, a pair never delivered.
Audit audit(const Orders& orders, const DecisionLog& log);

}  // namespace syswright::broadcast
