#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "policy/graph.h"

namespace syswright::policy {
namespace {

constexpr Type number{};
constexpr Type boolean{ValueKind::boolean, {}};

std::string hint(const Type& a, const Type& b) {
  if ((a.kind == ValueKind::boolean) != (b.kind == ValueKind::boolean)) {
    const bool mendable = a.kind != ValueKind::action && b.kind != ValueKind::action;
    return mendable ? "; a bool c becomes a number by c ? 1 : 0" : "";
  }
  if (a.kind != ValueKind::number || b.kind != ValueKind::number) return "";
  const Dimension dimension = a == number ? b.dimension : a.dimension;
  const bool one_is_number = a == number || b == number;
  if (!one_is_number) return "; divide each by a unit (1s, 1B, $1) to get numbers";
  if (dimension == time_dimension) return "; give the number a unit (3s, 5min, 2h) or divide the time by 1s";
  if (dimension == bytes_dimension) return "; give the number a unit (1B, 4KiB, 1MiB) or divide the bytes by 1B";
  if (dimension == money_dimension) return "; give the number a unit ($1) or divide the money by $1";
  return "; divide by units (1s, 1B, $1) to get a number";
}

[[noreturn]] void refuse_pair(Op op, const Type& a, const Type& b) {
  throw InputError(describe_mismatch(info(op).name, a, b));
}

void expect(Op op, const Type& type, const Type& wanted) {
  if (type == wanted) return;
  throw InputError(fmt::format("'{}' needs a {}, but has {}{}", info(op).name, to_string(wanted), to_string(type),
                               hint(type, wanted)));
}

void expect_quantity(Op op, const Type& type) {
  if (type.kind == ValueKind::number) return;
  throw InputError(fmt::format("'{}' needs a number, but has {}", info(op).name, to_string(type)));
}

Type quantity(Op op, std::optional<Dimension> dimension, std::span<const Type> operands) {
  if (dimension) return Type{ValueKind::number, *dimension};
  if (op == Op::square_root) {
    throw InputError(fmt::format("'sqrt' of {} has no dimension: every exponent must be even; divide by a unit first",
                                 to_string(operands[0])));
  }
  throw InputError(fmt::format("'{}' of {} and {} would pass the largest exponent of a dimension, {}", info(op).name,
                               to_string(operands[0]), to_string(operands[1]), max_dimension_exponent));
}

}  // namespace

std::string describe_mismatch(std::string_view operation, const Type& a, const Type& b) {
  if (a.kind == ValueKind::number && b.kind == ValueKind::number) {
    return fmt::format("'{}' needs two numbers of equal dimension, but has {} and {}{}", operation, to_string(a),
                       to_string(b), hint(a, b));
  }
  return fmt::format("'{}' cannot take {} and {}{}", operation, to_string(a), to_string(b), hint(a, b));
}

const OpInfo& info(Op op) {
  static constexpr std::array<OpInfo, 22> table{{
      {"constant", 0, false}, {"input", 0, false}, {"+", 2, true},    {"-", 2, false},   {"*", 2, true},
      {"/", 2, false},        {"-", 1, false},     {"abs", 1, false}, {"min", 2, true},  {"max", 2, true},
      {"sqrt", 1, false},     {"log", 1, false},   {"exp", 1, false}, {"pow", 2, false}, {"floor", 1, false},
      {"<", 2, false},        {"<=", 2, false},    {"==", 2, true},   {"and", 2, true},  {"or", 2, true},
      {"not", 1, false},      {"if", 3, false},
  }};
  return table[static_cast<std::size_t>(op)];
}

std::string to_string(const Type& type) {
  switch (type.kind) {
    case ValueKind::number:
      return to_string(type.dimension);
    case ValueKind::boolean:
      return "bool";
    case ValueKind::action:
      return "action";
  }
  return "";
}

Type result_type(Op op, std::span<const Type> operands) {
  if (operands.size() != info(op).arity) {
    throw InputError(fmt::format("'{}' takes {} operands, but has {}", info(op).name, info(op).arity, operands.size()));
  }
  switch (op) {
    case Op::constant:
    case Op::input:
      throw InputError("constants and inputs are not applied to operands");
    case Op::add:
    case Op::subtract:
    case Op::minimum:
    case Op::maximum:
      if (operands[0].kind != ValueKind::number || operands[0] != operands[1]) {
        refuse_pair(op, operands[0], operands[1]);
      }
      return operands[0];
    case Op::multiply:
    case Op::divide: {
      if (operands[0].kind != ValueKind::number || operands[1].kind != ValueKind::number) {
        refuse_pair(op, operands[0], operands[1]);
      }
      const Dimension a = operands[0].dimension;
      const Dimension b = operands[1].dimension;
      return quantity(op, op == Op::multiply ? multiply(a, b) : divide(a, b), operands);
    }
    case Op::negate:
    case Op::absolute:
      expect_quantity(op, operands[0]);
      return operands[0];
    case Op::square_root:
      expect_quantity(op, operands[0]);
      return quantity(op, square_root(operands[0].dimension), operands);
    case Op::logarithm:
    case Op::exponential:
    case Op::floor:
    case Op::power:
      for (const Type& operand : operands) expect(op, operand, number);
      return number;
    case Op::less:
    case Op::less_equal:
      if (operands[0].kind != ValueKind::number || operands[0] != operands[1]) {
        refuse_pair(op, operands[0], operands[1]);
      }
      return boolean;
    case Op::equal:
      if (operands[0] != operands[1]) refuse_pair(op, operands[0], operands[1]);
      return boolean;
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
      for (const Type& operand : operands) expect(op, operand, boolean);
      return boolean;
    case Op::select:
      expect(op, operands[0], boolean);
      if (operands[1] != operands[2]) refuse_pair(op, operands[1], operands[2]);
      return operands[1];
  }
  throw InputError("unknown operation");
}

}  // namespace syswright::policy
