#include "policy/statistic.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "policy/semantics.h"

// State layouts (the exports reproduce them). state[0] is always the number of values seen, as far as it matters.
//   ewma      [seen, average]
//   mean, minimum, maximum, count
//             [seen, position, prefix, suffix[window]]: a sliding window without subtraction, so that nothing of a
//             value remains once it has left. The window is cut in blocks of `window` values; suffix[i] for i >=
//             position aggregates the block before from i to its end, prefix the current block so far, and suffix[i]
//             for i < position holds the current block's values. O(1) amortised: a full block is turned into suffixes.
//             Source: van Herk, Pattern Recognition Letters 13(7), 1992; Gil and Werman, IEEE TPAMI 15(5), 1993.
//   last      [seen, position, ring[window + 1]]
//   quantile  [seen, heights[5], positions[5]]: the P² algorithm.
//             Source: Jain and Chlamtac, Communications of the ACM 28(10), 1985.
namespace syswright::policy {
namespace {

constexpr std::size_t window_header = 3;
constexpr std::size_t ring_header = 2;
constexpr std::size_t markers = 5;

double identity(StatisticKind kind) {
  if (kind == StatisticKind::minimum) return semantics::largest;
  if (kind == StatisticKind::maximum) return -semantics::largest;
  return 0;
}

double aggregate(StatisticKind kind, double a, double b) {
  if (kind == StatisticKind::minimum) return semantics::minimum(a, b);
  if (kind == StatisticKind::maximum) return semantics::maximum(a, b);
  return semantics::add(a, b);
}

void observe_average(double* state, double kept, double value) {
  if (state[0] == 0) {
    state[0] = 1;
    state[1] = value;
    return;
  }
  const double mixed = semantics::add(kept * state[1], (1 - kept) * value);
  // Rounding must not carry the average out of the range of the values.
  state[1] = std::clamp(mixed, std::min(state[1], value), std::max(state[1], value));
}

void observe_window(StatisticKind kind, double* state, std::size_t window, double value) {
  if (kind == StatisticKind::count) value = value != 0 ? 1 : 0;
  double* suffix = state + window_header;
  const auto position = static_cast<std::size_t>(state[1]);
  state[0] = std::min(state[0] + 1, static_cast<double>(window));
  state[2] = aggregate(kind, state[2], value);
  suffix[position] = value;
  state[1] = static_cast<double>(position + 1);
  if (position + 1 < window) return;
  for (std::size_t i = window - 1; i-- > 0;) suffix[i] = aggregate(kind, suffix[i], suffix[i + 1]);
  state[1] = 0;
  state[2] = identity(kind);
}

double window_value(StatisticKind kind, const double* state) {
  const double* suffix = state + window_header;
  const double total = aggregate(kind, suffix[static_cast<std::size_t>(state[1])], state[2]);
  return kind == StatisticKind::mean ? total / state[0] : total;
}

void observe_ring(double* state, std::size_t window, double value) {
  const std::size_t slots = window + 1;
  const auto position = static_cast<std::size_t>(state[1]);
  state[ring_header + position] = value;
  state[0] = std::min(state[0] + 1, static_cast<double>(slots));
  state[1] = static_cast<double>((position + 1) % slots);
}

double ring_value(const double* state, std::size_t window) {
  // The slot written next holds the oldest value, once all are written.
  if (state[0] < static_cast<double>(window + 1)) return 0;
  return state[ring_header + static_cast<std::size_t>(state[1])];
}

/// Moves an inner marker by one place, its height by the parabola through its neighbours, or, where that would pass
/// one of them, along the line towards the neighbour.
void move_marker(double* heights, double* positions, std::size_t i, double step) {
  const double above = positions[i + 1] - positions[i];
  const double below = positions[i] - positions[i - 1];
  const double rise = (heights[i + 1] - heights[i]) / above;
  const double fall = (heights[i] - heights[i - 1]) / below;
  const double parabola = heights[i] + step / (above + below) * ((below + step) * rise + (above - step) * fall);
  if (heights[i - 1] < parabola && parabola < heights[i + 1]) {
    heights[i] = parabola;
  } else {
    const double line = step > 0 ? heights[i] + rise : heights[i] - fall;
    heights[i] = std::clamp(semantics::finite(line), heights[i - 1], heights[i + 1]);
  }
  positions[i] += step;
}

void observe_quantile(double* state, double quantile, double value) {
  double* heights = state + 1;
  double* positions = heights + markers;
  const auto seen = static_cast<std::size_t>(std::min(state[0], static_cast<double>(markers)));
  state[0] += 1;
  if (seen < markers) {
    heights[seen] = value;
    positions[seen] = static_cast<double>(seen + 1);
    std::sort(heights, heights + seen + 1);
    return;
  }
  heights[0] = std::min(heights[0], value);
  heights[4] = std::max(heights[4], value);
  for (std::size_t i = 1; i < markers; ++i) {
    if (value < heights[i] || i == 4) positions[i] += 1;
  }
  const std::array<double, markers> wanted{0, quantile / 2, quantile, (1 + quantile) / 2, 1};
  for (std::size_t i = 1; i < 4; ++i) {
    const double lag = 1 + (state[0] - 1) * wanted[i] - positions[i];
    if (lag >= 1 && positions[i + 1] - positions[i] > 1) move_marker(heights, positions, i, 1);
    if (lag <= -1 && positions[i - 1] - positions[i] < -1) move_marker(heights, positions, i, -1);
  }
}

double quantile_value(const double* state, double quantile) {
  const double* heights = state + 1;
  if (state[0] >= markers) return heights[2];
  // Few values: the smallest of them that at least this share does not exceed.
  const double rank = std::ceil(quantile * state[0]);
  return heights[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

StatisticRuntime::StatisticRuntime(const Statistic& statistic)
    : kind_(statistic.kind), parameter_(statistic.parameter), window_(statistic.window) {
  switch (kind_) {
    case StatisticKind::ewma:
      state_size_ = 2;
      break;
    case StatisticKind::mean:
    case StatisticKind::minimum:
    case StatisticKind::maximum:
    case StatisticKind::count:
      assert(window_ >= 1);
      state_size_ = window_header + window_;
      break;
    case StatisticKind::last:
      state_size_ = ring_header + window_ + 1;
      break;
    case StatisticKind::quantile:
      state_size_ = 1 + 2 * markers;
      break;
    case StatisticKind::percentile:
      state_size_ = 0;
      break;
  }
}

void StatisticRuntime::reset(double* state) const {
  std::fill(state, state + state_size_, 0.0);
  if (kind_ == StatisticKind::minimum || kind_ == StatisticKind::maximum) {
    std::fill(state + 2, state + state_size_, identity(kind_));
  }
}

void StatisticRuntime::observe(double* state, double value) const {
  switch (kind_) {
    case StatisticKind::ewma:
      return observe_average(state, parameter_, value);
    case StatisticKind::mean:
    case StatisticKind::minimum:
    case StatisticKind::maximum:
    case StatisticKind::count:
      return observe_window(kind_, state, window_, value);
    case StatisticKind::last:
      return observe_ring(state, window_, value);
    case StatisticKind::quantile:
      return observe_quantile(state, parameter_, value);
    case StatisticKind::percentile:
      return;
  }
}

double StatisticRuntime::value(const double* state) const {
  if (kind_ == StatisticKind::percentile || state[0] == 0) return 0;
  switch (kind_) {
    case StatisticKind::ewma:
      return state[1];
    case StatisticKind::last:
      return ring_value(state, window_);
    case StatisticKind::quantile:
      return quantile_value(state, parameter_);
    default:
      return window_value(kind_, state);
  }
}

std::string_view to_string(StatisticKind kind) {
  static constexpr std::array<std::string_view, 8> names{"ewma",  "mean", "min",      "max",
                                                         "count", "last", "quantile", "percentile"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace syswright::policy
