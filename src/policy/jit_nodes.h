#pragma once

#include <initializer_list>
#include <vector>

#include "policy/jit_overflow.h"
#include "policy/program.h"

namespace llvm {
class IRBuilderBase;
class Type;
class Value;
}  // namespace llvm

namespace syswright::policy {

/// Emits the nodes of one graph as LLVM values of one shape: doubles, or vectors of jit_lanes doubles.
class NodeEmitter {
 public:
  enum class Shape { scalar, vector };
  NodeEmitter(llvm::IRBuilderBase& builder, const Graph& graph, const std::vector<Overflow>& overflows, Shape shape);

  /// Gives an input its value.
  void set(NodeId id, llvm::Value* number) { values_[id].number = number; }
  /// Takes a value over from a scalar emitter, the same in every lane.
  void spread(NodeId id, NodeEmitter& scalar);
  /// Emits a constant or an operation whose operands have values, at the builder's place.
  void emit(NodeId id);
  /// The node's value as a double or a vector of them; a boolean as 0 or 1.
  llvm::Value* number(NodeId id);

 private:
  /// A boolean is kept as compare instructions give it and turned into 0 or 1 only where a number is asked for.
  struct Value {
    llvm::Value* number = nullptr;
    llvm::Value* truth = nullptr;
    bool made_as_truth = false;  ///< then truth says all; otherwise number does
  };

  static Value truth_value(llvm::Value* value) { return {.truth = value, .made_as_truth = true}; }
  llvm::Value* truth(NodeId id);
  llvm::Value* constant(double value) const;
  Value operation(NodeId id);
  llvm::Value* clamped(llvm::Value* x, const Overflow& overflow);
  llvm::Value* quotient(llvm::Value* a, llvm::Value* b, const Overflow& overflow);
  llvm::Value* root_of(llvm::Value* x);
  llvm::Value* call(const char* name, std::initializer_list<llvm::Value*> arguments);
  llvm::Value* call_lanes(const char* name, std::initializer_list<llvm::Value*> arguments);
  Value choice(const Node& node);

  llvm::IRBuilderBase& builder_;
  const Graph& graph_;
  const std::vector<Overflow>& overflows_;
  Shape shape_;
  llvm::Type* type_;
  std::vector<Value> values_;
};

}  // namespace syswright::policy
