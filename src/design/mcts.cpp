#include "design/mcts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "design/derivation.h"
#include "design/tuning.h"

namespace syswright::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Candidates race against the one in this place of the hall: those surely worse could not become finalists.
constexpr std::size_t place_to_beat = 8;
/// Draws for a production that a node has not yet.
constexpr int widening_tries = 6;
/// Turns without a new program after which there is nothing left to find.
constexpr std::size_t most_idle = 10;
/// Keeps the draws of tune() apart from those of other strategies.
constexpr std::uint64_t tuning_stream = std::uint64_t{2} << 32;

using Field = std::vector<Candidate*>;

struct Node {
  Production production;
  Node* parent = nullptr;
  std::vector<std::unique_ptr<Node>> children;
  double visits = 0;
  double sum = 0;          // of rewards, as they were when they came in
  double best = infinity;  // loss at the cheapest level
  bool closed = false;     // nothing new below
};

/// Every loss that was seen, for ranks.
class Ranks {
 public:
  void add(double loss) { losses_.insert(std::upper_bound(losses_.begin(), losses_.end(), loss), loss); }
  /// 1 for the best of all, falling with the logarithm of the rank to 0 for the last. 0 for failures.
  double reward(double loss) const {
    if (losses_.size() < 2 || !std::isfinite(loss)) return std::isfinite(loss) ? 1 : 0;
    const auto better = std::lower_bound(losses_.begin(), losses_.end(), loss) - losses_.begin();
    const double reward = 1 - std::log1p(static_cast<double>(better)) / std::log(static_cast<double>(losses_.size()));
    return std::max(0.0, reward);
  }

 private:
  std::vector<double> losses_;  // rising
};

/// A walk down the tree, and the program at its end.
struct Walk {
  Node* leaf = nullptr;
  Candidate* candidate = nullptr;  // nullptr: there is no program
};

/// One run of the search. A turn is a batch of walks.
class TreeSearch final : public Strategy {
 public:
  TreeSearch(Search& search, const MctsOptions& options)
      : search_(search),
        options_(options),
        batch_(fitted_batch(search.trials(), search.spending(), options.batch, options.race)),
        derivations_(search.grammar()),
        home_(search.trials().top() == 0 ? 0 : search.trials().top() - 1) {}

  bool turn() override {
    Field field = turn_ == 0 ? search_.propose_seeds() : Field{};
    const std::vector<Walk> walks = walk_many(field);
    idle_ = field.empty() ? idle_ + 1 : 0;
    if (idle_ > most_idle) return false;
    trials().set_note(fmt::format("tree search, turn {}, {} nodes", ++turn_, nodes_));
    trials().measure(field, 0);
    for (const Walk& walk : walks) learn(walk);
    const Field& hall = trials().hall();
    Candidate* incumbent = hall.size() < place_to_beat ? nullptr : hall[place_to_beat - 1];
    for (Candidate* candidate : race(trials(), std::move(field), 0, trials().top(), incumbent, options_.race)) {
      own_.push_back(candidate);
    }
    if (turn_ % options_.tune_every == 0) tune_best();
    return true;
  }

 private:
  Trials& trials() { return search_.trials(); }

  /// Walks until there are as many new programs as a batch takes, or too many walks found none.
  std::vector<Walk> walk_many(Field& field) {
    std::vector<Walk> walks;
    for (std::size_t fresh = 0, tries = 0; fresh < batch_ && tries < 8 * batch_; ++tries) {
      walks.push_back(walk(field));
      if (walks.back().candidate != nullptr && !walks.back().candidate->known(0)) ++fresh;
    }
    return walks;
  }

  /// The visits are counted at once, so that walks of one batch spread; the reward follows when it is known.
  Walk walk(Field& field) {
    Random random(search_.task().seed, "tree search", walks_++);
    Node* node = &root_;
    std::vector<Production> path;
    ++node->visits;
    while (node->visits > 1) {
      if (wants_child(*node) && widen(random, *node, path)) {
        node = node->children.back().get();
        path.push_back(node->production);
        ++node->visits;
        break;
      }
      Node* const next = best_child(*node);
      if (next == nullptr) break;
      node = next;
      path.push_back(node->production);
      ++node->visits;
    }
    return {node, roll_out(random, *node, path, field)};
  }

