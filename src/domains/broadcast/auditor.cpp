#include "domains/broadcast/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

namespace syswright::broadcast {
namespace {

using Name = std::string;
using Ends = std::pair<Name, Name>;

constexpr std::size_t most_violations = 20;

void note(std::vector<std::string>& violations, std::string text) {
  if (violations.size() < most_violations) violations.push_back(std::move(text));
}

/// The tables by name.
std::map<Ends, const LinkRow*> by_ends(const Network& network) {
  std::map<Ends, const LinkRow*> links;
  for (const LinkRow& row : network.rows()) links[{row.from, row.to}] = &row;
  return links;
}

/// What is sent over a link.
struct Flow {
  Ends ends;
  double gbps = 0;
  double price = 0;
  std::set<std::size_t> partitions;
};

/// Links and regions in the order in which routes mention them first.
struct Sent {
  std::vector<Flow> flows;
  std::vector<Name> regions;

  void mention(const Name& region) {
    if (std::find(regions.begin(), regions.end(), region) == regions.end()) regions.push_back(region);
  }
  Flow& flow(const Ends& ends, const LinkRow& row, double machines) {
    for (Flow& flow : flows) {
      if (flow.ends == ends) return flow;
    }
    mention(ends.first);
    mention(ends.second);
    flows.push_back({ends, machines * (row.bits_per_second / 1e9), row.price, {}});
    return flows.back();
  }
};

/// Cuts the flows at one end of a region to equal shares of its limit, if together they pass it.
void share(std::vector<Flow>& flows, const Name& region, bool incoming, double limit) {
  double together = 0;
  double count = 0;
  const auto concerned = [&](const Flow& flow) { return (incoming ? flow.ends.second : flow.ends.first) == region; };
  for (const Flow& flow : flows) {
    if (!concerned(flow)) continue;
    together += flow.gbps;
    ++count;
  }
  if (together <= limit || count == 0) return;
  for (Flow& flow : flows) {
    if (concerned(flow)) flow.gbps = std::min(flow.gbps, limit * (1 / count));
  }
}

double limit_of(const Transfer& transfer, const Machines& machines, const Name& region, bool incoming) {
  const Name provider = region.substr(0, region.find(':'));
  for (const Limits& limits : transfer.limits) {
    if (limits.provider == provider) return machines.count * (incoming ? limits.ingress_gbps : limits.egress_gbps);
  }
  return HUGE_VAL;
}

double two_decimals(double seconds) {
  char text[400];
  std::snprintf(text, sizeof text, "%.2f", seconds);
  return std::strtod(text, nullptr);
}

std::string pair_name(const Name& destination, std::size_t partition) {
  return fmt::format("partition {} for {}", partition, destination);
}

}  // namespace

Delivery audit_routes(const Network& network, const Transfer& transfer, const Machines& machines,
                      const Routes& routes) {
  Delivery delivery;
  const std::map<Ends, const LinkRow*> links = by_ends(network);
  const Name source = network.region(transfer.source);
  Sent sent;
  for (std::size_t i = 0; i < transfer.destinations.size(); ++i) {
    const Name destination = network.region(transfer.destinations[i]);
    for (std::size_t partition = 0; partition < transfer.partitions; ++partition) {
      ++delivery.pairs;
      Name at = source;
      bool unbroken = true;
      for (const Ends& ends : routes.paths[i][partition]) {
        const auto row = links.find(ends);
        if (row == links.end()) {
          note(delivery.violations, fmt::format("{} uses a link {} to {}, which is not in the tables",
                                                pair_name(destination, partition), ends.first, ends.second));
          unbroken = false;
          continue;
        }
        if (unbroken && ends.first != at) {
          note(delivery.violations,
               fmt::format("{} leaves {} without having got there", pair_name(destination, partition), ends.first));
          unbroken = false;
        }
        at = ends.second;
        sent.flow(ends, *row->second, machines.count).partitions.insert(partition);
      }
      if (unbroken && at == destination) continue;
      ++delivery.undelivered;
      note(delivery.violations, fmt::format("{} is never delivered", pair_name(destination, partition)));
    }
  }
  for (const Name& region : sent.regions) {
    share(sent.flows, region, true, limit_of(transfer, machines, region, true));
    share(sent.flows, region, false, limit_of(transfer, machines, region, false));
  }
  const double gb = transfer.volume_gb / static_cast<double>(transfer.partitions);
  for (const Name& region : sent.regions) {
    for (const Flow& flow : sent.flows) {
      if (flow.ends.first != region) continue;
      const auto partitions = static_cast<double>(flow.partitions.size());
      delivery.egress += partitions * gb * flow.price;
      delivery.seconds = std::max(delivery.seconds, partitions * gb * 8 / flow.gbps);
    }
  }
  delivery.seconds = two_decimals(delivery.seconds);
  delivery.regions = sent.regions.size();
  for (std::size_t i = 0; i < delivery.regions; ++i) {
    delivery.machines += machines.count * (machines.dollars_per_hour / 3600) * delivery.seconds;
  }
  return delivery;
}

namespace {

/// The tree of one partition, as its decisions grow it.
struct Growth {
  std::map<Name, Name> before;  // by region: where the partition came from; the source maps to itself
  std::size_t reached = 0;      // destinations
};

Routes::Path path_to(const Growth& growth, const Name& destination) {
  Routes::Path path;
  for (Name at = destination;;) {
    const auto found = growth.before.find(at);
    if (found == growth.before.end()) return {};
    if (found->second == at) break;
    path.emplace_back(found->second, at);
    at = found->second;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

class Replay {
 public:
  Replay(const Order& order, std::vector<std::string>& violations) : order_(order), violations_(violations) {
    const Network& network = order.network();
    for (const Region destination : order.transfer().destinations) goals_.insert(network.region(destination));
    Growth start;
    start.before[network.region(order.transfer().source)] = network.region(order.transfer().source);
    growths_.assign(order.transfer().partitions, start);
    for (const LinkRow& row : network.rows()) {
      for (const Name& region : {row.from, row.to}) {
        if (known_.insert(region).second) numbered_.push_back(region);
      }
      links_.insert({row.from, row.to});
    }
  }

  void follow(std::size_t partition, const DecisionLog::Record& record) {
    Growth& growth = growths_[partition];
    const std::string where = fmt::format("{}, partition {}", order_.transfer().name, partition);
    if (record.decision != 0 || record.answer != 1) {
      return note(violations_, fmt::format("{}: a decision that the domain does not have", where));
    }
    if (growth.reached == goals_.size()) {
      return note(violations_, fmt::format("{}: a decision after every destination is reached", where));
    }
    const std::uint64_t count = numbered_.size();
    if (record.subject >= count * count)
      return note(violations_, fmt::format("{}: link {} does not exist", where, record.subject));
    const Name& from = numbered_[record.subject / count];
    const Name& to = numbered_[record.subject % count];
    if (!links_.contains({from, to})) {
      return note(violations_, fmt::format("{}: there is no link {} to {} in the tables", where, from, to));
    }
    if (!growth.before.contains(from)) {
      return note(violations_, fmt::format("{}: sends from {}, which does not hold the data", where, from));
    }
    if (growth.before.contains(to)) {
      return note(violations_, fmt::format("{}: sends to {}, which holds the data already", where, to));
    }
    growth.before[to] = from;
    growth.reached += goals_.contains(to);
  }

  Routes routes() const {
    Routes routes;
    for (const Region destination : order_.transfer().destinations) {
      std::vector<Routes::Path>& paths = routes.paths.emplace_back();
      for (const Growth& growth : growths_) paths.push_back(path_to(growth, order_.network().region(destination)));
    }
    return routes;
  }

 private:
  const Order& order_;
  std::vector<std::string>& violations_;
  std::set<Name> goals_;
  std::vector<Growth> growths_;
  std::set<Name> known_;
  std::vector<Name> numbered_;  // in the order in which the tables name them
  std::set<Ends> links_;
};

}  // namespace

Audit audit(const Orders& orders, const DecisionLog& log) {
  Audit audit;
  audit.metrics.assign(6, 0);
  auto record = log.records.begin();
  std::uint64_t first = 0;
  for (const OrderPtr& order : orders) {
    Replay replay(*order, audit.violations);
    const std::uint64_t end = first + order->transfer().partitions;
    std::uint64_t event = first;
    for (; record != log.records.end() && record->event < end; ++record) {
      if (record->event < event) {
        note(audit.violations, fmt::format("event {} comes after event {}", record->event, event));
        continue;
      }
      event = record->event;
      replay.follow(event - first, *record);
    }
    first = end;
    const Delivery delivery = audit_routes(order->network(), order->transfer(), order->machines(), replay.routes());
    for (const std::string& violation : delivery.violations) {
      note(audit.violations, order->transfer().name + ": " + violation);
    }
    audit.metrics[0] += delivery.total();
    audit.metrics[1] += delivery.egress;
    audit.metrics[2] += delivery.machines;
    audit.metrics[3] += delivery.seconds;
    audit.metrics[4] += static_cast<double>(delivery.regions);
    audit.metrics[5] += static_cast<double>(delivery.undelivered);
  }
  if (record != log.records.end()) note(audit.violations, fmt::format("event {} is of no transfer", record->event));
  for (double& metric : audit.metrics) metric /= static_cast<double>(orders.size());
  return audit;
}

}  // namespace syswright::broadcast
