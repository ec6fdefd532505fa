#pragma once

#include <optional>
#include <vector>

#include "tune/searcher.h"

namespace syswright::tune {

/// Steps along one dense parameter at a time, with momentum, on a shape that stays as it is: a step that gains is
/// followed by a longer one the same way; one that does not turns the way round, and after both ways the step is halved
/// and the next parameter has its turn. Over when no parameter gains by its smallest step (one level or whole number; a
/// hundredth of the range of a real one).
class KnobWalk {
 public:
  explicit KnobWalk(const Space& space) : space_(space) {}

  /// Starts anew at a point, unless it is the present centre. Momentum is kept where a knob counted before.
  void settle(const Point& centre, double loss);
  /// The next point that is not seen; steps over points that are known by telling them. Nothing once it is over.
  std::optional<Point> next(const History& history);
  /// What a point that next() gave was measured at. A better one becomes the centre.
  void tell(const Point& point, double loss);
  bool over() const { return over_; }

 private:
  struct Knob {
    std::size_t parameter = 0;
    double step = 0;  ///< in levels, or in shares of the range; with its direction
    double smallest = 1;
    int failures = 0;  ///< at this step, either way
    bool done = false;
  };
  double moved(const Knob& knob) const;
  void advance();

  const Space& space_;
  Point centre_;
  double loss_ = 0;
  std::vector<Knob> knobs_;
  std::size_t at_ = 0;
  std::optional<Point> trial_;
  bool over_ = true;
};

}  // namespace syswright::tune
