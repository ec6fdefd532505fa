#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "judge/certify/certify.h"
#include "policy/program.h"

/// shield: wraps a program so that what its contract states holds whatever the program does.
namespace syswright::judge {

/// What was done for one `ensure`.
struct Guard {
  std::string decision;
  std::string property;  ///< as the language writes it
  enum class Kind {
    none,     ///< this statement cannot be guarded answer by answer; it is left to the program
    clamp,    ///< the answer is cut to a range
    band,     ///< the answer is kept within a distance of the fallback's
    monitor,  ///< the answer is checked, and the fallback's taken where the check fails
  };
  Kind kind = Kind::none;
};
std::string_view to_string(Guard::Kind kind);

struct Shielded {
  policy::ProgramPtr program;  ///< carries the contracts of the original
  std::vector<Guard> guards;
  Certificate certificate;  ///< of the shielded program
};

/// A program that answers as `program` where its contracts hold and as `fallback` where they do not. Statements on
/// pairs of questions other than `robust` (increasing, scaling, starvation) cannot be watched at one question: they are
/// examined as they stand. fallback: a program of the same domain; nullptr, or a decision that it does not answer: the
/// first constant (an action, 0, an end of the range) that the contract provably allows.
/// Throws InputError if a rule that needs a fallback has none, or one of another type.
Shielded shield(const policy::Program& program, const policy::Program* fallback = nullptr,
                const CertifyOptions& options = {}, std::stop_token stop = {});

}  // namespace syswright::judge
