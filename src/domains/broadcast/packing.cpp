#include "domains/broadcast/packing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syswright::broadcast {
namespace {

/// Something that is busy while data passes: a link, or what a region takes in or sends.
struct Times {
  std::vector<double> link;  // [regions][regions]
  std::vector<double> out;   // [regions]
  std::vector<double> in;    // [regions]

  explicit Times(std::size_t regions) : link(regions * regions), out(regions), in(regions) {}
};

class Game {
 public:
  explicit Game(const Order& order)
      : order_(order), size_(order.network().size()), gbit_(8 * order.transfer().volume_gb) {
    const Region source = order.transfer().source;
    least_seconds_ = seconds_out(source);
    for (const Region destination : order.transfer().destinations) {
      least_seconds_ = std::max(least_seconds_, seconds_in(destination));
    }
    rent_ = static_cast<double>(order.transfer().destinations.size() + 1) * order.machine_rate();
  }

  /// Dollars of a link for all the data at these weights.
  std::vector<double> costs(const Times& weights) const {
    std::vector<double> costs(size_ * size_, std::numeric_limits<double>::infinity());
    for (std::size_t from = 0; from < size_; ++from) {
      for (const Region to : order_.network().neighbours(static_cast<Region>(from))) {
        const auto tail = static_cast<Region>(from);
        const double busy = weights.link[from * size_ + to] * seconds(tail, to) +
                            weights.out[from] * seconds_out(tail) + weights.in[to] * seconds_in(to);
        // A relay is rented besides, at least as long as the shortest transfer takes.
        const double relay = order_.destination(to) < 0 ? order_.machine_rate() * least_seconds_ : 0;
        costs[from * size_ + to] =
            order_.transfer().volume_gb * order_.network().price(tail, to) + rent_ * busy + relay;
      }
    }
    return costs;
  }

  /// Notes the busy times of a tree that carries all the data.
  void meet(const Tree& tree, Times& times) const {
    for (const Link& link : tree) {
      times.link[link.from * size_ + link.to] += seconds(link.from, link.to);
      times.out[link.from] += seconds_out(link.from);
      times.in[link.to] += seconds_in(link.to);
    }
  }

  /// Weights that grow by a factor of e for every 1/rate seconds of busy time; they sum to 1.
  Times weights(const Times& busy, double rate) const {
    Times weights(size_);
    double most = 0;
    for (const auto* list : {&busy.link, &busy.out, &busy.in})
      most = std::max(most, *std::max_element(list->begin(), list->end()));
    double sum = 0;
    const auto grow = [&](const std::vector<double>& from, std::vector<double>& to) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        to[i] = std::exp(rate * (from[i] - most));
        sum += to[i];
      }
    };
    grow(busy.link, weights.link);
    grow(busy.out, weights.out);
    grow(busy.in, weights.in);
    for (auto* list : {&weights.link, &weights.out, &weights.in}) {
      for (double& weight : *list) weight /= sum;
    }
    return weights;
  }

  /// What rounding the time to a hundredth may save.
  double slack() const { return 0.005 * static_cast<double>(size_) * order_.machine_rate(); }
  std::size_t size() const { return size_; }

 private:
  double seconds(Region from, Region to) const { return gbit_ / order_.rate(from, to); }
  double seconds_out(Region region) const { return gbit_ / order_.egress(region); }
  double seconds_in(Region region) const { return gbit_ / order_.ingress(region); }

  const Order& order_;
  std::size_t size_;
  double gbit_;
  double least_seconds_ = 0;
  double rent_ = 0;  // dollars a second of source and destinations
};

double sum_of(const std::vector<double>& costs, std::size_t size, const Tree& tree) {
  double sum = 0;
  for (const Link& link : tree) sum += costs[link.from * size + link.to];
  return sum;
}

}  // namespace

Packing pack_trees(const Order& order, std::size_t rounds) {
  const Game game(order);
  const Region source = order.transfer().source;
  Packing packing;
  std::vector<std::size_t> met;
  Times busy(game.size());
  Times mean(game.size());
  std::vector<double> best_costs;
  const auto try_weights = [&](const Times& weights) {
    std::vector<double> costs = game.costs(weights);
    const SteinerTable table(costs, game.size(), order.transfer().destinations);
    const double bound = table.cost(table.all(), source) - game.slack();
    if (best_costs.empty() || bound > packing.lower_bound) {
      packing.lower_bound = bound;
      best_costs = std::move(costs);
    }
    Tree tree = in_order(source, pruned(order, table.tree(table.all(), source)));
    const auto known = std::find(packing.trees.begin(), packing.trees.end(), tree);
    const auto place = static_cast<std::size_t>(known - packing.trees.begin());
    if (known == packing.trees.end()) {
      packing.trees.push_back(std::move(tree));
      met.push_back(0);
    }
    return place;
  };
  // Half of the rounds learn fast, the others slowly around what was found.
  const double range = 1000;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double rate =
        std::sqrt(8 * std::log(static_cast<double>(game.size() * game.size())) / static_cast<double>(rounds)) / range *
        2;
    const Times weights = game.weights(busy, rate);
    const std::size_t place = try_weights(weights);
    ++met[place];
    game.meet(packing.trees[place], busy);
    for (std::size_t i = 0; i < weights.link.size(); ++i) mean.link[i] += weights.link[i] / static_cast<double>(rounds);
    for (std::size_t i = 0; i < weights.out.size(); ++i) mean.out[i] += weights.out[i] / static_cast<double>(rounds);
    for (std::size_t i = 0; i < weights.in.size(); ++i) mean.in[i] += weights.in[i] / static_cast<double>(rounds);
  }
  ++met[try_weights(mean)];
  for (std::size_t i = 0; i < met.size(); ++i) {
    packing.shares.push_back(static_cast<double>(met[i]) / static_cast<double>(rounds + 1));
    packing.lagrangian.push_back(sum_of(best_costs, game.size(), packing.trees[i]));
  }
  return packing;
}

}  // namespace syswright::broadcast
