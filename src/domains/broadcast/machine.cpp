#include "domains/broadcast/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace syswright::broadcast {

namespace {

constexpr auto first_global = static_cast<std::size_t>(Fact::partition);
constexpr auto fact_count = static_cast<std::size_t>(Fact::count);
/// Prices that would be infinite (no path) are shown as this many dollars.
constexpr double no_path = 1e12;

/// Dollars that no plan of an order reaches: every link at the highest price, every region rented while the slowest
/// link carries everything at the smallest share.
double worst_cost(const Order& order) {
  const Network& network = order.network();
  double price = 0;
  double rate = std::numeric_limits<double>::infinity();
  const auto regions = static_cast<double>(network.size());
  for (std::size_t from = 0; from < network.size(); ++from) {
    const auto tail = static_cast<Region>(from);
    rate = std::min({rate, order.egress(tail) / regions, order.ingress(tail) / regions});
    for (const Region to : network.neighbours(tail)) {
      price = std::max(price, network.price(tail, to));
      rate = std::min(rate, order.rate(tail, to));
    }
  }
  const double volume = order.transfer().volume_gb;
  return 2 * regions * (volume * price + order.machine_rate() * volume * 8 / rate);
}

}  // namespace

Evaluation evaluation_of(const Orders& orders, const std::vector<PlanCost>& costs) {
  Evaluation evaluation;
  evaluation.metrics.assign(6, 0);
  if (costs.empty()) return evaluation;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const PlanCost& cost = costs[i];
    evaluation.metrics[0] += cost.total();
    evaluation.metrics[1] += cost.egress;
    evaluation.metrics[2] += cost.machines;
    evaluation.metrics[3] += cost.seconds;
    evaluation.metrics[4] += static_cast<double>(cost.regions);
    evaluation.blocks.push_back({cost.total(), 1});
    evaluation.details.emplace_back("cost of " + orders[i]->transfer().name, cost.total());
    evaluation.events += orders[i]->transfer().partitions;
  }
  for (double& metric : evaluation.metrics) metric /= static_cast<double>(costs.size());
  return evaluation;
}

Evaluation failed_evaluation(const Orders& orders, std::string why) {
  Evaluation evaluation{.status = Evaluation::Status::failed, .failure = std::move(why)};
  double cost = 0;
  double pairs = 0;
  for (const OrderPtr& order : orders) {
    cost += worst_cost(*order);
    pairs += static_cast<double>(order->transfer().destinations.size() * order->transfer().partitions);
    evaluation.blocks.push_back({worst_cost(*order), 1});
    evaluation.events += order->transfer().partitions;
  }
  const auto count = static_cast<double>(orders.size());
  evaluation.metrics = {cost / count, cost / count, cost / count, cost, cost, pairs / count};
  return evaluation;
}

Machine::Machine(OrdersPtr orders) : orders_(std::move(orders)) {
  assert(!orders_->empty());
  start_order();
}

void Machine::start_order() {
  if (order_ == orders_->size()) return;
  const std::size_t regions = order().network().size();
  plan_.clear();
  load_ = Load(order());
  reach_.assign(regions, 0);
  hops_.assign(regions, 0);
  start_tree();
}

void Machine::start_tree() {
  const std::size_t regions = order().network().size();
  const Region source = order().transfer().source;
  tree_.clear();
  members_.clear();
  member_.assign(regions, 0);
  branches_.assign(regions, 0);
  waiting_ = order().cheapest().all();
  forest_.assign(std::size_t{waiting_} + 1, std::numeric_limits<double>::infinity());
  forest_[0] = 0;
  relays_in_a_row_ = 0;
  enter(source);
}

void Machine::enter(Region region) {
  members_.push_back(region);
  member_[region] = 1;
  const int place = order().destination(region);
  if (place >= 0) waiting_ &= ~(std::uint32_t{1} << place);
  // What is left to connect may hang below the new region, in whole or in part. Larger masks first: they read the
  // smaller ones as they were.
  const SteinerTable& cheapest = order().cheapest();
  for (std::uint32_t mask = waiting_; mask > 0; mask = (mask - 1) & waiting_) {
    double best = forest_[mask];
    for (std::uint32_t below = mask; below > 0; below = (below - 1) & mask) {
      best = std::min(best, forest_[mask ^ below] + cheapest.cost(below, region));
    }
    forest_[mask] = best;
  }
}

