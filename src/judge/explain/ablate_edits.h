#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "judge/explain/explain_questions.h"
#include "policy/program.h"

namespace syswright::judge {

enum class EditKind {
  hold,     ///< a subexpression becomes the constant that it typically is
  drop,     ///< an operand of + - * / min max and or goes, the other stays
  branch,   ///< a choice always takes one side
  unwrap,   ///< a function of one argument goes, its argument stays
  neutral,  ///< a constant becomes the one that changes nothing where it stands: 0 in a sum, 1 in a product
  doubled,  ///< a constant times 2
  halved,   ///< a constant divided by 2
  rule,     ///< the decision is left to the mechanism's default
};
std::string_view to_string(EditKind kind);

/// A program with one part taken out or one constant changed.
struct Edit {
  EditKind kind = EditKind::hold;
  std::size_t rule = 0;                    ///< into Program::rules()
  policy::NodeId node = policy::no_node;   ///< of the rule's graph that is replaced; no_node for EditKind::rule
  policy::NodeId other = policy::no_node;  ///< drop: the operand that goes; branch: the side that is never taken
  std::string term;                        ///< what goes or changes, as source text: "hits / age"
  std::string words;                       ///< the whole change: "'hits / age' held at 0.31"
  policy::ProgramPtr program;              ///< with the change made
};

struct EditOptions {
  /// Also neutral, doubled, halved; but not a 1 with a unit that only converts, as in age / 1s.
  bool constants = true;
  bool hold_at_mean = false;  ///< else at the median; booleans and actions always at the commonest value
};

/// Every change of one part that is well typed and gives another program, in the order of rules and nodes. Two changes
/// may give equal programs: their digests tell. O(nodes²).
std::vector<Edit> list_edits(const policy::Program& program, const ObservedValues& values,
                             const EditOptions& options = {});

/// The constant that stands for a node, rounded to 4 digits so that a text can say which it was.
double typical_value(const policy::Node& node, const NodeValues& values, bool at_mean = false);

/// Copy of a rule in which each of `nodes` is replaced by the constant of `values` beside it.
policy::Rule hold_nodes(const policy::Program& program, std::size_t rule, std::span<const policy::NodeId> nodes,
                        std::span<const double> values);

}  // namespace syswright::judge
