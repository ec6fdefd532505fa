#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "optimize/pool.h"

namespace syswright::optimize {

/// Who came from whom: members of a pool, by number.
class Lineage {
 public:
  /// The next member; its parents came before.
  void add(std::vector<std::size_t> parents) { parents_.push_back(std::move(parents)); }
  /// All ancestors, the member itself left out.
  std::set<std::size_t> ancestors(std::size_t member) const;

 private:
  std::vector<std::vector<std::size_t>> parents_;
};

/// Two texts put together, and where to try the result first.
struct Merge {
  std::size_t one = 0;    ///< members
  std::size_t other = 0;  ///< no worse than `one` in the mean
  std::string text;
  std::vector<std::size_t> instances;  ///< training instances: some that each wins, some tied
};

/// Merges of what two members of the front made of an ancestor of both: of each file, the version that differs from the
/// ancestor's; where both changed it, the better member's. The ancestor must be no better than either. Each pair is put
/// together once.
/// Source: the system-aware merge of GEPA, arXiv 2507.19457, 2025.
class Merges {
 public:
  explicit Merges(std::uint64_t seed) : seed_(seed) {}

  /// Nothing where no pair is left whose merge is a text of its own.
  std::optional<Merge> next(const Pool& pool, const Lineage& lineage, Direction direction);

  static constexpr std::size_t most_instances = 5;

 private:
  std::uint64_t seed_;
  std::set<std::pair<std::size_t, std::size_t>> tried_;
};

}  // namespace syswright::optimize
