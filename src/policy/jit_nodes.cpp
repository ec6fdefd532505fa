#include "policy/jit_nodes.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>

#include <string>

#include "policy/jit_math.h"
#include "policy/semantics.h"

namespace syswright::policy {

using Predicate = llvm::CmpInst::Predicate;

NodeEmitter::NodeEmitter(llvm::IRBuilderBase& builder, const Graph& graph, const std::vector<Overflow>& overflows,
                         Shape shape)
    : builder_(builder),
      graph_(graph),
      overflows_(overflows),
      shape_(shape),
      type_(builder.getDoubleTy()),
      values_(graph.size()) {
  if (shape == Shape::vector) type_ = llvm::FixedVectorType::get(type_, jit_lanes);
}

llvm::Value* NodeEmitter::constant(double value) const { return llvm::ConstantFP::get(type_, value); }

void NodeEmitter::spread(NodeId id, NodeEmitter& scalar) {
  const Value& value = scalar.values_[id];
  const auto splat = [&](llvm::Value* x) { return builder_.CreateVectorSplat(jit_lanes, x); };
  values_[id] = value.made_as_truth ? Value{.truth = splat(value.truth), .made_as_truth = true}
                                    : Value{.number = splat(value.number)};
}

void NodeEmitter::emit(NodeId id) { values_[id] = operation(id); }

llvm::Value* NodeEmitter::number(NodeId id) {
  Value& value = values_[id];
  if (!value.number) value.number = builder_.CreateSelect(value.truth, constant(1), constant(0));
  return value.number;
}

llvm::Value* NodeEmitter::truth(NodeId id) {
  Value& value = values_[id];
  if (!value.truth) value.truth = builder_.CreateFCmp(Predicate::FCMP_UNE, value.number, constant(0));
  return value.truth;
}

NodeEmitter::Value NodeEmitter::operation(NodeId id) {
  const Node& node = graph_[id];
  const Overflow& overflow = overflows_[id];
  const auto a = [&] { return number(node.arguments[0]); };
  const auto b = [&] { return number(node.arguments[1]); };
  const auto compare = [&](Predicate predicate) { return truth_value(builder_.CreateFCmp(predicate, a(), b())); };
  const auto first_if = [&](Predicate predicate) {
    return Value{.number = builder_.CreateSelect(builder_.CreateFCmp(predicate, a(), b()), a(), b())};
  };
  // Factors of one unit (1s, $1) matter to the checker and not to the value.
  const auto is_one = [&](NodeId operand) { return graph_[operand].op == Op::constant && graph_[operand].value == 1; };
  switch (node.op) {
    case Op::constant:
      return {.number = constant(node.value)};
    case Op::input:
      return values_[id];
    case Op::add:
      return {.number = clamped(builder_.CreateFAdd(a(), b()), overflow)};
    case Op::subtract:
      return {.number = clamped(builder_.CreateFSub(a(), b()), overflow)};
    case Op::multiply:
      if (is_one(node.arguments[0])) return {.number = b()};
      if (is_one(node.arguments[1])) return {.number = a()};
      return {.number = clamped(builder_.CreateFMul(a(), b()), overflow)};
    case Op::divide:
      if (is_one(node.arguments[1])) return {.number = a()};
      return {.number = quotient(a(), b(), overflow)};
    case Op::negate:
      return {.number = builder_.CreateFNeg(a())};
    case Op::absolute:
      return {.number = builder_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a())};
    case Op::minimum:
      return first_if(Predicate::FCMP_OLT);
    case Op::maximum:
      return first_if(Predicate::FCMP_OGT);
    case Op::square_root:
      return {.number = root_of(a())};
    case Op::logarithm:
      return {.number = call("syswright_log", {a()})};
    case Op::exponential:
      return {.number = call("syswright_exp", {a()})};
    case Op::power:
      return {.number = call("syswright_pow", {a(), b()})};
    case Op::floor:
      return {.number = builder_.CreateUnaryIntrinsic(llvm::Intrinsic::floor, a())};
    case Op::less:
      return compare(Predicate::FCMP_OLT);
    case Op::less_equal:
      return compare(Predicate::FCMP_OLE);
    case Op::equal:
      return compare(Predicate::FCMP_OEQ);
    case Op::logical_and:
      return truth_value(builder_.CreateAnd(truth(node.arguments[0]), truth(node.arguments[1])));
    case Op::logical_or:
      return truth_value(builder_.CreateOr(truth(node.arguments[0]), truth(node.arguments[1])));
    case Op::logical_not:
      return truth_value(builder_.CreateNot(truth(node.arguments[0])));
    case Op::select:
      return choice(node);
  }
  llvm_unreachable("every operation is handled above");
}

