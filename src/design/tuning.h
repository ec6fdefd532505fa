#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "design/search.h"

namespace syswright::design {

/// The constants of a program that can be tuned: numbers other than 0, rule by rule in graph order.
std::vector<double> constants_of(const policy::Program& program);

/// The program with other constants, in the order of constants_of(). Simplifies, so that it may have fewer of them.
/// Throws InputError for a wrong number of values.
policy::ProgramPtr with_constants(const Vocabulary& vocabulary, const policy::Program& program,
                                  std::span<const double> values);

/// Candidate::origin of what tune() proposes; its parent is the program that was tuned.
inline constexpr std::string_view tuning_origin = "tune constants";

struct TuningRules {
  std::size_t rounds = 5;
  std::size_t points = 8;          ///< candidates a program a round
  double spread = 0.5;             ///< first standard deviation of a constant's logarithm
  std::size_t max_constants = 12;  ///< programs with more are left alone
};

struct Tuned {
  Candidate* original = nullptr;
  Candidate* better = nullptr;
};

/// Tunes the constants of several programs side by side by CMA-ES over their logarithms, signs kept, at one level. The
/// points of a round are evaluated in one batch. Values are rounded to three digits. Cost: at most
/// programs * rounds * points candidates at the level. Returns the best of each program's points that is better than
/// the program itself, where there is one.
std::vector<Tuned> tune(Search& search, std::span<Candidate* const> programs, std::size_t level, std::uint64_t turn,
                        const TuningRules& rules = {});

}  // namespace syswright::design
