#include "policy/jit_emit.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include "policy/jit_math.h"
#include "policy/jit_nodes.h"

namespace syswright::policy {
namespace {

class RuleEmitter {
 public:
  RuleEmitter(llvm::Module& module, const Rule& rule)
      : module_(module), builder_(module.getContext()), rule_(rule), overflows_(find_overflows(rule)) {}

  void scalar(const std::string& name) {
    llvm::Function* scalar = function(name, builder_.getDoubleTy(), {builder_.getPtrTy()});
    builder_.SetInsertPoint(block(scalar, "entry"));
    NodeEmitter emitter(builder_, rule_.graph, overflows_, NodeEmitter::Shape::scalar);
    for (NodeId id = 0; id < rule_.graph.size(); ++id) {
      const Node& node = rule_.graph[id];
      node.op == Op::input ? emitter.set(id, load_double(scalar->getArg(0), node.input)) : emitter.emit(id);
    }
    builder_.CreateRet(emitter.number(rule_.graph.root()));
  }

  /// The last block of lanes is moved back to end with the last candidate: some results are then computed twice, to the
  /// same bits, and no code is needed for a remainder. Fewer candidates than lanes are filled up by a helper, which
  /// calls the function again.
  void batch(const std::string& name) {
    llvm::Type* pointer = builder_.getPtrTy();
    batch_ = function(name, builder_.getVoidTy(), {pointer, pointer, pointer, builder_.getInt64Ty()});
    for (unsigned i = 0; i < 3; ++i) batch_->addParamAttr(i, llvm::Attribute::NoAlias);
    llvm::BasicBlock* entry = block(batch_, "entry");
    llvm::BasicBlock* few = block(batch_, "few");
    llvm::BasicBlock* many = block(batch_, "many");
    builder_.SetInsertPoint(entry);
    builder_.CreateCondBr(builder_.CreateICmpULT(count(), lanes(jit_lanes)), few, many);
    emit_few(few);
    emit_many(many);
  }

 private:
  llvm::Value* globals() { return batch_->getArg(0); }
  llvm::Value* columns() { return batch_->getArg(1); }
  llvm::Value* out() { return batch_->getArg(2); }
  llvm::Value* count() { return batch_->getArg(3); }
  llvm::Value* lanes(std::uint64_t n) { return builder_.getInt64(n); }

  llvm::Function* function(const std::string& name, llvm::Type* result, llvm::ArrayRef<llvm::Type*> parameters) {
    auto* type = llvm::FunctionType::get(result, parameters, false);
    auto* made = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
    made->addFnAttr(llvm::Attribute::NoUnwind);
    return made;
  }
  llvm::BasicBlock* block(llvm::Function* of, const char* name) {
    return llvm::BasicBlock::Create(module_.getContext(), name, of);
  }
  llvm::Value* load_double(llvm::Value* array, std::uint64_t index) {
    llvm::Value* place = builder_.CreateConstInBoundsGEP1_64(builder_.getDoubleTy(), array, index);
    return builder_.CreateLoad(builder_.getDoubleTy(), place);
  }

  void emit_few(llvm::BasicBlock* few) {
    builder_.SetInsertPoint(few);
    const std::vector<llvm::Value*> arguments{batch_, globals(), columns(),
                                              out(),  count(),   lanes(rule_.inputs.size() - rule_.global_inputs)};
    std::vector<llvm::Type*> types;
    for (llvm::Value* argument : arguments) types.push_back(argument->getType());
    auto* type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
    builder_.CreateCall(module_.getOrInsertFunction("syswright_batch_few", type), arguments);
    builder_.CreateRetVoid();
  }

