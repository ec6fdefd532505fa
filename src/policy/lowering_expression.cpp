#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "policy/compile.h"
#include "policy/lowering.h"

namespace syswright::policy {

using namespace syntax;

namespace {

constexpr Type boolean{ValueKind::boolean, {}};

struct Function {
  std::string_view name;
  std::size_t least;  ///< arguments
  std::size_t most;
  std::string_view usage;
};
constexpr std::size_t any_number = 1000;
constexpr std::array<Function, 13> functions{{
    {"min", 2, any_number, "min(a, b, …) or min(array)"},
    {"max", 2, any_number, "max(a, b, …) or max(array)"},
    {"abs", 1, 1, "abs(x)"},
    {"sqrt", 1, 1, "sqrt(x)"},
    {"log", 1, 1, "log(x), the natural logarithm"},
    {"exp", 1, 1, "exp(x)"},
    {"pow", 2, 2, "pow(x, y)"},
    {"floor", 1, 1, "floor(x)"},
    {"clamp", 3, 3, "clamp(x, low, high)"},
    {"sum", 1, 1, "sum(array)"},
    {"mean", 1, 1, "mean(array)"},
    {"len", 1, 1, "len(array)"},
    {"at", 2, 2, "at(array, index)"},
}};

const Function* find_function(std::string_view name) {
  const auto found = std::ranges::find(functions, name, &Function::name);
  return found == functions.end() ? nullptr : &*found;
}

std::optional<Op> unary_operation(std::string_view function) {
  static constexpr std::array<std::pair<std::string_view, Op>, 5> table{{{"abs", Op::absolute},
                                                                         {"sqrt", Op::square_root},
                                                                         {"log", Op::logarithm},
                                                                         {"exp", Op::exponential},
                                                                         {"floor", Op::floor}}};
  for (const auto& [name, op] : table) {
    if (name == function) return op;
  }
  return std::nullopt;
}

}  // namespace

std::span<const std::string> function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Function& function : functions) result.emplace_back(function.name);
    return result;
  }();
  return names;
}

Lowering::Value Lowering::number(double value, Dimension dimension) {
  return {.node = builder_.constant(value, Type{ValueKind::number, dimension}), .known = true};
}

void Lowering::agree(Value& a, Value& b) {
  if (type(a) == type(b)) return;
  if (a.any_zero && type(b).kind == ValueKind::number) {
    a = number(0, type(b).dimension);
  } else if (b.any_zero && type(a).kind == ValueKind::number) {
    b = number(0, type(a).dimension);
  }
}

Lowering::Value Lowering::apply(Op op, std::initializer_list<Value> operands, Place place) {
  std::array<NodeId, 3> nodes{};
  std::size_t count = 0;
  bool known = true;
  for (const Value& operand : operands) {
    nodes[count++] = operand.node;
    known = known && operand.known;
  }
  try {
    return {.node = builder_.apply(op, std::span(nodes).first(count)), .known = known};
  } catch (const InputError& error) {
    source_.fail(place, error.what());
  }
}

Lowering::Value Lowering::choose(NodeId condition, Value yes, Value no, Place place) {
  agree(yes, no);
  Value result = apply(Op::select, {Value{condition}, yes, no}, place);
  result.any_zero = yes.any_zero && no.any_zero;
  result.known = false;
  return result;
}

Lowering::Value Lowering::condition(ExpressionId id) {
  const Value value = evaluate(id);
  if (type(value) != boolean) {
    source_.fail(
        tree_.expressions[id].place,
        fmt::format("a condition is true or false, but this is {}; compare it, as in x > 0", to_string(type(value))));
  }
  return value;
}

