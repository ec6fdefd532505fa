#pragma once

#include <memory>

#include "judge/certify/formula.h"

/// Statements on pairs of questions that differ in one input. Their formulas have the rule's output as claim.
namespace syswright::judge {

enum class Trendwise { increasing, decreasing };

/// The output never falls (rises) as the input grows and the others stay. Pieces that share an end make a whole, so
/// that boxes are decided one by one. Assumptions that read the input exclude no box: between two allowed values
/// there may be forbidden ones.
/// A witness is a point and, behind it, the larger value of the input. It is one only if rounding cannot explain it.
std::unique_ptr<Statement> make_monotone_statement(const Formula& formula, const SearchSpace& space,
                                                   std::uint32_t input, Trendwise wise);

struct Robustness {
  std::uint32_t input = 0;
  double change = 0;  ///< share of the input
  double effect = 0;  ///< of the output; 0 for actions
};

/// A change of the input x by at most change * |x|, within the box, moves the output by at most `effect`.
/// A witness is a point and, behind it, the changed value of the input.
std::unique_ptr<Statement> make_robust_statement(const Formula& formula, const SearchSpace& space,
                                                 const Robustness& robustness);

}  // namespace syswright::judge
