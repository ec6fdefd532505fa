#include "domains/broadcast/solver.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <optional>

#include "base/random.h"
#include "domains/broadcast/packing.h"
#include "domains/broadcast/planners.h"

namespace syswright::broadcast {
namespace {

/// Whether a is worth taking for b: better by more than rounding noise.
bool clearly_less(double a, double b) { return a < b - 1e-9; }

bool leads_below(const Tree& tree, Region top, Region region) {
  for (Region at = region;;) {
    if (at == top) return true;
    const auto above = std::find_if(tree.begin(), tree.end(), [&](const Link& link) { return link.to == at; });
    if (above == tree.end()) return false;
    at = above->from;
  }
}

/// Trees that differ from one by where a single region hangs: below another region of the tree, or below a new relay.
std::vector<Tree> neighbours(const Order& order, const Tree& tree) {
  const Network& network = order.network();
  const Region source = order.transfer().source;
  std::vector<Region> members{source};
  for (const Link& link : tree) members.push_back(link.to);
  std::vector<Tree> found;
  const auto add = [&](Tree changed) { found.push_back(pruned(order, in_order(source, changed))); };
  for (std::size_t i = 0; i < tree.size(); ++i) {
    for (const Region above : members) {
      if (leads_below(tree, tree[i].to, above)) continue;
      if (above != tree[i].from && network.gbps(above, tree[i].to) > 0) {
        Tree changed = tree;
        changed[i].from = above;
        add(std::move(changed));
      }
      for (const Region relay : network.neighbours(above)) {
        if (network.gbps(relay, tree[i].to) <= 0) continue;
        if (std::find(members.begin(), members.end(), relay) != members.end()) continue;
        Tree changed = tree;
        changed[i].from = relay;
        changed.push_back({above, relay});
        add(std::move(changed));
      }
    }
  }
  return found;
}

/// Partitions move from tree to tree while the true cost falls.
class Search {
 public:
  Search(const Order& order, const std::vector<Tree>& pool) : order_(order) {
    for (const Tree& tree : pool) pool_.push_back(keep(tree));
  }

  struct State {
    std::vector<Share> shares;
    double total = 0;
  };

  State state_of(const Plan& plan) {
    State state;
    for (const Group& group : plan) give(state.shares, keep(group.tree), group.partitions);
    state.total = cost_of(order_, state.shares).total();
    return state;
  }

  /// Goes down until no single move helps.
  void descend(State& state) {
    while (improve_from_pool(state) || improve_nearby(state)) {
    }
  }

  /// Moves some partitions by chance, to trees of the pool or to neighbours of their own.
  void shake(State& state, Random& random) {
    const std::size_t moves = 1 + random.below(3);
    for (std::size_t i = 0; i < moves; ++i) {
      const std::size_t from = random.below(state.shares.size());
      const std::size_t moved = 1 + random.below(state.shares[from].partitions);
      const Tree* tree = pool_[random.below(pool_.size())];
      const std::vector<Tree> nearby = neighbours(order_, *state.shares[from].tree);
      if (random.chance(0.5) && !nearby.empty()) tree = keep(nearby[random.below(nearby.size())]);
      move(state.shares, from, tree, moved);
    }
    state.total = cost_of(order_, state.shares).total();
  }

  static Plan plan_of(const State& state) {
    Plan plan;
    for (const Share& share : state.shares) plan.push_back({*share.tree, share.partitions});
    return plan;
  }

 private:
  /// One address for equal trees.
  const Tree* keep(const Tree& tree) {
    for (const Tree& known : trees_) {
      if (known == tree) return &known;
    }
    trees_.push_back(tree);
    return &trees_.back();
  }

  bool improve_from_pool(State& state) const {
    State best = state;
    for (const Tree* tree : pool_) try_moves(state, tree, best);
    return take(state, std::move(best));
  }

  bool improve_nearby(State& state) {
    State best = state;
    std::vector<Tree> nearby;
    for (const Share& share : state.shares) {
      for (Tree& tree : neighbours(order_, *share.tree)) nearby.push_back(std::move(tree));
    }
    for (const Tree& tree : nearby) try_moves(state, &tree, best);
    // The neighbours go when this ends; the state needs one that stays.
    std::vector<Share> kept;
    for (const Share& share : best.shares) give(kept, keep(*share.tree), share.partitions);
    best.shares = std::move(kept);
    return take(state, std::move(best));
  }

