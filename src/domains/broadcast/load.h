#pragma once

#include <vector>

#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

/// What the links carry while a plan grows. Times are estimates, since every further link may change the shares: each
/// region divides its limit equally among the links in use and the one asked about.
class Load {
 public:
  Load() = default;
  explicit Load(const Order& order);

  void add(const Link& link);
  /// Takes back a partition that was added.
  void remove(const Link& link);

  std::size_t carried(const Link& link) const;
  std::size_t leaving(Region region) const { return sum(out_[region]); }
  std::size_t arriving(Region region) const { return sum(in_[region]); }
  std::size_t fanout(Region region) const { return out_[region].size(); }
  bool touched(Region region) const { return !out_[region].empty() || !in_[region].empty(); }
  std::size_t regions() const;

  /// Seconds that the link is busy with `partitions`.
  double seconds(const Order& order, const Link& link, std::size_t partitions) const;
  /// The longest over links out of `link.from` and into `link.to`, where `link` has one partition more.
  double pressure(const Order& order, const Link& link) const;
  /// The longest of all, as it is.
  double busy(const Order& order) const;

 private:
  struct Use {
    Region other;
    std::size_t partitions;
  };
  /// Links at one end of a link, with it: how many and what rates they add up to.
  struct End {
    double rate;  // Gbit/s
    std::size_t links;
  };
  static std::size_t sum(const std::vector<Use>& uses);
  End start_of(const Order& order, const Link& link) const;
  End target_of(const Order& order, const Link& link) const;

  std::vector<std::vector<Use>> out_;  // [regions]
  std::vector<std::vector<Use>> in_;
};

}  // namespace syswright::broadcast
