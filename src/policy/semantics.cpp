#include "policy/semantics.h"

#include <cassert>

namespace syswright::policy::semantics {

double apply(Op op, double a, double b, double c) {
  switch (op) {
    case Op::constant:
    case Op::input:
      break;
    case Op::add:
      return add(a, b);
    case Op::subtract:
      return subtract(a, b);
    case Op::multiply:
      return multiply(a, b);
    case Op::divide:
      return divide(a, b);
    case Op::negate:
      return -a;
    case Op::absolute:
      return std::fabs(a);
    case Op::minimum:
      return minimum(a, b);
    case Op::maximum:
      return maximum(a, b);
    case Op::square_root:
      return square_root(a);
    case Op::logarithm:
      return logarithm(a);
    case Op::exponential:
      return exponential(a);
    case Op::power:
      return power(a, b);
    case Op::floor:
      return std::floor(a);
    case Op::less:
      return a < b ? 1 : 0;
    case Op::less_equal:
      return a <= b ? 1 : 0;
    case Op::equal:
      return a == b ? 1 : 0;
    case Op::logical_and:
      return a != 0 && b != 0 ? 1 : 0;
    case Op::logical_or:
      return a != 0 || b != 0 ? 1 : 0;
    case Op::logical_not:
      return a == 0 ? 1 : 0;
    case Op::select:
      return a != 0 ? b : c;
  }
  assert(false && "constants and inputs are not applied");
  return 0;
}

}  // namespace syswright::policy::semantics
