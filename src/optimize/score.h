#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "optimize/evaluator.h"

namespace syswright::optimize {

enum class Direction { maximise, minimise };

/// Measurements of one text on some instances, as one value. Fewer failures are better than any mean; of as many, the
/// better mean of what did not fail.
struct Score {
  std::size_t failures = 0;
  double loss = 0;  ///< mean; lower is better: a score that is maximised, with its sign turned
  friend auto operator<=>(const Score&, const Score&) = default;
};
Score score_of(std::span<const Measurement> measurements, Direction direction);

/// The same, in the direction that the user thinks in.
double user_value(double loss, Direction direction);

/// Who is best at what: keeps, for every key (an instance, an objective), the members that lead it, and forgets a
/// member when it leads nothing any more or another is nowhere worse and somewhere better.
class Front {
 public:
  explicit Front(Direction direction) : direction_(direction) {}

  /// measurements: on all instances, in their order. A tie with a leader adds a leader; the first of all with equal
  /// values on every key stays alone.
  void offer(std::size_t member, std::span<const Measurement> measurements, std::span<const Instance> instances);

  struct Entry {
    std::size_t member = 0;
    std::vector<std::string> leads;  ///< keys, in their order
  };
  /// Members that nobody dominates, in the order of their numbers.
  std::vector<Entry> entries() const;

 private:
  using Losses = std::map<std::string, double>;  // a key that is missing: failed

  bool dominates(const Losses& a, const Losses& b) const;

  Direction direction_;
  std::set<std::string> keys_;
  std::map<std::size_t, Losses> members_;
};

}  // namespace syswright::optimize
