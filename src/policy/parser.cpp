#include "policy/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "policy/foreign_words.h"
#include "policy/lexer.h"

namespace syswright::policy {
namespace syntax {

std::string_view spelling(Operator op) {
  static constexpr std::array<std::string_view, 12> names{
      "+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or"};
  return names[static_cast<std::size_t>(op)];
}

}  // namespace syntax

namespace {

using namespace syntax;

constexpr std::array<std::string_view, 14> keywords{"policy", "let",   "if",  "else", "for", "in",      "return",
                                                    "true",   "false", "and", "or",   "not", "require", "ensure"};

struct BinaryOperator {
  std::string_view text;
  Operator op;
  int precedence;
};
/// Statements of one contract: each is a question to a solver.
constexpr std::size_t max_clauses = 100;
constexpr int comparison_precedence = 4;
constexpr int not_precedence = 3;  // of the word; '!' binds tightly
constexpr std::array<BinaryOperator, 14> binary_operators{{
    {"or", Operator::logical_or, 1},
    {"||", Operator::logical_or, 1},
    {"and", Operator::logical_and, 2},
    {"&&", Operator::logical_and, 2},
    {"<", Operator::less, 4},
    {"<=", Operator::less_equal, 4},
    {">", Operator::greater, 4},
    {">=", Operator::greater_equal, 4},
    {"==", Operator::equal, 4},
    {"!=", Operator::not_equal, 4},
    {"+", Operator::add, 5},
    {"-", Operator::subtract, 5},
    {"*", Operator::multiply, 6},
    {"/", Operator::divide, 6},
}};

const BinaryOperator* find_operator(const Token& token) {
  const auto found = std::ranges::find_if(binary_operators, [&](const auto& op) { return token.is(op.text); });
  return found == binary_operators.end() ? nullptr : &*found;
}

class Parser {
 public:
  explicit Parser(const SourceText& source) : source_(source), lexer_(source), token_(lexer_.next()) {}

  Tree parse() {
    expect_word("policy", "a program starts with: policy NAME for DOMAIN {");
    tree_.policy = name("the name of the policy");
    expect_word("for", "after the policy's name comes its domain: policy NAME for DOMAIN {");
    tree_.domain = name("the name of the domain");
    expect("{", "to open the policy");
    while (!token_.is("}")) item();
    advance();
    if (token_.kind != TokenKind::end) fail(fmt::format("expected the end after the policy, but found {}", found()));
    return std::move(tree_);
  }

 private:
  /// Counts one level of nesting while it lives.
  class Level {
   public:
    explicit Level(Parser& parser) : depth_(parser.depth_) {
      if (depth_ >= max_nesting) {
        parser.fail(fmt::format("nested over {} deep; name a part of it with 'let'", max_nesting));
      }
      ++depth_;
    }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    std::size_t& depth_;
  };

  [[noreturn]] void fail(const std::string& problem) const { source_.fail(token_.place, problem); }
  [[noreturn]] void fail_at(Place place, const std::string& problem) const { source_.fail(place, problem); }
  std::string found() const { return token_.kind == TokenKind::end ? "the end of the text" : quoted(token_.text); }

  void advance() {
    previous_end_ = token_.end();
    after_number_ = token_.kind == TokenKind::number && token_.plain;
    token_ = lexer_.next();
  }
  bool accept(std::string_view text) {
    if (!token_.is(text)) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol, std::string_view purpose) {
    if (accept(symbol)) return;
    if (after_number_ && find_unit(token_.text) != nullptr) {
      fail(fmt::format("a unit follows its number without a space, as in 3{}", token_.text));
    }
    if (const std::string words = foreign_word_advice(token_); !words.empty()) fail(words);
    if (symbol == ";") fail_at(previous_end_, fmt::format("expected ';' {}", purpose));
    fail(fmt::format("expected '{}' {}, but found {}", symbol, purpose, found()));
  }
  void expect_word(std::string_view word, std::string_view advice) {
    if (!accept(word)) fail(fmt::format("expected '{}', but found {}; {}", word, found(), advice));
  }

  Name name(std::string_view what) {
    if (token_.kind != TokenKind::name) fail(fmt::format("expected {}, but found {}", what, found()));
    if (is_keyword(token_.text)) {
      fail(fmt::format("expected {}, but found {}, which is a word of the language", what, found()));
    }
    const Name result{token_.text, token_.place};
    advance();
    return result;
  }

  void item() {
    if (token_.is("stat")) {
      statistic();
    } else if (token_.is("rank") || token_.is("value")) {
      rule();
    } else if (token_.kind == TokenKind::end) {
      fail("expected '}' to close the policy");
    } else if (const std::string words = foreign_word_advice(token_); !words.empty()) {
      fail(words);
    } else {
      fail(fmt::format("expected 'stat', 'rank', 'value' or '}}', but found {}", found()));
    }
  }

