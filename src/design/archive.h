#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/random.h"
#include "design/trials.h"

namespace syswright::design {

/// Keeps behaviourally different programs: the best candidate of every cell, where a cell is a size and a behaviour, so
/// that a search which has settled on one idea still has others to mix in, and small programs are not crowded out.
///
/// Behaviour: on the first scenario of a level, in which quarters of its blocks the candidate does better, measured
/// against the first candidate that was ever offered, than it does on the whole.
/// Source: MAP-Elites, Mouret and Clune, arXiv 1504.04909, 2015.
class Archive {
 public:
  explicit Archive(std::size_t level) : level_(level) {}

  /// Takes a candidate known at the level, with blocks, if it is the best of its cell. Failed ones are not taken.
  void offer(Candidate& candidate);
  bool empty() const { return cells_.empty(); }
  std::size_t size() const { return cells_.size(); }
  /// A candidate from a random cell, the better of two draws; asserts that there is one.
  Candidate* draw(Random& random) const;
  /// Every kept candidate, in the order of the cells.
  std::vector<Candidate*> members() const;

  /// Nodes of programs in one size bin.
  static constexpr std::size_t size_bin = 8;

 private:
  static constexpr std::size_t parts = 4;
  std::uint32_t cell_of(const Candidate& candidate) const;

  std::size_t level_;
  std::vector<Block> reference_;
  std::map<std::uint32_t, Candidate*> cells_;
};

}  // namespace syswright::design