  bool wants_child(const Node& node) const {
    return static_cast<double>(node.children.size()) < options_.widening * std::pow(node.visits, options_.growth);
  }

  /// Opens one more production of the node. False if none is left to find.
  bool widen(Random& random, Node& node, const std::vector<Production>& path) {
    for (int tries = 0; tries < widening_tries; ++tries) {
      Derivations::Play play = derivations_.play(random, path, true);
      if (!play.drawn) {
        if (!play.open) return false;  // a whole program, or one that breaks off before its first hole
        continue;
      }
      const bool known = std::any_of(node.children.begin(), node.children.end(),
                                     [&](const auto& child) { return child->production == *play.drawn; });
      if (known) continue;
      node.children.push_back(std::make_unique<Node>());
      node.children.back()->production = std::move(*play.drawn);
      node.children.back()->parent = &node;
      ++nodes_;
      return true;
    }
    return false;
  }

  Node* best_child(const Node& node) const {
    Node* chosen = nullptr;
    double highest = -infinity;
    for (const auto& child : node.children) {
      if (child->closed) continue;
      const double value = options_.of_the_best * ranks_.reward(child->best) +
                           (1 - options_.of_the_best) * child->sum / std::max(child->visits, 1.0);
      const double bound =
          value + options_.exploration * std::sqrt(std::log(node.visits) / std::max(child->visits, 1.0));
      if (bound > highest) {
        highest = bound;
        chosen = child.get();
      }
    }
    return chosen;
  }

  /// The program at the end of a walk: met before, or new and in the field.
  Candidate* roll_out(Random& random, Node& node, const std::vector<Production>& path, Field& field) {
    for (int tries = 0; tries < widening_tries; ++tries) {
      const Derivations::Play play = derivations_.play(random, path, false);
      if (!play.open) close(node);
      if (!play.program) continue;
      if (Candidate* fresh = trials().propose(play.program, "tree search")) {
        field.push_back(fresh);
        return fresh;
      }
      return trials().find(play.program->digest());
    }
    return nullptr;
  }

  /// There is nothing more below the node; nor below its parent, if that holds for all of its children and it has no
  /// room for more.
  void close(Node& node) {
    node.closed = true;
    Node* const parent = node.parent;
    if (parent == nullptr || wants_child(*parent)) return;
    const bool all =
        std::all_of(parent->children.begin(), parent->children.end(), [](const auto& child) { return child->closed; });
    if (all) close(*parent);
  }

  void learn(const Walk& walk) {
    const bool tried = walk.candidate != nullptr && walk.candidate->known(0);
    const double loss = tried ? walk.candidate->loss(0) : infinity;
    if (tried && seen_.insert(walk.candidate).second) ranks_.add(loss);
    const double reward = ranks_.reward(loss);
    for (Node* node = walk.leaf; node != nullptr; node = node->parent) {
      node->sum += reward;
      node->best = std::min(node->best, loss);
    }
  }

  void tune_best() {
    std::stable_sort(own_.begin(), own_.end(), [this](const Candidate* a, const Candidate* b) {
      return a->loss(trials().top()) < b->loss(trials().top());
    });
    Field rough;
    for (Candidate* candidate : own_) {
      if (rough.size() == options_.tuned || !std::isfinite(candidate->loss(trials().top()))) break;
      if (candidate->origin != tuning_origin && tuned_.insert(candidate).second) rough.push_back(candidate);
    }
    if (rough.empty()) return;
    trials().set_note(fmt::format("tree search, tuning constants after turn {}", turn_));
    Field better;
    for (const Tuned& tuned : tune(search_, rough, home_, tuning_stream + turn_)) better.push_back(tuned.better);
    trials().measure(better, trials().top());
    for (Candidate* candidate : better) {
      if (candidate->known(trials().top())) own_.push_back(candidate);
    }
  }

  Search& search_;
  MctsOptions options_;
  std::size_t batch_;
  Derivations derivations_;
  std::size_t home_;
  Node root_;
  Ranks ranks_;
  std::set<const Candidate*> seen_;
  std::set<const Candidate*> tuned_;
  Field own_;  // known at the top level
  std::uint64_t turn_ = 0;
  std::uint64_t walks_ = 0;
  std::size_t nodes_ = 1;
  std::size_t idle_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> Mcts::start(Search& search) const { return std::make_unique<TreeSearch>(search, options_); }

}  // namespace syswright::design
