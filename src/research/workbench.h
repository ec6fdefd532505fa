#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "design/variation.h"
#include "judge/explain/ablate.h"

namespace syswright::research {

/// A program that a hypothesis proposes, with what it is in a few words.
struct Making {
  policy::ProgramPtr program;
  std::string what;  ///< "refine by size"
};

/// A quantity with the value that sets a part of the workload apart from the rest.
struct Mark {
  std::size_t word = 0;  ///< into Vocabulary::words() of the decision
  double at = 0;         ///< what it is there, on average
  bool above = false;    ///< than elsewhere
};

/// Makes programs where findings point: variations of one term, one condition, one decision, where Variation draws
/// blindly. All are well typed; what comes twice, or is the program itself, is left out. The outcome depends on the
/// arguments and the random draws only.
class Workbench {
 public:
  explicit Workbench(const design::Grammar& grammar) : grammar_(grammar), variation_(grammar) {}

  const design::Grammar& grammar() const { return grammar_; }
  const design::Variation& variation() const { return variation_; }

  /// The program with all of these terms held at their typical values at once.
  policy::ProgramPtr held(const policy::Program& program, std::span<const judge::Edit* const> holds,
                          const judge::ObservedValues& values) const;

  /// Variations of one term of a rule, which stays in most of them: it is multiplied, shifted, bounded, made to depend
  /// on a condition, or replaced by another of its type. importance: of features by name, 1 where not named.
  std::vector<Making> refinements(Random& random, const policy::Program& program, std::size_t rule, policy::NodeId term,
                                  const std::map<std::string, double>& importance, std::size_t count) const;

  /// Programs that do otherwise where a quantity is as it is in a part of the workload: as the rival does (if there is
  /// one and it answers the decision), or as they themselves with the answer scaled, shifted or replaced.
  std::vector<Making> split(Random& random, const policy::Program& own, const policy::Program* rival,
                            std::size_t decision, std::span<const Mark> marks, std::size_t count) const;

  /// The program with an answer to a decision that it leaves open, or another answer to one that it gives: a fixed
  /// action, donors' rules, and rules of the grammar.
  std::vector<Making> answers(Random& random, const policy::Program& program, std::size_t decision,
                              std::span<const policy::ProgramPtr> donors, std::size_t count) const;

  /// Both programs in one: rules exchanged, mixed and crossed.
  std::vector<Making> blends(Random& random, const policy::Program& own, const policy::Program& rival,
                             std::size_t count) const;

  /// The program changed several times over: somewhere else, but not everywhere.
  policy::ProgramPtr kicked(Random& random, const policy::Program& program, std::size_t times) const;

  /// Words of a decision by the name of a feature (and element, "gaps[2]"), for marks; npos if there is none.
  std::size_t find_word(std::size_t decision, const std::string& name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  std::string word_name(std::size_t decision, std::size_t word) const;
  std::size_t draw_word(Random& random, const design::Draft& draft,
                        const std::map<std::string, double>& importance) const;
  policy::NodeId refined(Random& random, design::Draft& draft, policy::NodeId node, std::size_t word,
                         std::string& what) const;

  const design::Grammar& grammar_;
  design::Variation variation_;
};

}  // namespace syswright::research