  void statistic() {
    advance();
    StatisticDeclaration result;
    result.name = name("the name of the statistic");
    if (!accept("=")) fail(fmt::format("expected '=', but found {}; stat NAME = ewma(SIGNAL, 0.9);", found()));
    result.kind = name("a kind of statistic, such as ewma");
    expect("(", "after the kind of statistic");
    result.source = name("a signal or a feature");
    if (accept(".")) {
      result.decision = result.source;
      result.source = name("a feature");
    }
    if (accept(",")) result.argument = expression();
    result.end = token_.place;
    expect(")", "to end the statistic");
    expect(";", "after the statistic");
    tree_.statistics.push_back(result);
  }

  void rule() {
    RuleDeclaration result;
    result.kind = token_.is("rank") ? DecisionKind::rank : DecisionKind::value;
    advance();
    result.decision = name("the name of a decision");
    expect("(", "before the features that the rule reads");
    while (!token_.is(")")) {
      result.parameters.push_back(name("the name of a feature"));
      if (!accept(",")) break;
    }
    expect(")", "after the features that the rule reads");
    if (accept("by")) result.mode = name("a mode of the decision");
    result.body = block("to open the rule", &result);
    result.end = last_brace_;
    tree_.rules.push_back(std::move(result));
  }

  /// With a rule: its outermost block, which its contract opens.
  BlockId block(std::string_view purpose, RuleDeclaration* rule = nullptr) {
    const Level level(*this);
    const Place open = token_.place;
    expect("{", purpose);
    while (rule != nullptr && (token_.is("require") || token_.is("ensure"))) {
      if (rule->clauses.size() >= max_clauses) {
        fail(fmt::format("a rule's contract may have {} statements; this is one more", max_clauses));
      }
      rule->clauses.push_back(clause());
    }
    Block statements;
    while (!token_.is("}")) {
      if (token_.kind == TokenKind::end) {
        fail(fmt::format("expected '}}' to close the block opened in line {}", open.line));
      }
      statements.push_back(statement());
    }
    last_brace_ = token_.place;
    advance();
    tree_.blocks.push_back(std::move(statements));
    return static_cast<BlockId>(tree_.blocks.size() - 1);
  }

  ClauseDeclaration clause() {
    ClauseDeclaration result;
    result.place = token_.place;
    const bool required = token_.is("require");
    advance();
    if (required) {
      result.value = expression();
    } else {
      property(result);
    }
    expect(";", required ? "after what is required" : "after what is ensured");
    return result;
  }

  void property(ClauseDeclaration& result) {
    result.kind = ClauseKind::holds;
    if (token_.is("increasing") || token_.is("decreasing")) {
      result.kind = token_.is("increasing") ? ClauseKind::increasing : ClauseKind::decreasing;
      advance();
      expect_word("in", "ensure increasing in FEATURE;");
      result.inputs.push_back(postfix());
    } else if (accept("invariant")) {
      result.kind = ClauseKind::scaling;
      for (std::string_view word : {"under", "scaling", "of"})
        expect_word(word, "ensure invariant under scaling of …;");
      do {
        result.inputs.push_back(postfix());
      } while (accept(","));
    } else if (accept("starves")) {
      result.kind = ClauseKind::starvation;
      constexpr std::string_view usage = "ensure starves none beyond N rounds as FEATURE grows by AMOUNT;";
      for (std::string_view word : {"none", "beyond"}) expect_word(word, usage);
      result.value = expression();
      for (std::string_view word : {"rounds", "as"}) expect_word(word, usage);
      result.inputs.push_back(postfix());
      for (std::string_view word : {"grows", "by"}) expect_word(word, usage);
      result.amount = expression();
    } else if (accept("robust")) {
      result.kind = ClauseKind::robust;
      expect_word("in", "ensure robust in FEATURE: CHANGE -> EFFECT;");
      result.inputs.push_back(postfix());
      expect(":", "before the change: ensure robust in FEATURE: CHANGE -> EFFECT;");
      result.value = expression();
      if (accept("->")) result.amount = expression();
    } else {
      result.value = expression();
    }
  }

  StatementId add(const Statement& statement) {
    tree_.statements.push_back(statement);
    return static_cast<StatementId>(tree_.statements.size() - 1);
  }

  StatementId statement() {
    Statement result;
    result.place = token_.place;
    if (accept("let")) {
      result.kind = StatementKind::declare;
      result.name = name("a name to declare");
      if (!token_.is("=")) fail(fmt::format("expected '=', but found {}; let NAME = VALUE;", found()));
      advance();
      result.value = expression();
      expect(";", "after the declaration");
      return add(result);
    }
    if (accept("return")) {
      result.kind = StatementKind::answer;
      result.value = expression();
      expect(";", "after the returned value");
      return add(result);
    }
    if (token_.is("if")) return branch();
    if (token_.is("for")) return loop();
    return assignment();
  }

