#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "policy/contract.h"
#include "policy/signature.h"
#include "policy/source_text.h"

/// What the parser makes of a program's text: names are not yet looked up. Nodes live in flat arrays and refer to each
/// other by index, so that no input, however deep, can exhaust the stack when the tree is freed.
namespace syswright::policy::syntax {

using ExpressionId = std::uint32_t;
using StatementId = std::uint32_t;
using BlockId = std::uint32_t;
inline constexpr std::uint32_t none = ~std::uint32_t{0};

struct Name {
  std::string_view text;
  Place place;
};

enum class Operator : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
};
std::string_view spelling(Operator op);

enum class ExpressionKind : std::uint8_t {
  number,       ///< value, dimension
  boolean,      ///< value
  name,         ///< text
  call,         ///< text, arguments
  element,      ///< children: array, index
  negate,       ///< children[0]
  logical_not,  ///< children[0]
  binary,       ///< op, children[0..1]
  power,        ///< children[0], exponent in value
  conditional,  ///< children: condition, value if true, value if false
};

struct Expression {
  ExpressionKind kind = ExpressionKind::number;
  Operator op = Operator::add;
  bool plain = false;  ///< a number without a unit
  Dimension dimension;
  Place place;  ///< of a binary expression, its operator
  std::string_view text;
  double value = 0;
  std::array<ExpressionId, 3> children{none, none, none};
  std::vector<ExpressionId> arguments;
};

enum class StatementKind : std::uint8_t {
  declare,  ///< let name = value
  assign,   ///< name = value
  answer,   ///< return value
  branch,   ///< if value body else other (none where there is no else)
  iterate,  ///< for name in value..end body
};

struct Statement {
  StatementKind kind = StatementKind::answer;
  Place place;
  Name name;
  ExpressionId value = none;
  ExpressionId end = none;
  BlockId body = none;
  BlockId other = none;
};

using Block = std::vector<StatementId>;

struct StatisticDeclaration {
  Name name;
  Name kind;
  Name decision;  ///< in decision.feature; empty text where there is none
  Name source;
  ExpressionId argument = none;  ///< none where there is none
  Place end;                     ///< of the closing parenthesis
};

/// A statement of a rule's contract.
struct ClauseDeclaration {
  ClauseKind kind = ClauseKind::require;
  Place place;
  ExpressionId value = none;   ///< condition; rounds; change
  ExpressionId amount = none;  ///< of growth; effect
  std::vector<ExpressionId> inputs;
};

struct RuleDeclaration {
  DecisionKind kind = DecisionKind::rank;
  Name decision;
  std::vector<Name> parameters;
  Name mode;  ///< empty text where there is none
  std::vector<ClauseDeclaration> clauses;
  BlockId body = none;
  Place end;  ///< of the closing brace
};

struct Tree {
  Name policy;
  Name domain;
  std::vector<StatisticDeclaration> statistics;
  std::vector<RuleDeclaration> rules;
  std::vector<Expression> expressions;
  std::vector<Statement> statements;
  std::vector<Block> blocks;
};

}  // namespace syswright::policy::syntax