NodeEmitter::Value NodeEmitter::choice(const Node& node) {
  const auto [condition, if_true, if_false] = node.arguments;
  llvm::Value* chosen = truth(condition);
  if (values_[if_true].made_as_truth && values_[if_false].made_as_truth)
    return truth_value(builder_.CreateSelect(chosen, truth(if_true), truth(if_false)));
  return {.number = builder_.CreateSelect(chosen, number(if_true), number(if_false))};
}

/// Each compare and select pair becomes one minimum or maximum instruction. The operands of arithmetic are finite, so
/// its result is never NaN (a quotient by zero is seen to elsewhere).
llvm::Value* NodeEmitter::clamped(llvm::Value* x, const Overflow& overflow) {
  const auto limit = [&](bool needed, Predicate predicate, double bound) {
    if (needed) x = builder_.CreateSelect(builder_.CreateFCmp(predicate, x, constant(bound)), x, constant(bound));
  };
  limit(overflow.above, Predicate::FCMP_OLT, semantics::largest);
  limit(overflow.below, Predicate::FCMP_OGT, -semantics::largest);
  return x;
}

/// x / +0 is an infinity with the sign of x, which the clamp makes right, or NaN if x is 0.
llvm::Value* NodeEmitter::quotient(llvm::Value* a, llvm::Value* b, const Overflow& overflow) {
  if (!overflow.zero_divisor) return clamped(builder_.CreateFDiv(a, b), overflow);
  llvm::Value* divisor = builder_.CreateFAdd(b, constant(0.0));  // -0 becomes +0
  llvm::Value* result = builder_.CreateFDiv(a, divisor);
  llvm::Value* is_number = builder_.CreateFCmp(Predicate::FCMP_ORD, result, result);
  return builder_.CreateSelect(is_number, clamped(result, overflow), constant(0.0));
}

llvm::Value* NodeEmitter::root_of(llvm::Value* x) {
  llvm::Value* positive = builder_.CreateFCmp(Predicate::FCMP_OGT, x, constant(0));
  return builder_.CreateSelect(positive, builder_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x), constant(0));
}

llvm::Value* NodeEmitter::call(const char* name, std::initializer_list<llvm::Value*> arguments) {
  if (shape_ == Shape::vector) return call_lanes(name, arguments);
  llvm::Module& module = *builder_.GetInsertBlock()->getModule();
  const std::vector<llvm::Type*> types(arguments.size(), type_);
  return builder_.CreateCall(module.getOrInsertFunction(name, llvm::FunctionType::get(type_, types, false)),
                             std::vector(arguments));
}

/// The lanes pass through memory to one call, so that what else is alive is saved once and not once a lane.
llvm::Value* NodeEmitter::call_lanes(const char* name, std::initializer_list<llvm::Value*> arguments) {
  llvm::BasicBlock& entry = builder_.GetInsertBlock()->getParent()->getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  std::vector<llvm::Value*> places;
  for (llvm::Value* argument : arguments) {
    places.push_back(at_entry.CreateAlloca(type_));
    builder_.CreateStore(argument, places.back());
  }
  llvm::Module& module = *builder_.GetInsertBlock()->getModule();
  const std::vector<llvm::Type*> types(arguments.size(), builder_.getPtrTy());
  auto* type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
  builder_.CreateCall(module.getOrInsertFunction(std::string(name) + "_lanes", type), places);
  return builder_.CreateLoad(type_, places.front());
}

}  // namespace syswright::policy