  StatementId branch() {
    const Level level(*this);
    Statement result;
    result.kind = StatementKind::branch;
    result.place = token_.place;
    advance();
    result.value = expression();
    result.body = block("after the condition (a block always has braces)");
    if (accept("else")) {
      if (token_.is("if")) {
        const StatementId nested = branch();
        tree_.blocks.push_back({nested});
        result.other = static_cast<BlockId>(tree_.blocks.size() - 1);
      } else {
        result.other = block("after 'else' (a block always has braces)");
      }
    }
    return add(result);
  }

  StatementId loop() {
    Statement result;
    result.kind = StatementKind::iterate;
    result.place = token_.place;
    advance();
    result.name = name("the name of a loop variable");
    if (!accept("in")) fail(fmt::format("expected 'in', but found {}; for i in 0..4 {{ … }}", found()));
    result.value = expression();
    if (!accept(".."))
      fail(fmt::format("expected '..', but found {}; for i in 0..4 {{ … }} runs for 0, 1, 2 and 3", found()));
    result.end = expression();
    result.body = block("after the range");
    return add(result);
  }

  StatementId assignment() {
    static constexpr std::array<std::pair<std::string_view, Operator>, 4> compound{
        {{"+=", Operator::add}, {"-=", Operator::subtract}, {"*=", Operator::multiply}, {"/=", Operator::divide}}};
    const Token start = token_;
    if (token_.kind != TokenKind::name || is_keyword(token_.text)) {
      if (const std::string words = foreign_word_advice(token_); !words.empty()) fail(words);
      fail(fmt::format("expected a statement (let, if, for, return or an assignment), but found {}", found()));
    }
    Statement result{.kind = StatementKind::assign, .place = start.place, .name = {start.text, start.place}};
    advance();
    for (const auto& [text, op] : compound) {
      const Place place = token_.place;
      if (!accept(text)) continue;
      const ExpressionId before = add({.kind = ExpressionKind::name, .place = start.place, .text = start.text});
      Expression changed{.kind = ExpressionKind::binary, .op = op, .place = place};
      changed.children = {before, expression(), none};
      result.value = add(std::move(changed));
      expect(";", "after the assignment");
      return add(result);
    }
    if (!accept("=")) {
      if (const std::string words = foreign_word_advice(start); !words.empty()) fail_at(start.place, words);
      fail_at(start.place, fmt::format("{} starts no statement; write 'let {} = …;' to declare a name, '{} = …;' to "
                                       "change it, or 'return …;' to answer",
                                       quoted(start.text), start.text.substr(0, 40), start.text.substr(0, 40)));
    }
    result.value = expression();
    expect(";", "after the assignment");
    return add(result);
  }

  ExpressionId add(Expression expression) {
    if (tree_.expressions.size() >= max_expressions) fail("the program is too large: over 100,000 expressions");
    tree_.expressions.push_back(std::move(expression));
    return static_cast<ExpressionId>(tree_.expressions.size() - 1);
  }

  ExpressionId expression() {
    const Level level(*this);
    const ExpressionId condition = binary(1);
    if (!token_.is("?")) return condition;
    Expression result{.kind = ExpressionKind::conditional, .place = token_.place};
    advance();
    const ExpressionId yes = expression();
    expect(":", "between the two values of a choice (c ? a : b)");
    result.children = {condition, yes, expression()};
    return add(std::move(result));
  }

  ExpressionId binary(int precedence) {
    ExpressionId left = precedence <= not_precedence && token_.is("not") ? negation() : unary();
    if (precedence > comparison_precedence) return operators(left, precedence);
    // Sums before a range, which is a comparison.
    left = operators(left, comparison_precedence + 1);
    if (token_.is("in")) left = range(left);
    return operators(left, precedence);
  }

  /// VALUE in [LOW, HIGH]: VALUE >= LOW and VALUE <= HIGH.
  ExpressionId range(ExpressionId value) {
    const Place place = token_.place;
    advance();
    expect("[", "to open a range: x in [LOW, HIGH]");
    Expression above{.kind = ExpressionKind::binary, .op = Operator::greater_equal, .place = place};
    above.children = {value, expression(), none};
    expect(",", "between the ends of a range: x in [LOW, HIGH]");
    Expression below{.kind = ExpressionKind::binary, .op = Operator::less_equal, .place = place};
    below.children = {value, expression(), none};
    expect("]", "to close the range");
    const BinaryOperator* next = find_operator(token_);
    if (next != nullptr && next->precedence == comparison_precedence)
      fail("comparisons do not chain; write a < b and b < c");
    Expression both{.kind = ExpressionKind::binary, .op = Operator::logical_and, .place = place};
    both.children[0] = add(std::move(above));
    both.children[1] = add(std::move(below));
    return add(std::move(both));
  }

