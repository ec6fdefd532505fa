#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/program.h"

namespace syswright::policy {

/// How a language writes the parts of an expression. Operands come ready to stand anywhere (in brackets if need be);
/// results are put in brackets by the caller.
class ExpressionSyntax {
 public:
  virtual ~ExpressionSyntax() = default;
  virtual std::string input(const Input& input) const = 0;
  virtual std::string action(std::size_t index) const = 0;
  virtual std::string boolean(bool value) const = 0;
  /// name: of a helper, "finite", "divide", "min", "max", "sqrt", "log", "exp", "pow", "floor" or "abs".
  virtual std::string call(std::string_view name, const std::string& arguments) const = 0;
  virtual std::string both(const std::string& a, const std::string& b) const = 0;
  virtual std::string either(const std::string& a, const std::string& b) const = 0;
  virtual std::string opposite(const std::string& a) const = 0;
  virtual std::string choice(const std::string& condition, const std::string& yes, const std::string& no) const = 0;
};

/// A rule as statements: what is used twice, or would nest too deep, has a name; the rest is written in place.
struct Statements {
  struct Definition {
    Type type;
    std::string name;  ///< t1, t2, …
    std::string text;
  };
  std::vector<Definition> definitions;
  std::string result;
};

/// Arithmetic is followed by "finite" unless it is proven not to overflow for any finite inputs.
Statements write_statements(const Rule& rule, const ExpressionSyntax& syntax);

/// Shortest decimal that reads back as the same double, with a point or an exponent, so that no language takes it for
/// an integer.
std::string number_literal(double value);

}  // namespace syswright::policy
