#pragma once

#include <cmath>
#include <vector>

#include "domains/cache/native/lrb_history.h"

namespace syswright::cache {

/// LRB's training rows: features of an object at a moment, open until its next request tells how far away that was, or
/// until it falls out of the memory window. One open row an object.
class LrbSamples {
 public:
  void open(LrbHistory& history, std::uint64_t now) {
    if (history.sample != 0) return;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(open_.size()));
      open_.emplace_back();
    }
    open_[free_.back()] = {history.features(now), now};
    history.sample = free_.back() + 1;
    free_.pop_back();
  }
  /// The object of `history` is requested `now`; does nothing without an open row.
  void close(LrbHistory& history, std::uint64_t now) {
    if (history.sample != 0) close_with(history, now - open_[history.sample - 1].taken);
  }
  /// It left a window of `window` requests: its next request counts as twice that away.
  void expire(LrbHistory& history, std::uint64_t window) {
    if (history.sample != 0) close_with(history, 2 * window);
  }

  std::size_t labelled() const { return labels_.size(); }
  /// Trains on what is labelled, and forgets it.
  void fit(BoostedTrees& trees) {
    trees.fit(rows_, labels_);
    rows_.clear();
    labels_.clear();
  }

  /// Logarithm of a distance in requests, 1,024 to a doubling.
  static std::int32_t label_of(std::uint64_t distance) {
    return static_cast<std::int32_t>(std::lround(1024 * std::log2(1 + static_cast<double>(distance))));
  }

 private:
  struct Row {
    LrbHistory::Features features{};
    std::uint64_t taken = 0;
  };

  void close_with(LrbHistory& history, std::uint64_t distance) {
    const std::uint32_t row = history.sample - 1;
    rows_.insert(rows_.end(), open_[row].features.begin(), open_[row].features.end());
    labels_.push_back(label_of(distance));
    free_.push_back(row);
    history.sample = 0;
  }

  std::vector<Row> open_;
  std::vector<std::uint32_t> free_;  ///< rows of open_ that are not in use
  std::vector<std::uint8_t> rows_;
  std::vector<std::int32_t> labels_;
};

}  // namespace syswright::cache
