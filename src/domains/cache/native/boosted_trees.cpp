#include "domains/cache/native/boosted_trees.h"

#include <cmath>

namespace syswright::cache {

/// One call of fit(): the rows, and what the trees so far leave of their labels.
class BoostedTrees::Fitting {
 public:
  Fitting(std::span<const std::uint8_t> rows, std::span<const std::int32_t> labels)
      : rows_(rows),
        left_(labels.begin(), labels.end()),
        leaf_(labels.size()),
        features_(rows.size() / labels.size()),
        cells_(leaves / 2 * features_ * bins) {}

  std::int32_t take_mean() {
    std::int64_t sum = 0;
    for (const std::int32_t left : left_) sum += left;
    const auto mean =
        static_cast<std::int32_t>(std::llround(static_cast<double>(sum) / static_cast<double>(left_.size())));
    for (std::int32_t& left : left_) left -= mean;
    return mean;
  }

  Tree grow() {
    Tree tree;
    std::fill(leaf_.begin(), leaf_.end(), 0);
    for (std::size_t level = 0; level < depth; ++level) {
      count_cells(std::size_t{1} << level);
      const Question best = best_question(std::size_t{1} << level);
      tree.questions[level] = best;
      for (std::size_t row = 0; row < left_.size(); ++row) {
        const bool above = rows_[row * features_ + best.feature] > best.above;
        leaf_[row] = static_cast<std::uint8_t>(leaf_[row] | (above ? 1u << level : 0u));
      }
    }
    set_values(tree);
    return tree;
  }

 private:
  Cell* cells(std::size_t leaf, std::size_t feature) { return &cells_[(leaf * features_ + feature) * bins]; }

  void count_cells(std::size_t nodes) {
    std::fill_n(cells_.begin(), nodes * features_ * bins, Cell{});
    const std::uint8_t* row = rows_.data();
    for (std::size_t i = 0; i < left_.size(); ++i, row += features_) {
      Cell* of_leaf = cells(leaf_[i], 0);
      for (std::size_t feature = 0; feature < features_; ++feature, of_leaf += bins) {
        of_leaf[row[feature]].sum += left_[i];
        of_leaf[row[feature]].count += 1;
      }
    }
  }

  /// What a part explains of the squares of its labels.
  static double explained(std::int64_t sum, std::int64_t count) {
    constexpr double prior = 1;  // keeps a part of few rows from looking sure
    const auto s = static_cast<double>(sum);
    return s * s / (static_cast<double>(count) + prior);
  }
  Question best_question(std::size_t nodes) {
    Question best;
    double most = -1;
    std::array<double, bins> gain;
    for (std::size_t feature = 0; feature < features_; ++feature) {
      gain.fill(0);
      for (std::size_t node = 0; node < nodes; ++node) add_gains(cells(node, feature), gain);
      for (std::size_t bin = 0; bin + 1 < bins; ++bin) {
        if (gain[bin] <= most) continue;
        most = gain[bin];
        best = {static_cast<std::uint16_t>(feature), static_cast<std::uint8_t>(bin)};
      }
    }
    return best;
  }
  static void add_gains(const Cell* cells, std::array<double, bins>& gain) {
    std::int64_t sum = 0, count = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
      sum += cells[bin].sum;
      count += cells[bin].count;
    }
    if (count == 0) return;
    std::int64_t low_sum = 0, low_count = 0;
    for (std::size_t bin = 0; bin + 1 < bins; ++bin) {
      low_sum += cells[bin].sum;
      low_count += cells[bin].count;
      gain[bin] += explained(low_sum, low_count) + explained(sum - low_sum, count - low_count);
    }
  }

  void set_values(Tree& tree) {
    std::array<std::int64_t, leaves> sum{}, count{};
    for (std::size_t row = 0; row < left_.size(); ++row) {
      sum[leaf_[row]] += left_[row];
      ++count[leaf_[row]];
    }
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      const double mean = count[leaf] == 0 ? 0 : static_cast<double>(sum[leaf]) / static_cast<double>(count[leaf]);
      tree.values[leaf] = static_cast<std::int32_t>(std::llround(rate * mean));
    }
    for (std::size_t row = 0; row < left_.size(); ++row) left_[row] -= tree.values[leaf_[row]];
  }

  std::span<const std::uint8_t> rows_;
  std::vector<std::int32_t> left_;
  std::vector<std::uint8_t> leaf_;
  std::size_t features_;
  std::vector<Cell> cells_;  ///< [nodes of a level x features x bins]
};

void BoostedTrees::fit(std::span<const std::uint8_t> rows, std::span<const std::int32_t> labels, std::size_t trees) {
  Fitting fitting(rows, labels);
  base_ = fitting.take_mean();
  trees_.clear();
  while (trees_.size() < trees) trees_.push_back(fitting.grow());
}

std::int32_t BoostedTrees::predict(std::span<const std::uint8_t> row) const {
  std::int32_t sum = base_;
  for (const Tree& tree : trees_) {
    std::size_t leaf = 0;
    for (std::size_t level = 0; level < depth; ++level) {
      leaf |= static_cast<std::size_t>(row[tree.questions[level].feature] > tree.questions[level].above) << level;
    }
    sum += tree.values[leaf];
  }
  return sum;
}

void BoostedTrees::predict_batch(std::span<const std::uint8_t> columns, std::span<std::int32_t, batch> result) const {
  std::array<std::int32_t, batch> sums;
  sums.fill(base_);
  for (const Tree& tree : trees_) {
    std::array<std::uint8_t, batch> leaf{};
    for (std::size_t level = 0; level < depth; ++level) {
      const std::uint8_t* column = &columns[tree.questions[level].feature * batch];
      const std::uint8_t above = tree.questions[level].above;
      const auto bit = static_cast<std::uint8_t>(1u << level);
      // A mask instead of a choice, so that the processor takes many rows at a time.
      for (std::size_t i = 0; i < batch; ++i) {
        leaf[i] = static_cast<std::uint8_t>(leaf[i] | (static_cast<std::uint8_t>(-(column[i] > above)) & bit));
      }
    }
    for (std::size_t i = 0; i < batch; ++i) sums[i] += tree.values[leaf[i]];
  }
  for (std::size_t i = 0; i < batch; ++i) result[i] = sums[i];
}

}  // namespace syswright::cache