Lowering::Value Lowering::evaluate(ExpressionId id) {
  const Expression& expression = tree_.expressions[id];
  count_steps(1, expression.place);
  switch (expression.kind) {
    case ExpressionKind::number: {
      Value value = number(expression.value, expression.dimension);
      value.any_zero = expression.plain && expression.value == 0;
      return value;
    }
    case ExpressionKind::boolean:
      return {.node = builder_.constant(expression.value, boolean), .known = true};
    case ExpressionKind::name:
      return evaluate_name(id);
    case ExpressionKind::call:
      return evaluate_call(id);
    case ExpressionKind::element:
      return evaluate_element(expression.children[0], expression.children[1], expression.place);
    case ExpressionKind::negate: {
      const Value operand = evaluate(expression.children[0]);
      return operand.any_zero ? operand : apply(Op::negate, {operand}, expression.place);
    }
    case ExpressionKind::logical_not:
      return apply(Op::logical_not, {condition(expression.children[0])}, expression.place);
    case ExpressionKind::binary:
      return evaluate_chain(id);
    case ExpressionKind::power:
      return evaluate_power(expression);
    case ExpressionKind::conditional:
      return evaluate_conditional(expression);
  }
  return {};
}

/// a + b - c … leans to the left as far as it is long: no recursion for the left operands.
Lowering::Value Lowering::evaluate_chain(ExpressionId id) {
  std::vector<ExpressionId> chain;
  for (; tree_.expressions[id].kind == ExpressionKind::binary; id = tree_.expressions[id].children[0]) {
    chain.push_back(id);
  }
  Value left = evaluate(id);
  for (std::size_t i = chain.size(); i-- > 0;) {
    const Expression& expression = tree_.expressions[chain[i]];
    count_steps(1, expression.place);
    left = binary(expression.op, left, evaluate(expression.children[1]), expression.place);
  }
  return left;
}

Lowering::Value Lowering::binary(Operator op, Value left, Value right, Place place) {
  if (op != Operator::multiply && op != Operator::divide) agree(left, right);
  const bool both_zero = left.any_zero && right.any_zero;
  switch (op) {
    case Operator::add:
    case Operator::subtract: {
      Value result = apply(op == Operator::add ? Op::add : Op::subtract, {left, right}, place);
      result.any_zero = both_zero;
      return result;
    }
    case Operator::multiply:
      return apply(Op::multiply, {left, right}, place);
    case Operator::divide:
      return apply(Op::divide, {left, right}, place);
    case Operator::logical_and:
      return apply(Op::logical_and, {left, right}, place);
    case Operator::logical_or:
      return apply(Op::logical_or, {left, right}, place);
    default:
      break;
  }
  const bool order = op != Operator::equal && op != Operator::not_equal;
  if (type(left) != type(right) || (order && type(left).kind != ValueKind::number)) {
    source_.fail(place, describe_mismatch(spelling(op), type(left), type(right)));
  }
  switch (op) {
    case Operator::less:
      return apply(Op::less, {left, right}, place);
    case Operator::less_equal:
      return apply(Op::less_equal, {left, right}, place);
    case Operator::greater:
      return apply(Op::less, {right, left}, place);
    case Operator::greater_equal:
      return apply(Op::less_equal, {right, left}, place);
    case Operator::equal:
      return apply(Op::equal, {left, right}, place);
    default:
      return apply(Op::logical_not, {apply(Op::equal, {left, right}, place)}, place);
  }
}

Lowering::Value Lowering::evaluate_name(ExpressionId id) {
  const std::string_view name = tree_.expressions[id].text;
  if (output_ && name == "output") return {.node = builder_.input(static_cast<std::uint32_t>(inputs_.size()))};
  if (const auto slot = slots_.find(name); slot != slots_.end()) return values_[slot->second];
  if (const auto parameter = parameters_.find(name); parameter != parameters_.end()) {
    const Feature& feature = decision_.features[parameter->second];
    if (feature.length == 0) return input_of(parameter->second, 0);
    source_.fail(tree_.expressions[id].place,
                 fmt::format("'{}' is an array of {}; take one element ({}[0]) or summarise it (sum, mean, min, max)",
                             name, feature.length, name));
  }
  const auto statistic = std::ranges::find(statistics_, name, &Statistic::name);
  if (statistic != statistics_.end()) {
    return {.node = builder_.input(first_statistic_ + static_cast<std::uint32_t>(statistic - statistics_.begin()))};
  }
  const auto action = std::ranges::find(decision_.actions, name);
  if (action != decision_.actions.end()) {
    const auto index = static_cast<double>(action - decision_.actions.begin());
    return {.node = builder_.constant(index, Type{ValueKind::action, {}})};
  }
  fail_unknown(name, id);
}

