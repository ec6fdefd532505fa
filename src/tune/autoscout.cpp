#include "tune/autoscout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numeric>

#include "base/text.h"
#include "tune/ensemble.h"
#include "tune/knob_walk.h"
#include "tune/sparse_tree.h"

namespace syswright::tune {
namespace {

constexpr std::size_t probes = 2;             // at random, after the initial point
constexpr std::size_t measured_every = 8;     // steps of the tree
constexpr std::size_t batch = 8;              // points that the simulators are asked for together
constexpr std::size_t fewest_iterations = 8;  // on simulators that cost something
constexpr double hope = 0.5;                  // of its doubt, that a prediction is taken to be better
constexpr std::size_t polish_rounds = 12;
constexpr std::size_t window = 10;  // of the bandit, in steps of one kind
constexpr std::size_t lately = 3;
constexpr double bandit_exploration = 0.35;
constexpr std::size_t turns_before_cut = 2;

enum Arm : std::size_t { tree_arm = 0, knob_arm = 1 };

/// UCB1 (Auer et al., 2002) over the latest steps of each kind.
class Bandit {
 public:
  Arm choose() const {
    for (const Arm arm : {tree_arm, knob_arm}) {
      if (plays_[arm] == 0) return arm;
    }
    return bound(knob_arm) > bound(tree_arm) ? knob_arm : tree_arm;
  }
  void played(Arm arm) { ++plays_[arm]; }
  /// gain: not negative, about 1 for a large one.
  void tell(Arm arm, double gain) {
    const std::deque<double>& others = gains_[1 - arm];
    const std::size_t count = std::min(lately, others.size());
    const double other = count == 0
                             ? 0
                             : std::accumulate(others.end() - static_cast<std::ptrdiff_t>(count), others.end(), 0.0) /
                                   static_cast<double>(count);
    rewards_[arm].push_back(std::clamp(0.5 + 0.5 * (gain - other), 0.0, 1.0));
    gains_[arm].push_back(gain);
    if (rewards_[arm].size() > window) rewards_[arm].pop_front();
    if (gains_[arm].size() > window) gains_[arm].pop_front();
  }
  std::size_t plays(Arm arm) const { return plays_[arm]; }

 private:
  double bound(Arm arm) const {
    const std::deque<double>& rewards = rewards_[arm];
    const double count = static_cast<double>(std::max<std::size_t>(1, rewards.size()));
    const double mean = std::accumulate(rewards.begin(), rewards.end(), 0.0) / count;
    const double all = static_cast<double>(std::min(plays_[0], window) + std::min(plays_[1], window));
    return (rewards.empty() ? 0.5 : mean) + bandit_exploration * std::sqrt(std::log(all) / count);
  }
  std::array<std::size_t, 2> plays_{};
  std::array<std::deque<double>, 2> rewards_;
  std::array<std::deque<double>, 2> gains_;
};

struct Player {
  SparseTree tree;
  std::size_t turns = 0;
  double sum = 0;  // of the rewards of its points
};

class AutoScout final : public Searcher {
 public:
  AutoScout(const Space& space, const SearcherOptions& options, const AutoScoutOptions& scout);

  std::vector<Suggestion> ask(std::size_t count) override;
  void tell(std::span<const Observation> observations) override;
  std::vector<std::string> notes() const override;

 private:
  struct Sent {
    Arm arm = tree_arm;
    std::size_t order = 0;  // of the player, where the tree sent it
    bool opening = false;
  };

  bool open(std::vector<Suggestion>& suggestions, std::size_t count);
  std::optional<Suggestion> step();
  std::optional<Suggestion> tree_step();
  std::optional<Point> imagined(Player& player);
  std::size_t affordable_iterations() const;
  Point polished(Point point);
  void replay(SparseTree& tree) const;
  double scaled(double loss) const;
  double reward_of(double value) const;
  void set_scale();
  Point shape_of(Point point) const;
  void learn(const Observation& one, const Sent& sent, std::optional<double> before);
  void cut_players();
  void send(std::vector<Suggestion>& to, Suggestion suggestion, Sent sent);

  const Space& space_;
  AutoScoutOptions options_;
  History history_;
  Random random_;
  Ensemble ensemble_;
  KnobWalk walk_;
  std::function<double()> left_;
  Bandit bandit_;
  std::vector<Player> players_;
  std::size_t turn_ = 0;
  std::size_t tree_steps_ = 0;
  std::size_t imagined_steps_ = 0;
  std::map<Point, Sent> sent_;
  std::set<Point> shapes_;  // that were given or told
  bool logarithmic_ = true;
  double best_ = 0;    // scaled
  double spread_ = 1;  // of the scaled losses
};

AutoScout::AutoScout(const Space& space, const SearcherOptions& options, const AutoScoutOptions& scout)
    : space_(space),
      options_(scout),
      history_(space),
      random_(options.seed, "tune autoscout"),
      ensemble_(space, options.simulators),
      walk_(space),
      left_(options.left) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, scout.orders); ++i) {
    players_.push_back({SparseTree(space, draw_order(space, !scout.knobs, random_))});
  }
}

