#pragma once

#include <cstdint>
#include <vector>

#include "judge/certify/formula.h"

namespace syswright::judge {

enum class SolverAnswer {
  proved,        ///< for the program as it runs
  proved_reals,  ///< without rounding only
  broken,        ///< without rounding, at `point`, which the program as it runs may see differently
  unknown,       ///< out of work, or the formula is not for the solver
};

struct SolverResult {
  SolverAnswer answer = SolverAnswer::unknown;
  std::vector<double> point;
};

enum class SolverMode { doubles_then_reals, reals };

/// Asks Z3 whether a formula holds over a box, as a question of real arithmetic. Valid only where nothing in the box
/// saturates or divides by 0, which is checked first by enclosures. For the program as it runs, every comparison may
/// go either way while its sides are closer than rounding could bring them. Formulas with log, exp or pow are not for
/// the solver. `limit` is in Z3's own units of work, not time: equal questions get equal answers.
SolverResult ask_solver(const Formula& formula, const Box& box, std::uint64_t limit, SolverMode mode);

}  // namespace syswright::judge
