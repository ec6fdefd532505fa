#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace syswright::cache {

/// Regression by gradient-boosted trees, small and quick to fit anew: features are bytes below `bins`, all nodes of one
/// level of a tree ask the same question, and sums are whole numbers, so that equal rows give equal trees everywhere.
/// A tree asks `depth` questions "is feature f above b?", each chosen to take most from the squared error of what the
/// trees before it left, and adds `rate` of the mean of what is left to each of its leaves.
/// Source: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5), 2001;
/// levels of one question: Prokhorenkova et al., "CatBoost", NeurIPS 2018.
class BoostedTrees {
 public:
  static constexpr std::size_t bins = 64;
  static constexpr std::size_t depth = 5;
  static constexpr std::size_t leaves = std::size_t{1} << depth;
  static constexpr std::size_t batch = 64;  ///< rows that predict_batch() takes

  /// rows    [rows x features] bytes below `bins`, a row after the other; at most 2^15 rows, at least one
  /// labels  [rows] below 2^15 in absolute value
  /// O(rows * features * depth * trees) time.
  void fit(std::span<const std::uint8_t> rows, std::span<const std::int32_t> labels, std::size_t trees = 16);

  bool fitted() const { return !trees_.empty(); }
  std::int32_t predict(std::span<const std::uint8_t> row) const;
  /// columns  [features x batch], a feature after the other; all columns are read whole
  void predict_batch(std::span<const std::uint8_t> columns, std::span<std::int32_t, batch> result) const;

 private:
  static constexpr double rate = 0.2;
  struct Question {
    std::uint16_t feature = 0;
    std::uint8_t above = bins;  ///< nothing is
  };
  struct Tree {
    std::array<Question, depth> questions;
    std::array<std::int32_t, leaves> values{};
  };
  /// Sum and number of what is left, by leaf, feature and bin.
  struct Cell {
    std::int32_t sum = 0;
    std::uint32_t count = 0;
  };
  class Fitting;

  std::int32_t base_ = 0;
  std::vector<Tree> trees_;
};

}  // namespace syswright::cache
