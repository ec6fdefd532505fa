#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "design/grammar.h"

namespace syswright::design {

/// One step of a leftmost derivation: what fills the first hole that is open.
struct Production {
  enum class Kind : std::uint8_t {
    rule,       ///< of a decision: the mode of its ranking and the statistics that it may read
    leave,      ///< a decision is left to the mechanism
    dimension,  ///< of a score, which may have any
    word,       ///< a feature or a statistic
    ratio,      ///< a word over a constant of its dimension
    constant,
    apply,  ///< an operation, whose operands are holes
  };
  Kind kind = Kind::word;
  policy::Op op = policy::Op::add;
  std::uint32_t word = 0;
  double value = 0;
  Dimension dimension;  ///< of a score; of the first operand of a product or a quotient
  std::size_t mode = 0;
  std::vector<policy::Statistic> statistics;
};
bool operator==(const Production& a, const Production& b);

/// Derives programs from the left: a sequence of productions is a program in which the holes that follow are open. Each
/// hole has a type, dimensions included, and a depth that its expression must keep to, so that every completion is well
/// typed. The grammar's sketches, which are no productions, stay with the grammar: a rule of which nothing is derived
/// yet is completed by them too.
class Derivations {
 public:
  explicit Derivations(const Grammar& grammar) : grammar_(grammar) {}

  struct Play {
    bool open = false;                ///< the productions left a hole
    std::optional<Production> drawn;  ///< for that hole, if asked for
    policy::ProgramPtr program;       ///< nullptr: too large, drifting, or with a dimension beyond its limit
  };
  /// Follows the productions, draws one more for the first open hole if `widen`, and lets the grammar fill the others.
  /// The productions must have been drawn by this class in this order.
  Play play(Random& random, std::span<const Production> productions, bool widen) const;

 private:
  const Grammar& grammar_;
};

}  // namespace syswright::design