void Lowering::fail_unknown(std::string_view name, ExpressionId id) const {
  const auto fail = [&](const std::string& problem) { source_.fail(tree_.expressions[id].place, problem); };
  if (decision_.find_feature(name)) {
    std::vector<std::string> parameters;
    for (const Name& parameter : rule_.parameters) parameters.emplace_back(parameter.text);
    parameters.emplace_back(name);
    fail(fmt::format("'{}' is a feature of '{}' that the rule does not name; add it to the parameter list: {} {}({})",
                     name, decision_.name, rule_.kind == DecisionKind::rank ? "rank" : "value", decision_.name,
                     fmt::join(parameters, ", ")));
  }
  if (find_function(name) != nullptr)
    fail(fmt::format("'{}' is a function; call it: {}", name, find_function(name)->usage));
  if (signature_.find_signal(name)) {
    fail(fmt::format("'{}' is a signal; rules read it through a statistic, such as stat NAME = ewma({}, 0.9);", name,
                     name));
  }
  if (ever_declared_.contains(name)) {
    fail(fmt::format("{} is declared inside a block that has ended; declare it before the block", quoted(name)));
  }
  std::vector<std::string> choices;
  if (output_) choices.emplace_back("output");
  for (std::string_view local : locals_) choices.emplace_back(local.substr(0, 100));
  for (const Name& parameter : rule_.parameters) choices.emplace_back(parameter.text);
  for (const Statistic& statistic : statistics_) choices.push_back(statistic.name);
  for (const std::string& action : decision_.actions) choices.push_back(action);
  std::string advice = did_you_mean(name.substr(0, 100), choices);
  if (advice.empty()) {
    std::vector<std::string> features;
    for (const Feature& feature : decision_.features) features.push_back(feature.name);
    advice = advise(name, features, fmt::format("features of '{}'", decision_.name));
  }
  source_.fail(tree_.expressions[id].place, fmt::format("unknown name {}{}", quoted(name), advice));
}

Lowering::Value Lowering::evaluate_conditional(const Expression& expression) {
  const Value decided = condition(expression.children[0]);
  if (decided.known) return evaluate(expression.children[builder_[decided.node].value != 0 ? 1 : 2]);
  const Value yes = evaluate(expression.children[1]);
  Value no = evaluate(expression.children[2]);
  Value same = yes;
  agree(same, no);
  if (type(same) != type(no)) {
    source_.fail(expression.place, fmt::format("both values of a choice have one type, but these are {} and {}",
                                               to_string(type(same)), to_string(type(no))));
  }
  return choose(decided.node, same, no, expression.place);
}

Lowering::Value Lowering::evaluate_power(const Expression& expression) {
  const Value base = evaluate(expression.children[0]);
  const int exponent = static_cast<int>(expression.value);
  Value result = number(1);
  for (int i = 0; i < std::abs(exponent); ++i)
    result = i == 0 ? base : apply(Op::multiply, {result, base}, expression.place);
  result.any_zero = false;
  return exponent < 0 ? apply(Op::divide, {number(1), result}, expression.place) : result;
}

std::optional<std::size_t> Lowering::named_array(ExpressionId id) const {
  const Expression& expression = tree_.expressions[id];
  if (expression.kind != ExpressionKind::name) return std::nullopt;
  const auto parameter = parameters_.find(expression.text);
  if (parameter == parameters_.end() || decision_.features[parameter->second].length == 0) return std::nullopt;
  return parameter->second;
}

