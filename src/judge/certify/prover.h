#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "policy/interval_arithmetic.h"

/// Branch and bound over boxes: halves a box until a statement is decided on each part, or the budget is spent.
namespace syswright::judge {

/// A product of closed intervals, one for each input.
using Box = std::vector<policy::Interval>;

/// What is known of a statement on a box.
enum class State {
  holds,     ///< at every point
  fails,     ///< at every point
  excluded,  ///< no point satisfies what is required
  open,
};

struct Cut {
  std::size_t side = 0;
  /// Where a comparison with a constant changes: the last double of the first part and the next one, which begins the
  /// second, so that each part has its own answer. Not given: a place that suits the side.
  std::optional<std::pair<double, double>> between;
};

struct Finding {
  State state = State::open;
  bool reals = false;        ///< `holds` speaks of the program without rounding only
  bool derivatives = false;  ///< values alone would not have decided it
  Cut cut;                   ///< of an open box: how to part it
};

/// A statement that can be examined on a box and at points of it.
class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  virtual ~Statement() = default;
  virtual Finding examine(const Box& box) = 0;
  /// A point of the box (or one that stands for it) where the program, as it runs, breaks the statement: tried are
  /// `point` and what the statement makes of it.
  virtual std::optional<std::vector<double>> witness(const Box& box, std::span<const double> point) = 0;
};

struct SearchSpace {
  Box box;
  std::vector<bool> discrete;  ///< sides that hold 0 and 1 only
};

struct SearchOptions {
  std::size_t max_boxes = 200000;
  double coverage = 1e-3;
  std::size_t samples = 2000;
  std::uint64_t seed = 1;
  /// Called with every box on which the statement is found to hold.
  std::function<void(const Box& box, const Finding& finding)> on_proved;
};

/// Volumes are shares of the whole box; together they make 1.
struct SearchResult {
  double proved = 0;
  double failed = 0;
  double excluded = 0;
  double left = 0;
  bool reals = false;        ///< some of what is proved speaks of the reals only
  bool derivatives = false;  ///< some needed derivatives
  std::vector<Box> open;     ///< largest first
  std::vector<double> open_volumes;
  std::optional<std::vector<double>> witness;
  std::size_t boxes = 0;
  bool stopped = false;
};

/// Best first by volume, so that the share decided grows fastest; once `coverage` is reached, ten times as many boxes
/// are examined, and 10,000, in case a whole proof is near; after a witness only a twentieth of the budget.
/// Deterministic.
SearchResult search(Statement& statement, const SearchSpace& space, const SearchOptions& options,
                    std::stop_token stop = {});

/// The two parts of a box, cut at a side, where the cut does not say otherwise: 0 and 1 of a discrete one; of a wide
/// range from near 0, near its low end, since quantities such as times and sizes matter by their order of magnitude;
/// otherwise in the middle. nullopt if no double lies between the ends.
std::optional<std::pair<Box, Box>> split(const Box& box, const Cut& cut, const SearchSpace& space);

/// How to part a box: at the side with the most blame times its width; sides that are points are passed over. Falls
/// back to the side that shrank least.
Cut side_to_split(const Box& box, const Box& whole, std::span<const double> blame);

}  // namespace syswright::judge