bool Machine::next(Ask& ask, ProgramState& state) {
  while (order_ < orders_->size()) {
    if (waiting_ != 0) {
      offer(ask);
      if (state.reads_any(0)) fill(ask, state);
      return true;
    }
    finish_tree(state);
    if (plan_.size() < order().transfer().partitions) {
      start_tree();
      continue;
    }
    costs_.push_back(cost_of(order(), plan_));
    ++order_;
    start_order();
  }
  return false;
}

void Machine::finish_tree(ProgramState& state) {
  Tree kept = pruned(order(), tree_);
  if (kept.size() < tree_.size()) {
    for (const Link& link : tree_) load_.remove(link);
    for (const Link& link : kept) load_.add(link);
  }
  if (state.program() != nullptr) {
    double price = 0;
    for (const Link& link : kept) price += order().network().price(link.from, link.to);
    state.report(0, load_.busy(order()));
    state.report(1, price * order().transfer().partition_gb());
  }
  plan_.push_back({std::move(kept), 1});
  ++event_;
}

void Machine::offer(Ask& ask) {
  ask.clear();
  ask.decision = 0;
  ask.event = event_;
  ask.take = 1;
  offered_.clear();
  const Network& network = order().network();
  const bool only_destinations = relays_in_a_row_ >= most_relays_in_a_row;
  const auto offer_links = [&](bool all) {
    for (const Region from : members_) {
      for (const Region to : network.neighbours(from)) {
        if (member_[to] || (!all && order().destination(to) < 0)) continue;
        offered_.push_back({from, to});
      }
    }
  };
  offer_links(!only_destinations);
  // Where no destination is a neighbour, relays must go on.
  if (offered_.empty()) offer_links(true);
  for (const Link& link : offered_) ask.candidates.push_back(link.from * network.size() + link.to);
}

void Machine::fill(Ask& ask, const ProgramState& state) const {
  constexpr double not_known = -1;  // no feature is negative
  std::vector<double> known;        // [regions]
  const std::size_t count = offered_.size();
  ask.globals.assign(fact_count - first_global, 0);
  for (std::size_t i = first_global; i < fact_count; ++i) {
    if (state.reads(0, i)) ask.globals[i - first_global] = global(static_cast<Fact>(i));
  }
  ask.columns.assign(first_global * count, 0);
  for (std::size_t i = 0; i < first_global; ++i) {
    if (!state.reads(0, i)) continue;
    const auto fact = static_cast<Fact>(i);
    double* column = &ask.columns[i * count];
    const bool of_target = fact == Fact::onward || fact == Fact::star || fact == Fact::completion;
    if (of_target) known.assign(order().network().size(), not_known);
    for (std::size_t j = 0; j < count; ++j) {
      if (!of_target) {
        column[j] = value(fact, offered_[j]);
        continue;
      }
      // The same for every link to this target, and dear.
      double& of = known[offered_[j].to];
      if (of == not_known) of = value(fact, offered_[j]);
      column[j] = of;
    }
  }
}

double Machine::global(Fact fact) const {
  const Transfer& transfer = order().transfer();
  switch (fact) {
    case Fact::partition:
      return static_cast<double>(plan_.size());
    case Fact::left:
      return static_cast<double>(transfer.partitions - plan_.size());
    case Fact::partitions:
      return static_cast<double>(transfer.partitions);
    case Fact::remaining:
      return static_cast<double>(std::popcount(waiting_));
    case Fact::destinations:
      return static_cast<double>(transfer.destinations.size());
    case Fact::busy:
      return load_.busy(order());
    case Fact::regions:
      return static_cast<double>(load_.regions());
    case Fact::rent:
      return order().machine_rate();
    default:
      assert(false);
      return 0;
  }
}

