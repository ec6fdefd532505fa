#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/digest.h"
#include "policy/interval_arithmetic.h"
#include "policy/program.h"

/// certify: what a program's contracts state (policy/contract.h), proved, refuted or measured. docs/judges/certify.md.
namespace syswright::judge {

enum class Ruling {
  proved,     ///< for every input of the box
  refuted,    ///< there is a counterexample, and the interpreter agrees
  undecided,  ///< neither; the fractions say how much of the box is proved
};
std::string_view to_string(Ruling ruling);

/// What a proof speaks of.
enum class Arithmetic {
  doubles,  ///< the program as it runs: rounding and saturation included
  reals,    ///< the same program without rounding; nothing in the box saturates or divides by 0
};
std::string_view to_string(Arithmetic arithmetic);

/// How a statement was decided, where it was.
enum class Method { none, intervals, derivatives, structure, solver, sampling };
std::string_view to_string(Method method);

/// One side of the box over which a contract is examined.
struct Side {
  std::string name;        ///< of the input: "age", "gaps[2]", a statistic
  policy::Type type;       ///< number with its dimension, or boolean
  policy::Interval range;  ///< in base units
  /// The declared range has no end here and no `require` gives one: the default cut stands in for it.
  bool cut = false;
};

/// A question that was put to the interpreter.
struct Point {
  std::vector<double> inputs;  ///< in the order of RuleCertificate::box
  double output = 0;           ///< what the rule answers; of actions, the index
};

/// Inputs for which the statement is false. One point, or two for statements on pairs: the lower and the larger input
/// of increasing and decreasing, the input before and after the change of robust and of scaling (for the scores of
/// ranks: four points, both candidates before and after), the younger and the older candidate of starvation.
struct Counterexample {
  std::vector<Point> points;
  std::string text;  ///< "age = 3s, size = 4KiB: answers 1.5"; points separated by "; "
};

/// Inputs that were left undecided: ranges in the order of RuleCertificate::box. Of statements on pairs, of the first.
struct Region {
  std::vector<policy::Interval> ranges;
};

/// What came of one `ensure`.
struct PropertyCertificate {
  std::string property;  ///< as the language writes it
  policy::ClauseKind kind = policy::ClauseKind::holds;
  std::size_t line = 0;  ///< in the program's text; 0 where it is not known
  Ruling ruling = Ruling::undecided;
  Arithmetic arithmetic = Arithmetic::doubles;  ///< of what is proved
  Method method = Method::none;
  /// Shares of the box, by volume, where what is required is not surely broken: proved, surely false, and left. Their
  /// sum is 1. Of statements on pairs, shares of the box of pairs.
  double proved = 0;
  double refuted = 0;
  double left = 1;
  std::vector<Region> regions;   ///< the largest of what is left, at most CertifyOptions::regions
  std::size_t regions_left = 0;  ///< how many there are in all
  std::optional<Counterexample> counterexample;
  std::size_t boxes = 0;  ///< examined
  std::string note;       ///< what a reader should know: why undecided, what the proof assumes; may be empty
};

/// What came of one rule's contract.
struct RuleCertificate {
  std::size_t decision = 0;
  std::string decision_name;
  std::vector<Side> box;                 ///< inputs of the rule, then those that only the contract reads
  std::vector<std::string> assumptions;  ///< the `require` statements, as the language writes them
  std::vector<PropertyCertificate> properties;
};

struct Certificate {
  std::string policy;
  Digest digest;  ///< of the program
  std::vector<RuleCertificate> rules;
  bool complete = true;  ///< false: a stop was asked for; what was not examined is undecided

  /// Every statement is proved (and there is at least one).
  bool all_proved() const;
  bool any_refuted() const;
};

struct CertifyOptions {
  /// Box examinations for each statement; about 1 µs a node of the rule's graph.
  std::size_t max_boxes = 200000;
  /// Once the undecided share is this small, ten times as many boxes are examined, and 10,000, in case a whole proof is
  /// near, and no more. 0: up to max_boxes.
  double coverage = 1e-3;
  /// Ask Z3 where intervals leave something and the graph has neither log, exp nor pow.
  bool solver = true;
  /// Z3's own measure of work, so that results repeat; about 10 million a second.
  std::uint64_t solver_limit = 20'000'000;
  std::size_t samples = 2000;  ///< random questions put to the interpreter before anything else
  std::size_t regions = 16;    ///< reported of what is left
  std::uint64_t seed = 1;
};

/// Examines every `ensure` of a program's contracts over the box of its inputs: declared ranges, cut by `require`, and
/// where both leave an end open by the default cuts (documented in docs/judges/certify.md). A rule without a contract
/// has no certificate. Deterministic. Cost: about max_boxes examinations a statement at most, usually far fewer.
Certificate certify(const policy::Program& program, const CertifyOptions& options = {}, std::stop_token stop = {});

}  // namespace syswright::judge
