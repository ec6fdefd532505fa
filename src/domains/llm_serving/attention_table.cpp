#include "domains/llm_serving/attention_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/error.h"

namespace syswright::llm_serving {
namespace {

/// The value between the corners of a cell; a corner without weight is not read.
template <std::size_t D, std::size_t Axis = 0>
double interpolated(const float* corner, const std::array<std::size_t, D>& stride,
                    const std::array<GridAxis::Cell, D>& cells) {
  if constexpr (Axis == D) {
    return *corner;
  } else {
    const float* low = corner + cells[Axis].index * stride[Axis];
    const double value = interpolated<D, Axis + 1>(low, stride, cells);
    if (cells[Axis].weight == 0) return value;
    return value + cells[Axis].weight * (interpolated<D, Axis + 1>(low + stride[Axis], stride, cells) - value);
  }
}

/// Points of one part, with D of their coordinates.
template <std::size_t D>
using Points = std::map<std::array<std::uint32_t, D>, double>;

template <std::size_t D>
std::array<GridAxis, D> axes_of(const Points<D>& points, const char* part) {
  if (points.empty()) throw InputError(fmt::format("the table has no measurement of {}", part));
  std::array<GridAxis, D> axes;
  for (std::size_t d = 0; d < D; ++d) {
    std::set<std::uint32_t> levels;
    for (const auto& [at, time] : points) levels.insert(at[d]);
    axes[d] = GridAxis({levels.begin(), levels.end()});
  }
  return axes;
}

/// Fills the holes of a full grid along one axis: between the nearest filled neighbours, at the first and last ones
/// like GridAxis::locate. Lines without any value stay empty.
void fill_along(std::vector<double>& grid, const std::vector<std::uint32_t>& levels, std::size_t stride,
                std::size_t first) {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!std::isnan(grid[first + i * stride])) known.push_back(i);
  }
  if (known.empty() || known.size() == levels.size()) return;
  std::size_t next = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    while (next < known.size() && known[next] < i) ++next;
    if (next < known.size() && known[next] == i) continue;
    double& value = grid[first + i * stride];
    if (next == 0 || known.size() == 1) {
      value = grid[first + known[0] * stride];
      continue;
    }
    const std::size_t high = std::min(next, known.size() - 1);
    const double a = grid[first + known[high - 1] * stride];
    const double b = grid[first + known[high] * stride];
    const double weight =
        (double(levels[i]) - levels[known[high - 1]]) / (double(levels[known[high]]) - levels[known[high - 1]]);
    value = a + weight * (b - a);
    if (weight > 1) value = std::max(value, b);
  }
}

template <std::size_t D>
AttentionGrid<D> full_grid(const Points<D>& points, const char* part) {
  AttentionGrid<D> full{.axes = axes_of(points, part)};
  std::size_t size = 1;
  for (std::size_t d = D; d-- > 0;) {
    full.stride[d] = size;
    size *= full.axes[d].size();
  }
  if (size > (1u << 24)) throw InputError(fmt::format("a grid of {} points is too large", size));
  std::vector<double> grid(size, std::numeric_limits<double>::quiet_NaN());
  for (const auto& [at, time] : points) {
    std::size_t index = 0;
    for (std::size_t d = 0; d < D; ++d) index += full.stride[d] * full.axes[d].locate(at[d]).index;
    grid[index] = time;
  }
  for (std::size_t d = D; d-- > 0;) {
    for (std::size_t at = 0; at < size; ++at) {
      if (at / full.stride[d] % full.axes[d].size() == 0) fill_along(grid, full.axes[d].levels(), full.stride[d], at);
    }
  }
  full.values.assign(grid.begin(), grid.end());
  return full;
}

template <std::size_t D>
void put(Points<D>& points, std::array<std::uint32_t, D> at, const AttentionPoint& point) {
  if (!points.emplace(at, point.microseconds).second) {
    throw InputError(fmt::format("chunk {}, past {}, decodes {}, kv {} stands there twice", point.chunk, point.past,
                                 point.decodes, point.kv));
  }
}

}  // namespace

