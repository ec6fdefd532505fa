#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/random.h"
#include "design/draft.h"
#include "policy/program.h"

namespace syswright::design {

/// Limits and habits of generated programs.
struct GrammarOptions {
  std::size_t max_nodes = 48;      ///< of a program; larger ones are never made
  int max_depth = 5;               ///< of a freshly generated expression
  std::size_t max_statistics = 4;  ///< of a program
  /// How often a fresh program answers each decision after the first, which it always answers. Unanswered decisions
  /// are left to the mechanism's default.
  double optional_decision = 0.15;
  double fresh_statistic = 0.35;  ///< how often a new statistic is offered to a new expression
};

/// Makes random programs that are well typed by construction: an expression of a wanted type grows from features,
/// statistics, constants and operations whose operands give that type, dimensions included. Constants are drawn in the
/// scale of what they meet. Next to free expressions there are sketches in which rankings tend to be written: products
/// of powers, weighted sums of quantities or of their logarithms, and cases by a condition; rules that pick an action
/// tend to compare a quantity with a threshold, a weighted sum of its dimension. Rules that change their
/// ways as time passes (drift.h) are not made.
///
/// Source: strongly typed genetic programming, Montana, Evolutionary Computation 3(2), 1995; dimensions as types,
/// Keijzer and Babovic, GECCO 1999.
class Grammar {
 public:
  Grammar(const Vocabulary& vocabulary, GrammarOptions options = {});

  const Vocabulary& vocabulary() const { return vocabulary_; }
  const GrammarOptions& options() const { return options_; }

  policy::ProgramPtr random_program(Random& random) const;
  RulePart random_rule(Random& random, std::size_t decision) const;
  std::size_t random_mode(Random& random, std::size_t decision) const;

  /// At most `count` statistics that rules of the decision can read; fewer where there is nothing to summarise.
  std::vector<policy::Statistic> random_statistics(Random& random, std::size_t decision, std::size_t count) const;

  /// An expression of a type in a draft, at most `depth` operations deep.
  policy::NodeId expression(Random& random, Draft& draft, const policy::Type& type, int depth) const;
  /// A whole answer to the draft's decision.
  policy::NodeId answer(Random& random, Draft& draft) const;
  /// A condition; mostly one quantity against a constant of its scale.
  policy::NodeId condition(Random& random, Draft& draft, int depth) const;
  /// A word of the type, any dimension if none is given; nullopt if there is none that varies.
  std::optional<policy::NodeId> word(Random& random, Draft& draft, std::optional<policy::Type> type) const;
  /// A constant of the dimension, in the scale of a word that has it.
  policy::NodeId constant(Random& random, Draft& draft, Dimension dimension) const;
  /// `node` as a pure number: divided by a constant of its dimension.
  policy::NodeId number_of(Random& random, Draft& draft, policy::NodeId node) const;

 private:
  std::optional<std::size_t> pick(Random& random, const Draft& draft, std::optional<policy::Type> type) const;
  policy::NodeId quantity(Random& random, Draft& draft, Dimension dimension, int depth) const;
  policy::NodeId leaf(Random& random, Draft& draft, Dimension dimension) const;
  policy::NodeId action(Random& random, Draft& draft, int depth) const;
  policy::NodeId comparison(Random& random, Draft& draft, int depth) const;

  policy::NodeId threshold(Random& random, Draft& draft, const Vocabulary::Word& compared) const;
  policy::NodeId score(Random& random, Draft& draft) const;
  policy::NodeId power_product(Random& random, Draft& draft) const;
  policy::NodeId weighted_sum(Random& random, Draft& draft) const;
  policy::NodeId log_sum(Random& random, Draft& draft) const;
  policy::NodeId cases(Random& random, Draft& draft) const;
  std::optional<policy::Statistic> random_statistic(Random& random, std::size_t decision) const;
  std::optional<policy::Statistic> random_percentile(Random& random) const;

  const Vocabulary& vocabulary_;
  GrammarOptions options_;
};

/// Nearest number with `digits` significant decimal digits: constants that a person can read.
double rounded(double value, int digits);
/// Log-uniform around a scale: between a third of its low and three times its high quantile, 2 digits.
double draw_near(Random& random, const Scale& scale);

}  // namespace syswright::design