  static bool take(State& state, State best) {
    if (!clearly_less(best.total, state.total)) return false;
    state = std::move(best);
    return true;
  }

  /// One partition, half of a share or all of it moves to the tree.
  void try_moves(const State& state, const Tree* tree, State& best) const {
    for (std::size_t from = 0; from < state.shares.size(); ++from) {
      const std::size_t all = state.shares[from].partitions;
      if (state.shares[from].tree == tree) continue;
      std::size_t last = 0;
      for (const std::size_t moved : {std::size_t{1}, all / 2, all}) {
        if (moved == 0 || moved == last) continue;
        last = moved;
        scratch_ = state.shares;
        move(scratch_, from, tree, moved);
        const double total = cost_of(order_, scratch_).total();
        if (clearly_less(total, best.total)) best = {scratch_, total};
      }
    }
  }

  static void give(std::vector<Share>& shares, const Tree* tree, std::size_t partitions) {
    for (Share& share : shares) {
      if (share.tree == tree) return static_cast<void>(share.partitions += partitions);
    }
    shares.push_back({tree, partitions});
  }

  static void move(std::vector<Share>& shares, std::size_t from, const Tree* tree, std::size_t moved) {
    give(shares, tree, moved);
    shares[from].partitions -= moved;
    if (shares[from].partitions == 0) shares.erase(shares.begin() + static_cast<std::ptrdiff_t>(from));
  }

  const Order& order_;
  std::deque<Tree> trees_;
  std::vector<const Tree*> pool_;
  mutable std::vector<Share> scratch_;
};

/// The mixture in whole partitions: largest remainders.
Plan rounded(const Packing& packing, std::size_t partitions) {
  std::vector<std::size_t> order(packing.trees.size());
  std::vector<std::size_t> counts(packing.trees.size());
  std::size_t given = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = static_cast<std::size_t>(packing.shares[i] * static_cast<double>(partitions));
    given += counts[i];
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto remainder = [&](std::size_t i) {
    return packing.shares[i] * static_cast<double>(partitions) - static_cast<double>(counts[i]);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder(a) > remainder(b); });
  std::vector<std::size_t> extra(counts.size());
  for (std::size_t i = 0; given < partitions; i = (i + 1) % order.size(), ++given) ++extra[order[i]];
  Plan plan;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] + extra[i] > 0) plan.push_back({packing.trees[i], counts[i] + extra[i]});
  }
  return plan;
}

/// The trees that cost least at the best weights.
std::vector<Tree> best_trees(const Packing& packing, std::size_t most) {
  std::vector<std::size_t> order(packing.trees.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return packing.lagrangian[a] < packing.lagrangian[b]; });
  std::vector<Tree> trees;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) trees.push_back(packing.trees[order[i]]);
  return trees;
}

}  // namespace

Solution solve(const Order& order, const SolverOptions& options) {
  const Packing packing = pack_trees(order, options.rounds);
  const std::vector<Tree> pool = best_trees(packing, options.pool);
  Search search(order, pool);
  std::vector<Plan> starts{rounded(packing, order.transfer().partitions), nearest_terminal_plan(order),
                           steiner_plan(order)};
  for (std::size_t i = 0; i < std::min<std::size_t>(3, pool.size()); ++i) {
    starts.push_back({{pool[i], order.transfer().partitions}});
  }
  std::optional<Search::State> best;
  for (const Plan& start : starts) {
    Search::State state = search.state_of(start);
    search.descend(state);
    if (!best || clearly_less(state.total, best->total)) best = std::move(state);
  }
  const Random random(1, "broadcast solver");
  for (std::size_t i = 0; i < options.shakes; ++i) {
    Random draws = random.at(i);
    Search::State state = *best;
    search.shake(state, draws);
    search.descend(state);
    if (clearly_less(state.total, best->total)) best = std::move(state);
  }
  Solution solution;
  solution.plan = Search::plan_of(*best);
  solution.cost = cost_of(order, solution.plan);
  solution.lower_bound = packing.lower_bound;
  solution.least_egress =
      order.transfer().volume_gb * order.cheapest().cost(order.cheapest().all(), order.transfer().source);
  solution.trees = packing.trees.size();
  return solution;
}

Plan balanced_plan(const Order& order) { return order.solution().plan; }

}  // namespace syswright::broadcast
