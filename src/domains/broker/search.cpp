#include <algorithm>
#include <numeric>
#include <utility>

#include "domains/broker/solver.h"

namespace syswright::broker {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
/// Sums of some fifty doubles differ by less with the order in which they are taken.
constexpr double rounding = 1e-12;

class Search {
 public:
  Search(const Reduced& problem, const SolverOptions& options)
      : problem_(problem), options_(options), count_(problem.choices.size()) {
    make_edges();
    make_tails();
    make_trees();
    chosen_.resize(count_);
    end_.resize(count_);
    open_.resize(count_, 0);
  }

  Solution run() {
    Solution solution;
    double open = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      if (!problem_.parents[i].empty()) continue;
      open_[i] = *std::min_element(tree_[i].begin(), tree_[i].end());
      open += open_[i];
      first_end_ = std::max(first_end_, least_end(i));
    }
    solution.bound = open + problem_.hour * first_end_;
    place(0, 0, open, first_end_);
    solution.nodes = nodes_;
    if (!best_chosen_.empty()) {
      solution.plan = problem_.plan(best_chosen_);
      solution.total = best_;
    }
    solution.proved = !ended_ && !best_chosen_.empty();
    solution.bound = solution.proved ? best_ * (1 - rounding) : std::min(solution.bound, best_) * (1 - rounding);
    return solution;
  }

 private:
  struct Child {
    std::size_t task;
    std::size_t edge;  ///< into edges_
  };
  /// What moving the data of an edge costs, and how long it takes, by the choices at both ends.
  struct Moves {
    std::size_t parent = 0;
    std::vector<double> cost;  ///< [parent's choices][choices]
    std::vector<double> hours;
  };
  struct Branch {
    double bound = 0;
    std::uint32_t choice = 0;
    double paid = 0;
    double open = 0;
    double last = 0;
  };

  std::size_t width(std::size_t task) const { return problem_.choices[task].size(); }

  void make_edges() {
    edges_of_.resize(count_);
    children_.resize(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      for (const Edge& edge : problem_.parents[i]) {
        Moves moves{edge.parent, {}, {}};
        for (const auto& from : problem_.choices[edge.parent]) {
          for (const auto& to : problem_.choices[i]) {
            moves.cost.push_back(problem_.moving_cost(from.region, to.region, edge.gb));
            moves.hours.push_back(problem_.moving_hours(from.region, to.region, edge.gb));
          }
        }
        children_[edge.parent].push_back({i, edges_.size()});
        edges_of_[i].push_back(edges_.size());
        edges_.push_back(std::move(moves));
      }
    }
  }

  /// Hours from the end of a task to that of the job, at least.
  void make_tails() {
    tail_.resize(count_);
    for (std::size_t i = count_; i-- > 0;) {
      tail_[i].assign(width(i), 0);
      for (const Child& child : children_[i]) {
        for (std::size_t c = 0; c < width(i); ++c) {
          double least = infinite;
          for (std::size_t s = 0; s < width(child.task); ++s) {
            least = std::min(least, edges_[child.edge].hours[c * width(child.task) + s] +
                                        problem_.choices[child.task][s].hours + tail_[child.task][s]);
          }
          tail_[i][c] = std::max(tail_[i][c], least);
        }
      }
    }
  }
  double least_end(std::size_t task) const {
    double least = infinite;
    for (std::size_t c = 0; c < width(task); ++c) {
      least = std::min(least, problem_.choices[task][c].hours + tail_[task][c]);
    }
    return least;
  }

  /// The parent whose edge counts in the bound: the one that sends most.
  void make_trees() {
    tree_parent_.assign(count_, count_);
    tree_.resize(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      double most = -1;
      for (const Edge& edge : problem_.parents[i]) {
        if (edge.gb > most) {
          most = edge.gb;
          tree_parent_[i] = edge.parent;
        }
      }
    }
    for (std::size_t i = count_; i-- > 0;) {
      for (const auto& choice : problem_.choices[i]) tree_[i].push_back(choice.cost);
      for (const Child& child : children_[i]) {
        if (tree_parent_[child.task] != i) continue;
        for (std::size_t c = 0; c < width(i); ++c) tree_[i][c] += least_tree(child, c);
      }
    }
  }
  double least_tree(const Child& child, std::size_t choice) const {
    double least = infinite;
    const double* cost = &edges_[child.edge].cost[choice * width(child.task)];
    for (std::size_t s = 0; s < width(child.task); ++s) least = std::min(least, cost[s] + tree_[child.task][s]);
    return least;
  }