GridAxis::GridAxis(std::vector<std::uint32_t> levels) : levels_(std::move(levels)) {
  if (levels_.size() > 255) throw InputError(fmt::format("{} levels on one axis are more than 255", levels_.size()));
  below_.resize(levels_.back() + 1);
  std::uint8_t index = 0;
  for (std::uint32_t value = 0; value <= levels_.back(); ++value) {
    while (index + 1u < levels_.size() && levels_[index + 1u] <= value) ++index;
    below_[value] = index;
  }
}

GridAxis::Cell GridAxis::locate(double value) const {
  if (!(value > levels_.front())) return {};
  if (value >= levels_.back()) {
    const auto last = static_cast<std::uint32_t>(levels_.size() - 1);
    if (value == levels_.back() || last == 0) return {last, 0, false};
    const double width = double(levels_[last]) - levels_[last - 1];
    return {last - 1, (value - levels_[last - 1]) / width, true};
  }
  const std::uint32_t index = below_[static_cast<std::uint32_t>(value)];
  const double width = double(levels_[index + 1]) - levels_[index];
  return {index, (value - levels_[index]) / width, false};
}

AttentionTable::AttentionTable(std::span<const AttentionPoint> points) {
  Points<2> decode;
  Points<2> chunk;
  Points<4> both;
  for (const AttentionPoint& point : points) {
    if (!(point.microseconds > 0)) {
      throw InputError(fmt::format("chunk {}, past {}, decodes {}, kv {}: the time {} is not positive", point.chunk,
                                   point.past, point.decodes, point.kv, point.microseconds));
    }
    if (point.chunk == 0 && point.decodes == 0) throw InputError("a measurement has neither a chunk nor decodes");
    if (point.chunk == 0) {
      put(decode, {point.decodes, point.kv}, point);
    } else if (point.decodes == 0) {
      put(chunk, {point.chunk, point.past}, point);
    } else {
      put(both, {point.chunk, point.past, point.decodes, point.kv}, point);
    }
  }
  decodes_ = full_grid(decode, "decodes alone");
  chunk_ = full_grid(chunk, "a chunk alone");
  both_ = full_grid(both, "a chunk together with decodes");
}

template <std::size_t D>
double AttentionGrid<D>::at(const std::array<double, D>& place) const {
  std::array<GridAxis::Cell, D> cells;
  bool beyond = false;
  for (std::size_t d = 0; d < D; ++d) {
    cells[d] = axes[d].locate(place[d]);
    beyond = beyond || cells[d].beyond;
  }
  const double value = interpolated<D>(values.data(), stride, cells);
  if (!beyond) return value;
  for (GridAxis::Cell& cell : cells) {
    if (cell.beyond) cell.weight = 1;
  }
  return std::max(value, interpolated<D>(values.data(), stride, cells));
}

double AttentionTable::decodes_alone(double decodes, double kv) const { return decodes_.at({decodes, kv}); }

double AttentionTable::within(double chunk, double past, double decodes, double kv) const {
  if (decodes <= 0) return chunk_.at({chunk, past});
  const double together = both_.at({chunk, past, decodes, kv});
  const double smallest = both_.axes[0].levels().front();
  if (chunk >= smallest) return together;
  const double alone = decodes_alone(decodes, kv);
  return alone + chunk / smallest * (together - alone);
}

double AttentionTable::microseconds(double chunk, double past, double decodes, double kv) const {
  if (chunk <= 0) return decodes <= 0 ? 0 : decodes_alone(decodes, kv);
  const double largest = chunk_.axes[0].levels().back();
  if (chunk <= largest) return within(chunk, past, decodes, kv);
  const double middle = past + (chunk - largest) / 2;
  return within(largest, middle, decodes, kv) + (chunk / largest - 1) * chunk_.at({largest, middle});
}

}  // namespace syswright::llm_serving
