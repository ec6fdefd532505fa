#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace syswright::llm_serving {

/// One measurement of attention of one layer: a chunk of a prompt with `past` tokens before it, together with `decodes`
/// sequences that each have `kv` tokens in their cache.
struct AttentionPoint {
  std::uint32_t chunk = 0;
  std::uint32_t past = 0;
  std::uint32_t decodes = 0;
  std::uint32_t kv = 0;
  double microseconds = 0;
};

/// Levels of one axis, and where a value lies between them.
class GridAxis {
 public:
  /// Below the first level: at it. Beyond the last: weight above 1, on the line through the last two.
  struct Cell {
    std::uint32_t index = 0;
    double weight = 0;
    bool beyond = false;
  };

  GridAxis() = default;
  /// levels: rising, at least one.
  explicit GridAxis(std::vector<std::uint32_t> levels);
  Cell locate(double value) const;
  const std::vector<std::uint32_t>& levels() const { return levels_; }
  std::size_t size() const { return levels_.size(); }

 private:
  std::vector<std::uint32_t> levels_;
  std::vector<std::uint8_t> below_;  // [0..last level] index of the level at or below
};

/// Values on a full grid of D axes, the last the fastest.
template <std::size_t D>
struct AttentionGrid {
  std::array<GridAxis, D> axes;
  std::array<std::size_t, D> stride{};
  std::vector<float> values{};

  /// By linear interpolation; beyond the last levels not less than at them.
  double at(const std::array<double, D>& place) const;
};

/// Time of attention by linear interpolation over measurements on a grid of four dimensions that need not be full.
/// Three parts are kept apart, since none says much about another: decodes alone (decodes × kv), a chunk alone
/// (chunk × past), and both together (all four).
///
/// Holes: each part is first made full over all of its levels, axis by axis. A line over kv that lacks a level takes
/// the value between its neighbours on that line; then lines are put where a number of decodes is missing, then planes
/// where a past is missing. Measured points keep their value.
/// Between decodes alone and the smallest measured chunk the time runs linearly. Below the smallest level of an axis it
/// is that at the level (a kernel has a least time). Beyond the largest it goes on along the last two levels, but never
/// falls below the time at the last; a chunk beyond the largest costs what as many of the largest would, one after
/// another, so that its time grows with the square.
/// At most 16 loads; immutable.
class AttentionTable {
 public:
  /// Throws InputError if a part has no points, a point is given twice, or a time is not positive.
  explicit AttentionTable(std::span<const AttentionPoint> points);

  /// Of one layer. decodes = 0: kv does not matter; chunk = 0: past does not; both 0: 0.
  double microseconds(double chunk, double past, double decodes, double kv) const;

 private:
  double decodes_alone(double decodes, double kv) const;
  /// Of a chunk up to the largest.
  double within(double chunk, double past, double decodes, double kv) const;

  AttentionGrid<2> decodes_;  // decodes, kv
  AttentionGrid<2> chunk_;    // chunk, past
  AttentionGrid<4> both_;     // chunk, past, decodes, kv
};

}  // namespace syswright::llm_serving
