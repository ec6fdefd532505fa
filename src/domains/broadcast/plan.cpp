#include "domains/broadcast/plan.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "domains/broadcast/solver.h"

namespace syswright::broadcast {

namespace {

Transfer checked(Transfer transfer, const Network& network) {
  check(transfer, network);
  return transfer;
}

/// The used links as the paths meet them.
class Traffic {
 public:
  explicit Traffic(const Order& order) : order_(order), slots_(order.network().size(), -1) {}

  void add(std::span<const Share> shares) {
    std::size_t links = 0;
    for (const Share& share : shares) links += share.tree->size();
    std::vector<int> above(links);  // of every share's links, one share after another: the link that leads to it, or -1
    std::vector<char> counted(links);
    std::size_t first = 0;
    for (const Share& share : shares) {
      for (std::size_t i = 0; i < share.tree->size(); ++i)
        above[first + i] = link_to(*share.tree, (*share.tree)[i].from);
      first += share.tree->size();
    }
    std::vector<int> path;
    for (const Region destination : order_.transfer().destinations) {
      first = 0;
      for (const Share& share : shares) {
        const Tree& tree = *share.tree;
        path.clear();
        // A link that was counted was met before, and so was everything above it.
        for (int at = link_to(tree, destination); at >= 0 && !counted[first + static_cast<std::size_t>(at)];
             at = above[first + static_cast<std::size_t>(at)]) {
          path.push_back(at);
        }
        for (auto at = path.rbegin(); at != path.rend(); ++at) {
          const auto place = static_cast<std::size_t>(*at);
          carry(tree[place], share.partitions);
          counted[first + place] = 1;
        }
        first += tree.size();
      }
    }
  }

  void share_limits() {
    for (const Node& node : nodes_) {
      cut(node.in, order_.ingress(node.region));
      cut(node.out, order_.egress(node.region));
    }
  }

  PlanCost cost() const {
    PlanCost cost;
    const double gb = order_.transfer().partition_gb();
    double seconds = 0;
    for (const Node& node : nodes_) {
      for (const std::size_t place : node.out) {
        const Used& used = used_[place];
        const auto partitions = static_cast<double>(used.partitions);
        seconds = std::max(seconds, partitions * gb * 8 / used.rate);
        cost.egress += partitions * gb * order_.network().price(used.link.from, used.link.to);
      }
    }
    cost.seconds = to_hundredths(seconds);
    const Machines& machines = order_.machines();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      cost.machines += machines.count * (machines.dollars_per_hour / 3600) * cost.seconds;
    }
    cost.regions = nodes_.size();
    return cost;
  }

 private:
  struct Node {
    Region region;
    std::vector<std::size_t> in;   // into used_
    std::vector<std::size_t> out;  // the same
  };
  struct Used {
    Link link;
    double rate;  // Gbit/s
    std::size_t partitions;
  };

  static int link_to(const Tree& tree, Region region) {
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (tree[i].to == region) return static_cast<int>(i);
    }
    return -1;
  }

  std::size_t node(Region region) {
    if (slots_[region] < 0) {
      slots_[region] = static_cast<int>(nodes_.size());
      nodes_.push_back({region, {}, {}});
    }
    return static_cast<std::size_t>(slots_[region]);
  }

  void carry(const Link& link, std::size_t partitions) {
    const std::size_t from = node(link.from);
    const std::size_t to = node(link.to);
    for (const std::size_t place : nodes_[from].out) {
      if (used_[place].link.to != link.to) continue;
      used_[place].partitions += partitions;
      return;
    }
    nodes_[from].out.push_back(used_.size());
    nodes_[to].in.push_back(used_.size());
    used_.push_back({link, order_.rate(link.from, link.to), partitions});
  }

  void cut(const std::vector<std::size_t>& links, double limit) {
    double sum = 0;
    for (const std::size_t place : links) sum += used_[place].rate;
    if (!(sum > limit)) return;
    const double share = limit * (1 / static_cast<double>(links.size()));
    for (const std::size_t place : links) used_[place].rate = std::min(used_[place].rate, share);
  }

  const Order& order_;
  std::vector<int> slots_;  // [regions]: into nodes_, or -1
  std::vector<Node> nodes_;
  std::vector<Used> used_;
};

}  // namespace

Order::Order(NetworkPtr network, Transfer transfer, Machines machines)
    : network_(std::move(network)),
      transfer_(checked(std::move(transfer), *network_)),
      machines_(machines),
      cheapest_(network_->prices(), network_->size(), transfer_.destinations),
      destination_(network_->size(), -1) {
  for (std::size_t region = 0; region < network_->size(); ++region) {
    ingress_.push_back(transfer_.ingress(*network_, machines_, static_cast<Region>(region)));
    egress_.push_back(transfer_.egress(*network_, machines_, static_cast<Region>(region)));
  }
  for (std::size_t i = 0; i < transfer_.destinations.size(); ++i) {
    destination_[transfer_.destinations[i]] = static_cast<int>(i);
  }
  digest_ = DigestBuilder()
                .add(network_->digest())
                .add(transfer_.digest())
                .add(machines_.count)
                .add(machines_.dollars_per_hour)
                .finish();
}

Order::~Order() = default;

const Solution& Order::solution() const {
  std::call_once(solved_, [&] { solution_ = std::make_unique<const Solution>(solve(*this)); });
  return *solution_;
}

Tree pruned(const Order& order, const Tree& tree) {
  std::vector<char> needed(tree.size());
  for (std::size_t i = tree.size(); i-- > 0;) {
    bool leads_on = order.destination(tree[i].to) >= 0;
    for (std::size_t j = i + 1; j < tree.size() && !leads_on; ++j) {
      leads_on = needed[j] && tree[j].from == tree[i].to;
    }
    needed[i] = leads_on;
  }
  Tree kept;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (needed[i]) kept.push_back(tree[i]);
  }
  return kept;
}

Tree in_order(Region source, const Tree& tree) {
  Tree ordered;
  std::vector<Region> open{source};
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto first = static_cast<std::ptrdiff_t>(ordered.size());
    for (const Link& link : tree) {
      if (link.from == open[i]) ordered.push_back(link);
    }
    std::sort(ordered.begin() + first, ordered.end(), [](const Link& a, const Link& b) { return a.to < b.to; });
    for (auto link = ordered.begin() + first; link != ordered.end(); ++link) open.push_back(link->to);
  }
  return ordered;
}

PlanCost cost_of(const Order& order, const Plan& plan) {
  std::vector<Share> shares;
  for (const Group& group : plan) shares.push_back({&group.tree, group.partitions});
  return cost_of(order, shares);
}

PlanCost cost_of(const Order& order, std::span<const Share> shares) {
  Traffic traffic(order);
  traffic.add(shares);
  traffic.share_limits();
  return traffic.cost();
}

double to_hundredths(double x) {
  if (!std::isfinite(x)) return x;
  std::array<char, 352> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::fixed, 2);
  double rounded = x;
  std::from_chars(text.data(), written.ptr, rounded);
  return rounded;
}

}  // namespace syswright::broadcast