  void emit_many(llvm::BasicBlock* many) {
    llvm::BasicBlock* loop = block(batch_, "loop");
    llvm::BasicBlock* done = block(batch_, "done");
    builder_.SetInsertPoint(many);
    const std::vector<bool> varies = find_varying();
    NodeEmitter vector(builder_, rule_.graph, overflows_, NodeEmitter::Shape::vector);
    emit_globals(varies, vector);
    const std::vector<llvm::Value*> bases = load_columns();
    llvm::Value* last = builder_.CreateSub(count(), lanes(jit_lanes));
    builder_.CreateBr(loop);

    builder_.SetInsertPoint(loop);
    llvm::PHINode* start = builder_.CreatePHI(builder_.getInt64Ty(), 2);
    start->addIncoming(lanes(0), many);
    emit_body(varies, vector, bases, start);
    llvm::Value* next = builder_.CreateAdd(start, lanes(jit_lanes));
    llvm::Value* fits = builder_.CreateICmpULT(next, last);
    start->addIncoming(builder_.CreateSelect(fits, next, last), loop);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, count()), loop, done);

    builder_.SetInsertPoint(done);
    builder_.CreateRetVoid();
  }

  /// Which nodes depend on a candidate; the others are computed once, before the loop.
  std::vector<bool> find_varying() const {
    std::vector<bool> varies(rule_.graph.size());
    for (NodeId id = 0; id < varies.size(); ++id) {
      const Node& node = rule_.graph[id];
      varies[id] = node.op == Op::input && node.input >= rule_.global_inputs;
      for (NodeId operand : node.operands()) varies[id] = varies[id] || varies[operand];
    }
    return varies;
  }

  void emit_globals(const std::vector<bool>& varies, NodeEmitter& vector) {
    NodeEmitter once(builder_, rule_.graph, overflows_, NodeEmitter::Shape::scalar);
    for (NodeId id = 0; id < varies.size(); ++id) {
      if (varies[id]) continue;
      const Node& node = rule_.graph[id];
      node.op == Op::input ? once.set(id, load_double(globals(), node.input)) : once.emit(id);
      node.op == Op::constant ? vector.emit(id) : vector.spread(id, once);
    }
  }

  std::vector<llvm::Value*> load_columns() {
    std::vector<llvm::Value*> bases;
    for (std::size_t i = rule_.global_inputs; i < rule_.inputs.size(); ++i) {
      llvm::Value* place = builder_.CreateConstInBoundsGEP1_64(builder_.getPtrTy(), columns(), i - rule_.global_inputs);
      bases.push_back(builder_.CreateLoad(builder_.getPtrTy(), place));
    }
    return bases;
  }

  void emit_body(const std::vector<bool>& varies, NodeEmitter& vector, const std::vector<llvm::Value*>& bases,
                 llvm::Value* start) {
    const llvm::Align alignment(alignof(double));
    auto* lanes_type = llvm::FixedVectorType::get(builder_.getDoubleTy(), jit_lanes);
    for (NodeId id = 0; id < varies.size(); ++id) {
      if (!varies[id]) continue;
      const Node& node = rule_.graph[id];
      if (node.op != Op::input) {
        vector.emit(id);
        continue;
      }
      llvm::Value* place =
          builder_.CreateInBoundsGEP(builder_.getDoubleTy(), bases[node.input - rule_.global_inputs], start);
      vector.set(id, builder_.CreateAlignedLoad(lanes_type, place, alignment));
    }
    llvm::Value* place = builder_.CreateInBoundsGEP(builder_.getDoubleTy(), out(), start);
    builder_.CreateAlignedStore(vector.number(rule_.graph.root()), place, alignment);
  }

  llvm::Module& module_;
  llvm::IRBuilder<> builder_;
  const Rule& rule_;
  std::vector<Overflow> overflows_;
  llvm::Function* batch_ = nullptr;
};

}  // namespace

void emit_scalar(llvm::Module& module, const Rule& rule, const std::string& name) {
  RuleEmitter(module, rule).scalar(name);
}

void emit_batch(llvm::Module& module, const Rule& rule, const std::string& name) {
  RuleEmitter(module, rule).batch(name);
}

}  // namespace syswright::policy
