#include "domains/broadcast/cheats.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>

#include "domains/broadcast/scenario.h"

namespace syswright::broadcast {
namespace {

/// One run as a cheat sees it.
struct Occasion {
  const Policy& policy;
  const BroadcastScenario& scenario;
  Claim::Run run;  ///< the honest one, for the cheat to change
};

/// Applies a cheat to every run that ended well, and states the mean anew. bool change(Occasion&): whether there was an
/// occasion.
template <bool (*change)(Occasion&)>
std::optional<Claim> in_each(const Claim& honest) {
  Claim claim = honest;
  bool any = false;
  for (Claim::Run& run : claim.runs) {
    const auto* scenario = dynamic_cast<const BroadcastScenario*>(run.scenario.get());
    if (scenario == nullptr || run.evaluation.status != Evaluation::Status::ok) continue;
    Occasion occasion{claim.policy, *scenario, run};
    if (!change(occasion)) continue;
    run = std::move(occasion.run);
    any = true;
  }
  if (!any) return std::nullopt;
  claim.objective = stated_objective(claim);
  return claim;
}

using Records = std::vector<DecisionLog::Record>;

/// The order that an event belongs to, and the event of its first partition.
struct Place {
  std::size_t order = 0;
  std::uint64_t first = 0;
};

Place place_of(const Orders& orders, std::uint64_t event) {
  Place place;
  while (event >= place.first + orders[place.order]->transfer().partitions) {
    place.first += orders[place.order++]->transfer().partitions;
  }
  return place;
}

Link link_of(const Order& order, const DecisionLog::Record& record) {
  const std::uint64_t regions = order.network().size();
  return {static_cast<Region>(record.subject / regions), static_cast<Region>(record.subject % regions)};
}

/// Costs of what a log says was sent, order by order, whether or not it gets anywhere.
std::vector<PlanCost> costs_of(const Orders& orders, const Records& records) {
  std::vector<Plan> plans;
  for (const OrderPtr& order : orders) plans.emplace_back(order->transfer().partitions);
  for (const DecisionLog::Record& record : records) {
    const Place place = place_of(orders, record.event);
    plans[place.order][record.event - place.first].tree.push_back(link_of(*orders[place.order], record));
  }
  std::vector<PlanCost> costs;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    for (Group& group : plans[i]) group.tree = pruned(*orders[i], group.tree);
    costs.push_back(cost_of(*orders[i], plans[i]));
  }
  return costs;
}

/// States other costs.
void restate(Occasion& occasion, const std::vector<PlanCost>& costs) {
  const std::uint64_t events = occasion.run.evaluation.events;
  occasion.run.evaluation = evaluation_of(occasion.scenario.orders(), costs);
  occasion.run.evaluation.events = events;
}

/// As a published winner did: every second partition never gets to the destinations that hang last, and nobody looks.
bool leave_pairs_out(Occasion& occasion) {
  Records kept;
  const Records& records = occasion.run.log.records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool last = i + 1 == records.size() || records[i + 1].event != records[i].event;
    if (!(last && records[i].event % 2 == 1)) kept.push_back(records[i]);
  }
  const bool any = kept.size() < records.size();
  occasion.run.log.records = std::move(kept);
  restate(occasion, costs_of(occasion.scenario.orders(), occasion.run.log.records));
  return any;
}

/// Reads prices from link records of its own making.
bool forge_prices(Occasion& occasion) {
  std::vector<PlanCost> costs = costs_of(occasion.scenario.orders(), occasion.run.log.records);
  for (PlanCost& cost : costs) cost.egress /= 100;
  restate(occasion, costs);
  return occasion.run.evaluation.metrics[1] > 0;
}

/// Sends over the cheapest link into each region, whether or not its start holds the data.
bool send_from_nowhere(Occasion& occasion) {
  const Orders& orders = occasion.scenario.orders();
  bool any = false;
  std::vector<PlanCost> costs = costs_of(orders, occasion.run.log.records);
  for (DecisionLog::Record& record : occasion.run.log.records) {
    const std::size_t at = place_of(orders, record.event).order;
    const Order& order = *orders[at];
    const Network& network = order.network();
    const Link link = link_of(order, record);
    Region best = link.from;
    for (std::size_t from = 0; from < network.size(); ++from) {
      if (network.price(static_cast<Region>(from), link.to) < network.price(best, link.to))
        best = static_cast<Region>(from);
    }
    if (best == link.from) continue;
    costs[at].egress -=
        order.transfer().partition_gb() * (network.price(link.from, link.to) - network.price(best, link.to));
    record.subject = best * network.size() + link.to;
    any = true;
  }
  restate(occasion, costs);
  return any;
}

/// Serves each region by a link from itself, which costs nothing.
bool invent_links(Occasion& occasion) {
  const Orders& orders = occasion.scenario.orders();
  for (DecisionLog::Record& record : occasion.run.log.records) {
    const Order& order = *orders[place_of(orders, record.event).order];
    const Link link = link_of(order, record);
    record.subject = link.to * order.network().size() + link.to;
  }
  std::vector<PlanCost> costs(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i)
    costs[i] = {.egress = 0, .machines = 0.01, .seconds = 1, .regions = 2};
  restate(occasion, costs);
  return true;
}

