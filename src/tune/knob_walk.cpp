#include "tune/knob_walk.h"

#include <algorithm>
#include <cmath>

namespace syswright::tune {
namespace {

constexpr double momentum = 1.6;
constexpr double first_share = 0.25;  // of a knob's range
constexpr double smallest_share = 0.01;

}  // namespace

void KnobWalk::settle(const Point& centre, double loss) {
  if (centre == centre_) return;
  const std::vector<Knob> before = std::move(knobs_);
  knobs_.clear();
  centre_ = centre;
  loss_ = loss;
  trial_.reset();
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Parameter& parameter = space_.parameters()[i];
    if (parameter.sparse || !space_.active(centre, i)) continue;
    Knob knob{.parameter = i};
    const double count = static_cast<double>(parameter.count());
    knob.smallest = parameter.discrete() ? 1 : smallest_share;
    knob.step = parameter.discrete() ? std::max(1.0, std::round(first_share * (count - 1))) : first_share;
    for (const Knob& old : before) {
      if (old.parameter == i && old.step < 0) knob.step = -knob.step;
    }
    knobs_.push_back(knob);
  }
  at_ = 0;
  over_ = knobs_.empty();
}

double KnobWalk::moved(const Knob& knob) const {
  const Parameter& parameter = space_.parameters()[knob.parameter];
  const double now = centre_[knob.parameter];
  if (parameter.discrete() && !(parameter.kind == Parameter::Kind::integer && parameter.logarithmic)) {
    const double low = parameter.options.empty() ? parameter.low : 0;
    return std::clamp(now + std::round(knob.step), low, low + static_cast<double>(parameter.count() - 1));
  }
  const double share = parameter.discrete() ? knob.step / static_cast<double>(parameter.count()) : knob.step;
  double value = space_.value(knob.parameter, space_.unit(knob.parameter, now) + share);
  if (value == now && parameter.discrete())
    value = std::clamp(now + (knob.step > 0 ? 1 : -1), parameter.low, parameter.high);
  return value;
}

void KnobWalk::advance() {
  for (std::size_t i = 1; i <= knobs_.size(); ++i) {
    const std::size_t next = (at_ + i) % knobs_.size();
    if (knobs_[next].done) continue;
    at_ = next;
    return;
  }
  over_ = true;
}

std::optional<Point> KnobWalk::next(const History& history) {
  if (trial_) return std::nullopt;  // one at a time
  while (!over_) {
    if (knobs_[at_].done) {
      advance();
      continue;
    }
    Point point = centre_;
    point[knobs_[at_].parameter] = moved(knobs_[at_]);
    point = space_.canonical(std::move(point));
    if (point != centre_ && space_.valid(point) && !history.seen(point)) {
      trial_ = point;
      return point;
    }
    if (history.pending().contains(point)) return std::nullopt;
    trial_ = point;
    tell(point,
         point == centre_ || !space_.valid(point) ? std::numeric_limits<double>::infinity() : *history.find(point));
  }
  return std::nullopt;
}

void KnobWalk::tell(const Point& point, double loss) {
  if (!trial_ || point != *trial_) return;
  trial_.reset();
  Knob& knob = knobs_[at_];
  if (loss < loss_) {
    centre_ = point;
    loss_ = loss;
    knob.failures = 0;
    knob.step *= momentum;
    for (Knob& other : knobs_) other.done = false;
    return;
  }
  knob.step = -knob.step;
  if (++knob.failures < 2) return;
  knob.failures = 0;
  if (std::abs(knob.step) <= knob.smallest) {
    knob.done = true;
  } else {
    knob.step = std::copysign(std::max(knob.smallest, std::abs(knob.step) / 2), knob.step);
  }
  advance();
}

}  // namespace syswright::tune