  ExpressionId operators(ExpressionId left, int precedence) {
    for (const BinaryOperator* op = find_operator(token_); op != nullptr && op->precedence >= precedence;
         op = find_operator(token_)) {
      Expression result{.kind = ExpressionKind::binary, .op = op->op, .place = token_.place};
      advance();
      result.children = {left, binary(op->precedence + 1), none};
      left = add(std::move(result));
      const BinaryOperator* next = find_operator(token_);
      const bool chained =
          op->precedence == comparison_precedence && next != nullptr && next->precedence == comparison_precedence;
      if (chained) fail("comparisons do not chain; write a < b and b < c");
    }
    return left;
  }

  /// 'not' as a word takes a whole comparison.
  ExpressionId negation() {
    const Level level(*this);
    Expression result{.kind = ExpressionKind::logical_not, .place = token_.place};
    advance();
    result.children[0] = binary(not_precedence);
    return add(std::move(result));
  }

  ExpressionId unary() {
    if (token_.is("-") || token_.is("!")) {
      const Level level(*this);
      Expression result{.kind = token_.is("-") ? ExpressionKind::negate : ExpressionKind::logical_not,
                        .place = token_.place};
      advance();
      result.children[0] = unary();
      return add(std::move(result));
    }
    return power();
  }

  ExpressionId power() {
    const ExpressionId base = postfix();
    if (!token_.is("^")) return base;
    Expression result{.kind = ExpressionKind::power, .place = token_.place};
    advance();
    const double sign = accept("-") ? -1 : 1;
    const bool whole = token_.kind == TokenKind::number && token_.plain && token_.value == std::floor(token_.value) &&
                       token_.value <= max_dimension_exponent;
    if (!whole) {
      fail(fmt::format("expected a whole number up to {} after '^', but found {}; other exponents: pow(x, y)",
                       max_dimension_exponent, found()));
    }
    result.value = sign * token_.value;
    result.children[0] = base;
    advance();
    if (token_.is("^")) fail("powers do not chain; use parentheses");
    return add(std::move(result));
  }

  ExpressionId postfix() {
    ExpressionId result = primary();
    while (token_.is("[")) {
      Expression element{.kind = ExpressionKind::element, .place = token_.place};
      advance();
      element.children = {result, expression(), none};
      expect("]", "after the index");
      result = add(std::move(element));
    }
    return result;
  }

  ExpressionId primary() {
    const Token token = token_;
    if (token.kind == TokenKind::number) {
      advance();
      return add({.kind = ExpressionKind::number,
                  .plain = token.plain,
                  .dimension = token.dimension,
                  .place = token.place,
                  .text = token.text,
                  .value = token.value});
    }
    if (accept("(")) {
      const ExpressionId inner = expression();
      expect(")", fmt::format("to close '(' of line {}, column {}", token.place.line, token.place.column));
      return inner;
    }
    if (accept("true")) return add({.kind = ExpressionKind::boolean, .place = token.place, .value = 1});
    if (accept("false")) return add({.kind = ExpressionKind::boolean, .place = token.place, .value = 0});
    if (token.is("not")) fail("'not' needs parentheses here, or write '!'");
    if (token.is("if")) fail("a choice between values is written c ? a : b");
    if (token.kind != TokenKind::name || is_keyword(token.text)) {
      if (const std::string words = foreign_word_advice(token); !words.empty()) fail(words);
      fail(fmt::format("expected a value, but found {}", found()));
    }
    advance();
    if (!token_.is("(")) return add({.kind = ExpressionKind::name, .place = token.place, .text = token.text});
    return call(token);
  }

  ExpressionId call(const Token& function) {
    Expression result{.kind = ExpressionKind::call, .place = function.place, .text = function.text};
    advance();
    while (!token_.is(")")) {
      result.arguments.push_back(expression());
      if (!accept(",")) break;
    }
    expect(")", fmt::format("after the arguments of {}", quoted(function.text)));
    return add(std::move(result));
  }

  const SourceText& source_;
  Lexer lexer_;
  Token token_;
  Place previous_end_;
  bool after_number_ = false;  ///< the token before had no unit
  Place last_brace_;
  std::size_t depth_ = 0;
  Tree tree_;
};

}  // namespace

syntax::Tree parse(const SourceText& source) { return Parser(source).parse(); }

bool is_keyword(std::string_view word) { return std::ranges::find(keywords, word) != keywords.end(); }

}  // namespace syswright::policy
