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

/// Values on a full grid of D axes, the last the fastest.
template <std::size_t D>
double interpolated(const std::vector<float>& values, const std::array<GridAxis, D>& axes,
                    const std::array<GridAxis::Cell, D>& cells) {
  std::array<double, (1u << D)> corner;
  std::array<std::size_t, D> stride;
  std::size_t base = 0;
  std::size_t step = 1;
  for (std::size_t d = D; d-- > 0;) {
    stride[d] = cells[d].weight == 0 ? 0 : step;
    base += step * cells[d].index;
    step *= axes[d].size();
  }
  for (std::size_t c = 0; c < corner.size(); ++c) {
    std::size_t at = base;
    for (std::size_t d = 0; d < D; ++d) at += (c >> d & 1) * stride[d];
    corner[c] = values[at];
  }
  std::size_t left = corner.size();
  for (std::size_t d = D; d-- > 0;) {
    left /= 2;
    for (std::size_t c = 0; c < left; ++c) corner[c] += cells[d].weight * (corner[c + left] - corner[c]);
  }
  return corner[0];
}

/// Beyond the last levels, not less than at them.
template <std::size_t D>
double looked_up(const std::vector<float>& values, const std::array<GridAxis, D>& axes,
                 std::array<GridAxis::Cell, D> cells) {
  const double value = interpolated(values, axes, cells);
  if (std::none_of(cells.begin(), cells.end(), [](const GridAxis::Cell& cell) { return cell.beyond; })) return value;
  for (GridAxis::Cell& cell : cells) {
    if (cell.beyond) cell.weight = 1;
  }
  return std::max(value, interpolated(values, axes, cells));
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
std::vector<float> full_grid(const Points<D>& points, const std::array<GridAxis, D>& axes) {
  std::array<std::size_t, D> stride;
  std::size_t size = 1;
  for (std::size_t d = D; d-- > 0;) {
    stride[d] = size;
    size *= axes[d].size();
  }
  if (size > (1u << 24)) throw InputError(fmt::format("a grid of {} points is too large", size));
  std::vector<double> grid(size, std::numeric_limits<double>::quiet_NaN());
  for (const auto& [at, time] : points) {
    std::size_t index = 0;
    for (std::size_t d = 0; d < D; ++d) index += stride[d] * axes[d].locate(at[d]).index;
    grid[index] = time;
  }
  for (std::size_t d = D; d-- > 0;) {
    for (std::size_t at = 0; at < size; ++at) {
      if (at / stride[d] % axes[d].size() == 0) fill_along(grid, axes[d].levels(), stride[d], at);
    }
  }
  return {grid.begin(), grid.end()};
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
  decode_axes_ = axes_of(decode, "decodes alone");
  chunk_axes_ = axes_of(chunk, "a chunk alone");
  both_axes_ = axes_of(both, "a chunk together with decodes");
  decode_ = full_grid(decode, decode_axes_);
  chunk_ = full_grid(chunk, chunk_axes_);
  both_ = full_grid(both, both_axes_);
}

double AttentionTable::decodes_alone(double decodes, double kv) const {
  return looked_up<2>(decode_, decode_axes_, {decode_axes_[0].locate(decodes), decode_axes_[1].locate(kv)});
}

double AttentionTable::chunk_alone(double chunk, double past) const {
  return looked_up<2>(chunk_, chunk_axes_, {chunk_axes_[0].locate(chunk), chunk_axes_[1].locate(past)});
}

double AttentionTable::both(double chunk, double past, double decodes, double kv) const {
  return looked_up<4>(both_, both_axes_,
                      {both_axes_[0].locate(chunk), both_axes_[1].locate(past), both_axes_[2].locate(decodes),
                       both_axes_[3].locate(kv)});
}

double AttentionTable::microseconds(double chunk, double past, double decodes, double kv) const {
  if (decodes <= 0) return chunk <= 0 ? 0 : chunk_alone(chunk, past);
  if (chunk <= 0) return decodes_alone(decodes, kv);
  const double together = both(chunk, past, decodes, kv);
  const double smallest = both_axes_[0].levels().front();
  if (chunk >= smallest) return together;
  const double alone = decodes_alone(decodes, kv);
  return alone + chunk / smallest * (together - alone);
}

}  // namespace syswright::llm_serving