double Machine::value(Fact fact, const Link& link) const {
  const Network& network = order().network();
  const SteinerTable& cheapest = order().cheapest();
  const double gb = order().transfer().partition_gb();
  const auto dollars = [gb](double per_gb) { return std::min(per_gb * gb, no_path); };
  const int place = order().destination(link.to);
  switch (fact) {
    case Fact::price:
      return dollars(network.price(link.from, link.to));
    case Fact::bandwidth:
      return order().rate(link.from, link.to) * 1e9 / 8;
    case Fact::destination:
      return place >= 0;
    case Fact::onward: {
      if (place >= 0) return 0;
      double nearest = no_path;
      for (std::uint32_t rest = waiting_; rest != 0; rest &= rest - 1) {
        nearest = std::min(nearest, cheapest.cost(rest & -rest, link.to));
      }
      return dollars(nearest);
    }
    case Fact::star:
      return dollars(star(link.to));
    case Fact::completion:
      return dollars(completion(link.to));
    case Fact::reach:
      return dollars(reach_[link.from] + network.price(link.from, link.to));
    case Fact::hops:
      return hops_[link.from] + 1;
    case Fact::carried:
      return static_cast<double>(load_.carried(link));
    case Fact::leaving:
      return static_cast<double>(load_.leaving(link.from));
    case Fact::fanout:
      return static_cast<double>(load_.fanout(link.from));
    case Fact::branches:
      return branches_[link.from];
    case Fact::arriving:
      return static_cast<double>(load_.arriving(link.to));
    case Fact::new_region:
      return !load_.touched(link.to);
    case Fact::same_provider:
      return network.provider(link.from) == network.provider(link.to);
    case Fact::link_time:
      return load_.seconds(order(), link, load_.carried(link) + 1);
    case Fact::pressure:
      return load_.pressure(order(), link);
    case Fact::full_time:
      return load_.seconds(order(), link, load_.carried(link) + order().transfer().partitions - plan_.size());
    default:
      assert(false);
      return 0;
  }
}

double Machine::star(Region target) const {
  double sum = 0;
  for (std::uint32_t rest = waiting_; rest != 0; rest &= rest - 1) sum += order().cheapest().cost(rest & -rest, target);
  return sum;
}

double Machine::completion(Region target) const {
  const int place = order().destination(target);
  const std::uint32_t rest = place < 0 ? waiting_ : waiting_ & ~(std::uint32_t{1} << place);
  double best = forest_[rest];
  for (std::uint32_t below = rest; below > 0; below = (below - 1) & rest) {
    best = std::min(best, forest_[rest ^ below] + order().cheapest().cost(below, target));
  }
  return best;
}

void Machine::reply(const Reply& reply) {
  assert(reply.taken.size() == 1);
  const Link link = offered_[reply.taken.front()];
  tree_.push_back(link);
  load_.add(link);
  ++branches_[link.from];
  reach_[link.to] = reach_[link.from] + order().network().price(link.from, link.to);
  hops_[link.to] = static_cast<std::uint16_t>(hops_[link.from] + 1);
  relays_in_a_row_ = order().destination(link.to) < 0 ? relays_in_a_row_ + 1 : 0;
  enter(link.to);
}

void Machine::default_answers(const Ask& /*ask*/, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i] = -(value(Fact::price, offered_[i]) + value(Fact::completion, offered_[i]));
  }
}

namespace {

/// A tree's links depth first: whoever follows it meets a destination as soon as he can.
Tree depth_first(const Tree& tree, Region source) {
  Tree ordered;
  const auto visit = [&](const auto& self, Region at) -> void {
    for (const Link& link : tree) {
      if (link.from != at) continue;
      ordered.push_back(link);
      self(self, link.to);
    }
  };
  visit(visit, source);
  return ordered;
}

/// A plan on its way.
struct Course {
  std::size_t order = std::numeric_limits<std::size_t>::max();
  std::vector<Tree> trees;  // a partition each
};

}  // namespace

NativeAnswers<Machine> follow(Plan (*planner)(const Order& order)) {
  const auto course = std::make_shared<Course>();
  return [planner, course](const Machine& machine, const Ask& ask, std::span<double> answers) {
    if (course->order != machine.order_index()) {
      course->order = machine.order_index();
      course->trees.clear();
      for (const Group& group : planner(machine.order())) {
        const Tree tree = depth_first(group.tree, machine.order().transfer().source);
        course->trees.insert(course->trees.end(), group.partitions, tree);
      }
    }
    const Tree& tree = course->trees[machine.partition()];
    for (std::size_t i = 0; i < ask.candidates.size(); ++i) {
      const auto found = std::find(tree.begin(), tree.end(), machine.offered()[i]);
      answers[i] = static_cast<double>(tree.end() - found);
    }
  };
}

}  // namespace syswright::broadcast