  /// Least cost of the tree below a task whose tree parent is placed; `last` is the newest task placed.
  double least_open(std::size_t task, std::size_t last) {
    scratch_ = tree_[task];
    for (const std::size_t e : edges_of_[task]) {
      const Moves& moves = edges_[e];
      if (moves.parent > last) continue;
      const double* cost = &moves.cost[chosen_[moves.parent] * width(task)];
      for (std::size_t s = 0; s < scratch_.size(); ++s) scratch_[s] += cost[s];
    }
    return *std::min_element(scratch_.begin(), scratch_.end());
  }

  Branch branch(std::size_t task, std::uint32_t choice, double paid, double open, double last) {
    chosen_[task] = choice;
    Branch made{0, choice, paid + problem_.choices[task][choice].cost, open - open_[task], last};
    double start = 0;
    for (const std::size_t e : edges_of_[task]) {
      const Moves& moves = edges_[e];
      const std::size_t at = chosen_[moves.parent] * width(task) + choice;
      made.paid += moves.cost[at];
      start = std::max(start, end_[moves.parent] + moves.hours[at]);
    }
    end_[task] = start + problem_.choices[task][choice].hours;
    made.last = std::max(made.last, end_[task] + tail_[task][choice]);
    for (const Child& child : children_[task]) {
      if (tree_parent_[child.task] > task) continue;
      // What was open for it before counts no longer: it is 0 until its tree parent is placed.
      made.open += least_open(child.task, task) - open_[child.task];
    }
    made.bound = made.paid + std::max(0.0, made.open) + problem_.hour * made.last;
    return made;
  }

  bool is_over() {
    if (nodes_ >= options_.nodes || (nodes_ % 512 == 0 && options_.stop.stop_requested())) ended_ = true;
    return ended_;
  }

  /// paid: by the tasks before. open: least cost of the trees whose tree parent is placed. last: when the job ends, at
  /// least.
  void place(std::size_t task, double paid, double open, double last) {
    if (task == count_) return finish();
    std::vector<Branch> branches;
    for (std::uint32_t c = 0; c < width(task); ++c) branches.push_back(branch(task, c, paid, open, last));
    std::stable_sort(branches.begin(), branches.end(),
                     [](const Branch& a, const Branch& b) { return a.bound < b.bound; });
    const double own = std::exchange(open_[task], 0);
    for (const Branch& next : branches) {
      if (next.bound >= best_ * (1 - rounding) || is_over()) break;
      ++nodes_;
      open_[task] = own;
      branch(task, next.choice, paid, open, last);  // sets what the tasks behind look at
      open_[task] = 0;
      std::vector<double> before;
      for (const Child& child : children_[task]) {
        before.push_back(open_[child.task]);
        if (tree_parent_[child.task] <= task) open_[child.task] = least_open(child.task, task);
      }
      place(task + 1, next.paid, next.open, next.last);
      for (std::size_t i = 0; i < before.size(); ++i) open_[children_[task][i].task] = before[i];
    }
    open_[task] = own;
  }

  void finish() {
    const double total = problem_.total(chosen_);
    if (total >= best_) return;
    best_ = total;
    best_chosen_ = chosen_;
  }

  const Reduced& problem_;
  const SolverOptions& options_;
  std::size_t count_;
  std::vector<Moves> edges_;
  std::vector<std::vector<std::size_t>> edges_of_;  ///< [tasks] from its parents
  std::vector<std::vector<Child>> children_;
  std::vector<std::vector<double>> tail_;  ///< [tasks][choices] hours
  std::vector<std::vector<double>> tree_;  ///< [tasks][choices] least cost of it and the tree below it
  std::vector<std::size_t> tree_parent_;   ///< [tasks]; count_: none
  double first_end_ = 0;

  std::vector<std::uint32_t> chosen_;
  std::vector<double> end_;
  std::vector<double> open_;  ///< [tasks] least cost of the tree below, where its tree parent is placed; else 0
  std::vector<double> scratch_;
  std::vector<std::uint32_t> best_chosen_;
  double best_ = infinite;
  std::uint64_t nodes_ = 0;
  bool ended_ = false;
};

}  // namespace

Solution branch_and_bound(const Reduced& problem, const SolverOptions& options) {
  return Search(problem, options).run();
}

}  // namespace syswright::broker