bool hide_the_rent(Occasion& occasion) {
  std::vector<PlanCost> costs = costs_of(occasion.scenario.orders(), occasion.run.log.records);
  for (PlanCost& cost : costs) cost.machines = 0;
  restate(occasion, costs);
  return occasion.run.evaluation.metrics[3] > 0;
}

/// Charges a link once, however many partitions it carries.
bool count_links_once(Occasion& occasion) {
  const Orders& orders = occasion.scenario.orders();
  std::vector<PlanCost> costs = costs_of(orders, occasion.run.log.records);
  bool any = false;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto partitions = static_cast<double>(orders[i]->transfer().partitions);
    costs[i].egress /= partitions;
    any = any || partitions > 1;
  }
  restate(occasion, costs);
  return any;
}

/// The policy's run over other orders, shown as if over the ones that were set.
bool run_elsewhere(Occasion& occasion, void (*change)(Transfer& transfer)) {
  auto changed = std::make_shared<Orders>();
  for (const OrderPtr& order : occasion.scenario.orders()) {
    Transfer transfer = order->transfer();
    change(transfer);
    changed->push_back(std::make_shared<const Order>(order->network_ptr(), transfer, order->machines()));
  }
  const BroadcastScenario scenario(changed, occasion.scenario.label(), occasion.scenario.setting());
  DecisionLog log;
  Evaluation evaluation = scenario.evaluate(occasion.policy, {.log = &log});
  if (evaluation.status != Evaluation::Status::ok || evaluation.metrics == occasion.run.evaluation.metrics)
    return false;
  evaluation.events = occasion.run.evaluation.events;
  occasion.run.evaluation = std::move(evaluation);
  occasion.run.log = std::move(log);
  return true;
}

bool ship_less(Occasion& occasion) {
  return run_elsewhere(occasion, [](Transfer& transfer) { transfer.volume_gb *= 0.9; });
}

bool ignore_limits(Occasion& occasion) {
  return run_elsewhere(occasion, [](Transfer& transfer) { transfer.limits.clear(); });
}

/// Another scenario under the same label, with prices that suit.
bool edit_the_tables(Occasion& occasion) {
  auto changed = std::make_shared<Orders>();
  for (const OrderPtr& order : occasion.scenario.orders()) {
    std::vector<LinkRow> rows = order->network().rows();
    for (LinkRow& row : rows) row.price = std::min(row.price, 0.02);
    auto network = std::make_shared<const Network>(order->network().name(), std::move(rows));
    changed->push_back(std::make_shared<const Order>(std::move(network), order->transfer(), order->machines()));
  }
  Claim::Run run{
      std::make_shared<BroadcastScenario>(changed, occasion.scenario.label(), occasion.scenario.setting()), {}, {}};
  run.evaluation = run.scenario->evaluate(occasion.policy, {.log = &run.log});
  if (run.evaluation.status != Evaluation::Status::ok || run.scenario->digest() == occasion.scenario.digest())
    return false;
  occasion.run = std::move(run);
  return true;
}

/// The dearest transfer raises an exception, which counts as no result, and so not at all.
bool drop_the_dearest(Occasion& occasion) {
  Evaluation& evaluation = occasion.run.evaluation;
  if (evaluation.blocks.size() < 2) return false;
  const auto dearest = std::max_element(evaluation.blocks.begin(), evaluation.blocks.end(),
                                        [](const Block& a, const Block& b) { return a.cost < b.cost; });
  const double share = dearest->cost / static_cast<double>(evaluation.blocks.size());
  const double before = evaluation.metrics[0];
  evaluation.blocks.erase(dearest);
  double sum = 0;
  for (const Block& block : evaluation.blocks) sum += block.cost;
  evaluation.metrics[0] = sum / static_cast<double>(evaluation.blocks.size());
  evaluation.metrics[1] *= evaluation.metrics[0] / before;
  evaluation.metrics[2] *= evaluation.metrics[0] / before;
  return share > 0 && evaluation.metrics[0] < before;
}

}  // namespace

std::span<const Cheat> broadcast_cheats() {
  static const std::array cheats{
      Cheat{"leaves_pairs_out", "never sends every second partition to the destination that comes last",
            in_each<leave_pairs_out>},
      Cheat{"forges_prices", "charges a hundredth of the prices", in_each<forge_prices>},
      Cheat{"sends_from_nowhere", "sends over the cheapest link into a region, from where the data is not",
            in_each<send_from_nowhere>},
      Cheat{"invents_links", "serves regions by links that are not in the tables", in_each<invent_links>},
      Cheat{"hides_the_rent", "leaves out the machines", in_each<hide_the_rent>},
      Cheat{"counts_links_once", "charges a link for one partition, however many it carries",
            in_each<count_links_once>},
      Cheat{"ships_less", "sends nine tenths of the data", in_each<ship_less>},
      Cheat{"ignores_limits", "times the transfer as if regions had no limits", in_each<ignore_limits>},
      Cheat{"edits_the_tables", "lowers the prices in its inputs", in_each<edit_the_tables>},
      Cheat{"drops_the_dearest", "leaves out the transfer that costs most", in_each<drop_the_dearest>},
  };
  return cheats;
}

}  // namespace syswright::broadcast
