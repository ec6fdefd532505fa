#include "domains/broadcast/load.h"

#include <algorithm>
#include <cassert>

namespace syswright::broadcast {
namespace {

/// Gbit/s of one of `links` whose rates sum to `sum`: no more than an equal share where a limit is passed.
double cut(double rate, double limit, double sum, std::size_t links) {
  return sum > limit ? std::min(rate, limit / static_cast<double>(links)) : rate;
}

}  // namespace

Load::Load(const Order& order) : out_(order.network().size()), in_(order.network().size()) {}

void Load::add(const Link& link) {
  const auto count = [](std::vector<Use>& uses, Region other) {
    for (Use& use : uses) {
      if (use.other == other) return static_cast<void>(++use.partitions);
    }
    uses.push_back({other, 1});
  };
  count(out_[link.from], link.to);
  count(in_[link.to], link.from);
}

void Load::remove(const Link& link) {
  const auto discount = [](std::vector<Use>& uses, Region other) {
    const auto found = std::find_if(uses.begin(), uses.end(), [other](const Use& use) { return use.other == other; });
    assert(found != uses.end());
    if (--found->partitions == 0) uses.erase(found);
  };
  discount(out_[link.from], link.to);
  discount(in_[link.to], link.from);
}

std::size_t Load::carried(const Link& link) const {
  for (const Use& use : out_[link.from]) {
    if (use.other == link.to) return use.partitions;
  }
  return 0;
}

std::size_t Load::sum(const std::vector<Use>& uses) {
  std::size_t sum = 0;
  for (const Use& use : uses) sum += use.partitions;
  return sum;
}

std::size_t Load::regions() const {
  std::size_t count = 0;
  for (std::size_t region = 0; region < out_.size(); ++region) count += touched(static_cast<Region>(region));
  return count;
}

Load::End Load::start_of(const Order& order, const Link& link) const {
  End end{order.rate(link.from, link.to), 1};
  for (const Use& use : out_[link.from]) {
    if (use.other == link.to) continue;
    end.rate += order.rate(link.from, use.other);
    ++end.links;
  }
  return end;
}

Load::End Load::target_of(const Order& order, const Link& link) const {
  End end{order.rate(link.from, link.to), 1};
  for (const Use& use : in_[link.to]) {
    if (use.other == link.from) continue;
    end.rate += order.rate(use.other, link.to);
    ++end.links;
  }
  return end;
}

double Load::seconds(const Order& order, const Link& link, std::size_t partitions) const {
  const End start = start_of(order, link);
  const End target = target_of(order, link);
  const double taken = cut(order.rate(link.from, link.to), order.ingress(link.to), target.rate, target.links);
  const double rate = cut(taken, order.egress(link.from), start.rate, start.links);
  return static_cast<double>(partitions) * order.transfer().partition_gb() * 8 / rate;
}

double Load::pressure(const Order& order, const Link& link) const {
  const double gbit = order.transfer().partition_gb() * 8;
  double worst = seconds(order, link, carried(link) + 1);
  const End start = start_of(order, link);
  for (const Use& use : out_[link.from]) {
    if (use.other == link.to) continue;
    const double rate = cut(order.rate(link.from, use.other), order.egress(link.from), start.rate, start.links);
    worst = std::max(worst, static_cast<double>(use.partitions) * gbit / rate);
  }
  const End target = target_of(order, link);
  for (const Use& use : in_[link.to]) {
    if (use.other == link.from) continue;
    const double rate = cut(order.rate(use.other, link.to), order.ingress(link.to), target.rate, target.links);
    worst = std::max(worst, static_cast<double>(use.partitions) * gbit / rate);
  }
  return worst;
}

double Load::busy(const Order& order) const {
  double worst = 0;
  for (std::size_t from = 0; from < out_.size(); ++from) {
    for (const Use& use : out_[from]) {
      worst = std::max(worst, seconds(order, {static_cast<Region>(from), use.other}, use.partitions));
    }
  }
  return worst;
}

}  // namespace syswright::broadcast
