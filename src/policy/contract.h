#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "policy/graph.h"
#include "policy/input.h"

/// What the author of a rule states of it: `require` and `ensure`. docs/language.md, "Contracts", is the reference;
/// judge/certify/certify.h examines the statements. A contract changes no answer and no digest.
namespace syswright::policy {

class Program;

enum class ClauseKind {
  require,     ///< require CONDITION: inputs for which it does not hold are not spoken of
  holds,       ///< ensure CONDITION, over inputs and `output`
  range,       ///< ensure output in [LOW, HIGH], both constant
  increasing,  ///< ensure increasing in INPUT: never a lower answer for a larger input, the others equal
  decreasing,  ///< ensure decreasing in INPUT
  scaling,     ///< ensure invariant under scaling of INPUT, …
  starvation,  ///< ensure starves none beyond N rounds as INPUT grows by AMOUNT
  robust,      ///< ensure robust in INPUT: CHANGE -> EFFECT
};

/// One statement.
struct Clause {
  ClauseKind kind = ClauseKind::holds;
  /// Of require, holds and range: a boolean over the contract's inputs and, behind them, the output; as written, not
  /// simplified. Empty for the others.
  Graph condition;
  std::vector<std::size_t> inputs;  ///< those that the statement is about, into Contract::inputs; one but for scaling
  double low = 0;                   ///< of range
  double high = 0;                  ///< of range
  double rounds = 0;                ///< of starvation
  double growth = 0;                ///< of starvation: the input grows by at least this much a round; above 0
  double change = 0;                ///< of robust: a share of the input, above 0 and below 1
  double effect = 0;                ///< of robust: at least 0; of actions, which must stay the same, 0
  std::size_t line = 0;             ///< in the text; 0 where there was none
};

/// What is stated of one rule.
struct Contract {
  std::size_t decision = 0;   ///< into Signature::decisions
  std::vector<Input> inputs;  ///< that the statements read
  std::vector<Clause> clauses;
};

/// "ensure output in [0, 1];": the statement as the language writes it. Reads back as an equal one.
std::string to_source(const Clause& clause, const Contract& contract, const Program& program);

}  // namespace syswright::policy
