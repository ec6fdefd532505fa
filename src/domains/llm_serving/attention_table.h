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

/// Time of attention by linear interpolation over measurements on a grid of four dimensions that need not be full.
/// Three parts are kept apart, since none says much about another: decodes alone (decodes × kv), a chunk alone
/// (chunk × past), and both together (all four).
///
/// Grids: each part is first made full over all of its levels, axis by axis: a line over kv that lacks a level takes
/// the value between its neighbours on that line, then lines are put where a number of decodes is missing, then planes
/// where a past is missing. Measured points keep their value.
/// Between decodes alone and the smallest measured chunk the time runs linearly. Below the smallest level of an axis it
/// is that at the level (a kernel has a least time); beyond the largest it goes on along the last two levels, but never
/// falls below the time at the last.
/// At most 16 loads; immutable.
class AttentionTable {
 public:
  /// Throws InputError if a part has no points, a point is given twice, or a time is not positive.
  explicit AttentionTable(std::span<const AttentionPoint> points);

  /// Of one layer. decodes = 0: kv does not matter; chunk = 0: past does not; both 0: 0.
  double microseconds(double chunk, double past, double decodes, double kv) const;
  /// What a step asks for twice, at the mean and at the longest KV cache.
  double decodes_alone(double decodes, double kv) const;

 private:
  double chunk_alone(double chunk, double past) const;
  double both(double chunk, double past, double decodes, double kv) const;

  std::array<GridAxis, 2> decode_axes_;  // decodes, kv
  std::array<GridAxis, 2> chunk_axes_;   // chunk, past
  std::array<GridAxis, 4> both_axes_;    // chunk, past, decodes, kv
  std::vector<float> decode_;
  std::vector<float> chunk_;
  std::vector<float> both_;
};

}  // namespace syswright::llm_serving
