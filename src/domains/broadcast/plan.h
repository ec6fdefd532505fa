#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "domains/broadcast/steiner.h"
#include "domains/broadcast/transfer.h"

namespace syswright::broadcast {

struct Solution;

/// A transfer in its network, with what every planner asks for. Immutable; every method may be called from any thread.
class Order {
 public:
  /// Throws InputError as check() does.
  Order(NetworkPtr network, Transfer transfer, Machines machines);
  ~Order();

  const Network& network() const { return *network_; }
  const NetworkPtr& network_ptr() const { return network_; }
  const Transfer& transfer() const { return transfer_; }
  const Machines& machines() const { return machines_; }
  /// Of prices, to subsets of the destinations.
  const SteinerTable& cheapest() const { return cheapest_; }
  /// Gbit/s of a link between all machines of two regions.
  double rate(Region from, Region to) const { return machines_.count * network_->gbps(from, to); }
  double ingress(Region region) const { return ingress_[region]; }
  double egress(Region region) const { return egress_[region]; }
  /// Place among the destinations, or -1.
  int destination(Region region) const { return destination_[region]; }
  /// Dollars a second for the machines of one region.
  double machine_rate() const { return machines_.count * (machines_.dollars_per_hour / 3600); }
  /// What solve() makes of it: worked out when it is first asked for.
  const Solution& solution() const;
  const Digest& digest() const { return digest_; }

 private:
  NetworkPtr network_;
  Transfer transfer_;
  Machines machines_;
  SteinerTable cheapest_;
  std::vector<double> ingress_;
  std::vector<double> egress_;
  std::vector<int> destination_;
  Digest digest_;
  mutable std::once_flag solved_;
  mutable std::unique_ptr<const Solution> solution_;
};

using OrderPtr = std::shared_ptr<const Order>;

/// The links along which one partition travels: each starts at the source or where an earlier one ends, no two end in
/// one region, all destinations are reached, and each leads to one.
using Tree = std::vector<Link>;

/// Leaves out the links that lead to no destination.
Tree pruned(const Order& order, const Tree& tree);

/// The same links in the one order that equal trees share: nearest to the source first.
Tree in_order(Region source, const Tree& tree);

/// Trees of several partitions. Groups with equal trees are allowed.
struct Group {
  Tree tree;
  std::size_t partitions = 1;
};
/// The groups' partitions add up to the transfer's.
using Plan = std::vector<Group>;

struct PlanCost {
  double egress = 0;    ///< dollars
  double machines = 0;  ///< dollars
  double seconds = 0;   ///< until the last link is done, to the hundredth as charged
  std::size_t regions = 0;
  double total() const { return egress + machines; }
};

/// What a plan costs by the rules of the public CloudCast evaluator.
///
/// Every used link starts at its full rate. Regions are then gone through in the order in which the paths to the
/// destinations (destinations in order, partitions in order, each path from the source on) meet them: where the links
/// into a region add up to more than it takes in, each is cut to an equal share of that; then those out of it likewise.
/// A link carrying k partitions takes k · partition / rate; all machines of all regions touched are paid for until the
/// slowest link is done, rounded to a hundredth of a second. Egress is k · partition · price. Sums are added in the
/// evaluator's order, so that figures agree to the last digit.
/// O(destinations · links · groups) time.
/// Source: gepa-ai/gepa, examples/adrs/cloudcast, and UCB-ADRS/ADRS-Leaderboard, problems/cloudcast.
PlanCost cost_of(const Order& order, const Plan& plan);

/// The same for a plan whose trees stand elsewhere: for whoever asks of many combinations.
struct Share {
  const Tree* tree = nullptr;
  std::size_t partitions = 0;
};
PlanCost cost_of(const Order& order, std::span<const Share> shares);

/// x rounded to two decimals as Python does: the nearest decimal to the exact binary value.
double to_hundredths(double x);

}  // namespace syswright::broadcast