void AutoScout::send(std::vector<Suggestion>& to, Suggestion suggestion, Sent sent) {
  history_.suggest(suggestion.point);
  shapes_.insert(shape_of(suggestion.point));
  sent_[suggestion.point] = sent;
  to.push_back(std::move(suggestion));
}

/// The initial point, and some at random to judge the simulators by. True once these are known.
bool AutoScout::open(std::vector<Suggestion>& suggestions, std::size_t count) {
  const Point initial = space_.canonical(space_.initial());
  if (!history_.seen(initial) && space_.valid(initial)) {
    send(suggestions, {initial, "initial"}, {.opening = true});
  }
  const auto known = [&] { return history_.observations().size() + history_.pending().size(); };
  while (suggestions.size() < count && (known() < 1 + probes || history_.best() == nullptr)) {
    std::optional<Point> point = history_.fresh(random_);
    if (!point) break;
    send(suggestions, {std::move(*point), "random"}, {.opening = true});
  }
  return history_.best() != nullptr;
}

double AutoScout::scaled(double loss) const { return logarithmic_ && std::isfinite(loss) ? std::log(loss) : loss; }

double AutoScout::reward_of(double value) const {
  return std::isfinite(value) ? std::exp(-std::max(0.0, value - best_) / spread_) : 0;
}

void AutoScout::set_scale() {
  std::vector<double> values;
  logarithmic_ = std::all_of(history_.observations().begin(), history_.observations().end(),
                             [](const Observation& one) { return one.loss > 0; });
  for (const Observation& one : history_.observations()) {
    if (std::isfinite(one.loss)) values.push_back(scaled(one.loss));
  }
  if (values.empty()) return;
  best_ = *std::min_element(values.begin(), values.end());
  double squares = 0;
  for (const double value : values) squares += (value - best_) * (value - best_);
  spread_ = std::max(1e-9, 0.5 * std::sqrt(squares / static_cast<double>(values.size())));
}

/// With every knob as it is at first.
Point AutoScout::shape_of(Point point) const {
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (!space_.parameters()[i].sparse) point[i] = space_.parameters()[i].initial;
  }
  return point;
}

void AutoScout::replay(SparseTree& tree) const {
  tree.clear();
  for (const Observation& one : history_.observations()) tree.reward(one.point, reward_of(scaled(one.loss)));
  // On their way: taken to fail, so that a batch spreads out.
  for (const Point& point : history_.pending()) tree.reward(point, 0);
}

std::size_t AutoScout::affordable_iterations() const {
  if (ensemble_.cost() <= 0) return options_.iterations;
  double left = static_cast<double>(history_.observations().size()) - ensemble_.spent();
  // What is found has to be measured, too.
  if (left_) left = std::min(left, left_() - static_cast<double>(history_.pending().size() + 1));
  left -= ensemble_.cost() * static_cast<double>(ensemble_.missing(history_.observations()));
  const double count = std::max(0.0, left / ensemble_.cost());
  return count < fewest_iterations ? 0 : std::min(options_.iterations, static_cast<std::size_t>(count));
}

/// Steps along the knobs as long as the ensemble says that they gain; only for simulators that cost nothing.
Point AutoScout::polished(Point point) {
  if (!options_.knobs || ensemble_.cost() > 0) return point;
  double value = ensemble_.predict(std::span(&point, 1)).front();
  for (std::size_t round = 0; round < polish_rounds; ++round) {
    std::vector<Point> around;
    for (Point& other : space_.neighbours(point, random_)) {
      bool same_shape = true;
      for (std::size_t i = 0; i < other.size(); ++i) {
        same_shape = same_shape && (!space_.parameters()[i].sparse || other[i] == point[i]);
      }
      if (same_shape) around.push_back(std::move(other));
    }
    const std::vector<double> values = ensemble_.predict(around);
    const auto least = std::min_element(values.begin(), values.end());
    if (least == values.end() || *least >= value) break;
    value = *least;
    point = around[static_cast<std::size_t>(least - values.begin())];
  }
  return point;
}

/// The best by the ensemble of those that the tree comes by: of a new shape, since knobs are for the walk.
std::optional<Point> AutoScout::imagined(Player& player) {
  const std::size_t iterations = affordable_iterations();
  if (iterations == 0) return std::nullopt;
  replay(player.tree);
  std::map<Point, double> values;
  for (std::size_t done = 0; done < iterations; done += batch) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < std::min(batch, iterations - done); ++i) {
      if (auto point = player.tree.choose(history_.best()->point, random_)) points.push_back(std::move(*point));
    }
    const std::vector<double> predicted = ensemble_.predict(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double hoped = predicted[i] - hope * ensemble_.doubt(points[i]);
      player.tree.reward(points[i], reward_of(hoped));
      const bool old_shape = options_.knobs && shapes_.contains(shape_of(points[i]));
      if (!old_shape && !history_.seen(points[i])) values.emplace(points[i], hoped);
    }
  }
  if (values.empty()) return std::nullopt;
  const auto best =
      std::min_element(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const Point better = polished(best->first);
  return history_.seen(better) ? best->first : better;
}

