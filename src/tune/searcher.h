#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tune/space.h"

namespace syswright::tune {

/// A point to measure, and where it came from: "initial", "random", "expected improvement", "tree", "knob", …
struct Suggestion {
  Point point;
  std::string origin;
};

/// What a point was measured at: lower is better, infinite for one that failed.
struct Observation {
  Point point;
  double loss = 0;
};

/// Something cheaper than a measurement that says roughly what it will be.
struct Simulator {
  std::string name;
  /// A number for each point that grows with the loss; in which unit does not matter. Infinite: it is expected to fail.
  std::function<std::vector<double>(std::span<const Point>)> predict;
  double cost = 0;  ///< of one prediction, in measurements; 0: nothing worth counting
};

/// A way of searching a space. Deterministic in its seed, what it was asked for, and what it was told.
class Searcher {
 public:
  virtual ~Searcher() = default;
  /// Up to `count` points (at least one asked for) to measure side by side: canonical, valid, and none that was given
  /// or told before. Empty where nothing new can be found.
  virtual std::vector<Suggestion> ask(std::size_t count) = 0;
  /// What came of points: each that ask() gave, before it is called again; others too, if they are known from
  /// elsewhere.
  virtual void tell(std::span<const Observation> observations) = 0;
  /// What people should know of how it went, a sentence each.
  virtual std::vector<std::string> notes() const { return {}; }
};

struct SearcherOptions {
  std::uint64_t seed = 1;
  /// For searchers that use them.
  std::vector<Simulator> simulators;
  /// Measurements that are left to spend, on simulators too; nothing: no limit that simulators could break.
  std::function<double()> left;
};

/// The space's initial point, then valid points drawn at random.
std::unique_ptr<Searcher> make_random_searcher(const Space& space, const SearcherOptions& options);

/// CMA-ES on [0, 1] with a coordinate for each place of Space::embed: of a choice the largest place wins, levels and
/// whole numbers are rounded, and take a random step now and then since rounding hides small ones. Points that break a
/// rule are drawn again, and at last rank worst unmeasured; a point that was measured already is taken from memory.
/// Restarts with twice the points when it has narrowed down (Auger and Hansen, CEC 2005).
std::unique_ptr<Searcher> make_cma_searcher(const Space& space, const SearcherOptions& options);

/// Searchers by name: "autoscout", "bayes", "cma", "random". Throws InputError that names the nearest one.
std::unique_ptr<Searcher> make_searcher(std::string_view name, const Space& space, const SearcherOptions& options);
const std::vector<std::string>& searcher_names();

/// What every searcher keeps: the points that are known or on their way.
class History {
 public:
  explicit History(const Space& space) : space_(&space) {}

  const Space& space() const { return *space_; }
  bool seen(const Point& point) const { return known_.contains(point) || pending_.contains(point); }
  void suggest(const Point& point) { pending_.insert(point); }
  void tell(std::span<const Observation> observations);

  const std::vector<Observation>& observations() const { return observations_; }  ///< in the order told
  const std::set<Point>& pending() const { return pending_; }
  std::optional<double> find(const Point& point) const;
  /// The best that did not fail; nullptr if there is none.
  const Observation* best() const { return best_ < observations_.size() ? &observations_[best_] : nullptr; }
  /// A valid point that is not seen, at random; nothing after some hundred draws.
  std::optional<Point> fresh(Random& random) const;

 private:
  const Space* space_;
  std::vector<Observation> observations_;
  std::map<Point, double> known_;
  std::set<Point> pending_;
  std::size_t best_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace syswright::tune