Lowering::Value Lowering::input_of(std::size_t feature, std::size_t element) {
  return {.node = builder_.input(first_inputs_.at(feature) + static_cast<std::uint32_t>(element))};
}

Lowering::Value Lowering::evaluate_element(ExpressionId array, ExpressionId index, Place place) {
  const auto feature = named_array(array);
  if (!feature) {
    // An unknown name has its own message.
    if (tree_.expressions[array].kind == ExpressionKind::name) evaluate(array);
    source_.fail(place, "only an array feature has elements");
  }
  const long element = whole_number(index, "an index");
  const Feature& found = decision_.features[*feature];
  if (element < 0 || element >= static_cast<long>(found.length)) {
    source_.fail(tree_.expressions[index].place,
                 fmt::format("'{}' has elements 0 to {}, not {}", found.name, found.length - 1, element));
  }
  return input_of(*feature, static_cast<std::size_t>(element));
}

Lowering::Value Lowering::evaluate_array_call(const Expression& call, std::size_t feature) {
  const Feature& array = decision_.features[feature];
  if (call.text == "len") return number(static_cast<double>(array.length));
  const Op op = call.text == "min" ? Op::minimum : call.text == "max" ? Op::maximum : Op::add;
  Value result = input_of(feature, 0);
  for (std::size_t i = 1; i < array.length; ++i) {
    count_steps(1, call.place);
    result = apply(op, {result, input_of(feature, i)}, call.place);
  }
  if (call.text != "mean") return result;
  return apply(Op::divide, {result, number(static_cast<double>(array.length))}, call.place);
}

Lowering::Value Lowering::evaluate_call(ExpressionId id) {
  const Expression& call = tree_.expressions[id];
  const Function* function = find_function(call.text);
  if (function == nullptr) {
    if (slots_.contains(call.text) || parameters_.contains(call.text)) {
      source_.fail(call.place, fmt::format("{} is a value, not a function", quoted(call.text)));
    }
    source_.fail(call.place, fmt::format("unknown function {}{}", quoted(call.text),
                                         advise(call.text, function_names(), "functions")));
  }
  const auto& arguments = call.arguments;
  const bool takes_array = function->usage.find("array") != std::string_view::npos;
  const auto array = arguments.empty() || !takes_array ? std::nullopt : named_array(arguments[0]);
  if (array && arguments.size() == 1 && call.text != "at") return evaluate_array_call(call, *array);
  if (arguments.size() < function->least || arguments.size() > function->most) {
    source_.fail(call.place, fmt::format("'{}' has {} argument{}; use {}", call.text, arguments.size(),
                                         arguments.size() == 1 ? "" : "s", function->usage));
  }
  if (call.text == "at") return evaluate_element(arguments[0], arguments[1], call.place);
  const Value first = evaluate(arguments[0]);
  if (const auto op = unary_operation(call.text)) return apply(*op, {first}, call.place);
  if (call.text == "pow") return apply(Op::power, {first, evaluate(arguments[1])}, call.place);
  const auto extremum = [&](Op op, Value a, Value b) {
    agree(a, b);
    Value result = apply(op, {a, b}, call.place);
    result.any_zero = a.any_zero && b.any_zero;
    return result;
  };
  if (call.text == "clamp") {
    const Value raised = extremum(Op::maximum, first, evaluate(arguments[1]));
    return extremum(Op::minimum, raised, evaluate(arguments[2]));
  }
  if (call.text != "min" && call.text != "max") {
    source_.fail(tree_.expressions[arguments[0]].place, fmt::format("'{}' takes an array feature", call.text));
  }
  Value result = first;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    result = extremum(call.text == "min" ? Op::minimum : Op::maximum, result, evaluate(arguments[i]));
  }
  return result;
}

}  // namespace syswright::policy