std::optional<Suggestion> AutoScout::tree_step() {
  Player& player = players_[turn_++ % players_.size()];
  const bool measured = tree_steps_++ % measured_every == measured_every - 1;
  if (!measured && !ensemble_.empty() && affordable_iterations() > 0) {
    ensemble_.fit(history_.observations());
    if (ensemble_.trusted()) {
      if (std::optional<Point> point = imagined(player)) {
        ++imagined_steps_;
        return Suggestion{std::move(*point), "tree and simulators"};
      }
    }
  }
  replay(player.tree);
  constexpr int tries = 20;
  for (int i = 0; i < tries; ++i) {
    std::optional<Point> point = player.tree.choose(history_.best()->point, random_);
    if (!point) break;
    if (!history_.seen(*point)) return Suggestion{std::move(*point), "tree"};
    player.tree.reward(*point, 0);
  }
  if (std::optional<Point> point = history_.fresh(random_)) return Suggestion{std::move(*point), "random"};
  return std::nullopt;
}

std::optional<Suggestion> AutoScout::step() {
  if (options_.knobs) {
    walk_.settle(history_.best()->point, history_.best()->loss);
    if (bandit_.choose() == knob_arm) {
      if (std::optional<Point> point = walk_.next(history_)) {
        bandit_.played(knob_arm);
        return Suggestion{std::move(*point), "knob"};
      }
    }
  }
  bandit_.played(tree_arm);
  return tree_step();
}

std::vector<Suggestion> AutoScout::ask(std::size_t count) {
  std::vector<Suggestion> suggestions;
  if (!open(suggestions, count)) return suggestions;
  set_scale();
  while (suggestions.size() < count) {
    std::optional<Suggestion> next = step();
    if (!next) break;
    const Arm arm = next->origin == "knob" ? knob_arm : tree_arm;
    send(suggestions, std::move(*next), {.arm = arm, .order = (turn_ + players_.size() - 1) % players_.size()});
  }
  return suggestions;
}

void AutoScout::learn(const Observation& one, const Sent& sent, std::optional<double> before) {
  const double value = scaled(one.loss);
  if (sent.arm == knob_arm) walk_.tell(one.point, one.loss);
  if (before) bandit_.tell(sent.arm, std::clamp((*before - value) / spread_, 0.0, 1.0));
  if (sent.arm != tree_arm || sent.order >= players_.size()) return;
  players_[sent.order].turns += 1;
  players_[sent.order].sum += reward_of(value);
}

/// Drops the worse half of the orders once all have had their turns.
void AutoScout::cut_players() {
  if (players_.size() == 1) return;
  const bool all_played = std::all_of(players_.begin(), players_.end(),
                                      [](const Player& player) { return player.turns >= turns_before_cut; });
  if (!all_played || !history_.pending().empty()) return;
  std::stable_sort(players_.begin(), players_.end(), [](const Player& a, const Player& b) {
    return a.sum / static_cast<double>(a.turns) > b.sum / static_cast<double>(b.turns);
  });
  players_.erase(players_.begin() + static_cast<std::ptrdiff_t>((players_.size() + 1) / 2), players_.end());
  for (Player& player : players_) player.turns = 0, player.sum = 0;
  turn_ = 0;
}

void AutoScout::tell(std::span<const Observation> observations) {
  for (const Observation& one : observations) {
    const std::optional<double> before =
        history_.best() == nullptr ? std::nullopt : std::optional(scaled(history_.best()->loss));
    history_.tell(std::span(&one, 1));
    const auto sent = sent_.find(one.point);
    if (sent == sent_.end()) continue;
    if (!sent->second.opening) learn(one, sent->second, before);
    sent_.erase(sent);
  }
  cut_players();
}

std::vector<std::string> AutoScout::notes() const {
  std::vector<std::string> notes{fmt::format("{} steps of the tree ({} of them on simulators), {} along knobs",
                                             bandit_.plays(tree_arm), imagined_steps_, bandit_.plays(knob_arm))};
  if (!ensemble_.empty()) {
    std::vector<std::string> members;
    for (const Ensemble::Member& member : ensemble_.members()) {
      members.push_back(fmt::format("{} R² {:.2f} weight {:.2f}", member.name, member.r_squared, member.weight));
    }
    notes.push_back(fmt::format("simulators together: R² {:.2f}, mean error {:.0f} %{}; {}", ensemble_.quality(),
                                100 * ensemble_.error(), ensemble_.trusted() ? "" : ", not trusted at the end",
                                join(members)));
  }
  std::vector<std::string> order;
  for (const std::size_t parameter : players_.front().tree.order())
    order.push_back(space_.parameters()[parameter].name);
  if (players_.size() == 1 && options_.orders > 1) notes.push_back("order of features that won: " + join(order));
  return notes;
}

}  // namespace

std::unique_ptr<Searcher> make_autoscout(const Space& space, const SearcherOptions& options,
                                         const AutoScoutOptions& scout) {
  return std::make_unique<AutoScout>(space, options, scout);
}

}  // namespace syswright::tune
