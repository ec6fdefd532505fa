#pragma once

#include <memory>
#include <vector>

#include "domain/stepping.h"
#include "domains/broadcast/features.h"
#include "domains/broadcast/load.h"
#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

using Orders = std::vector<OrderPtr>;
using OrdersPtr = std::shared_ptr<const Orders>;

/// What plans cost, as an evaluation: means over the orders, a block an order.
Evaluation evaluation_of(const Orders& orders, const std::vector<PlanCost>& costs);
/// What a policy gets that fails: dearer than any plan.
Evaluation failed_evaluation(const Orders& orders, std::string why);

/// The mechanism: for every order and every partition, grows a tree link by link. Event e is the e-th partition of all
/// orders; a candidate is a link, named from · regions + to, where regions are numbered as the network numbers them.
class Machine {
 public:
  /// Relays in a row after which only destinations are offered, so that a policy cannot wander.
  static constexpr std::size_t most_relays_in_a_row = 3;

  explicit Machine(OrdersPtr orders);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  void default_answers(const Ask& ask, std::span<double> answers) const;
  Evaluation result() const { return evaluation_of(*orders_, costs_); }
  Evaluation failed(std::string why) const { return failed_evaluation(*orders_, std::move(why)); }

  const Order& order() const { return *(*orders_)[order_]; }
  std::size_t order_index() const { return order_; }
  /// Number of the partition whose tree grows.
  std::size_t partition() const { return plan_.size(); }
  /// Links of the question just asked, one a candidate.
  const std::vector<Link>& offered() const { return offered_; }

 private:
  void start_order();
  void start_tree();
  void enter(Region region);
  void finish_tree(ProgramState& state);
  void offer(Ask& ask);
  void fill(Ask& ask, const ProgramState& state) const;
  double global(Fact fact) const;
  double value(Fact fact, const Link& link) const;
  double completion(Region target) const;
  double star(Region target) const;

  OrdersPtr orders_;
  std::size_t order_ = 0;
  std::uint64_t event_ = 0;
  std::vector<PlanCost> costs_;  ///< of the orders that are planned
  Plan plan_;                    ///< of this order, a group a partition
  Load load_;                    ///< of this order, the growing tree included
  Tree tree_;
  std::vector<Region> members_;          ///< the source and what the tree reaches, in order
  std::vector<char> member_;             ///< [regions]
  std::vector<double> reach_;            ///< [regions] dollars per GB from the source, of members
  std::vector<std::uint16_t> hops_;      ///< [regions] the same
  std::vector<std::uint16_t> branches_;  ///< [regions] the same
  std::uint32_t waiting_ = 0;            ///< destinations not yet reached, a bit each
  std::size_t relays_in_a_row_ = 0;
  std::vector<double> forest_;  ///< [masks of destinations] dollars per GB that connect them to the tree
  std::vector<Link> offered_;
};

/// Answers that follow a plan made when an order begins: a native policy.
NativeAnswers<Machine> follow(Plan (*planner)(const Order& order));

}  // namespace syswright::broadcast
