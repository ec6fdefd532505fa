#include "policy/jit.h"

#include <fmt/format.h>
#include <llvm/Support/MemoryBuffer.h>

#include "policy/jit_emit.h"
#include "policy/jit_link.h"
#include "policy/jit_target.h"

namespace syswright::policy {
namespace {

std::string scalar_name(std::size_t rule) { return fmt::format("scalar_{}", rule); }
std::string batch_name(std::size_t rule) { return fmt::format("batch_{}", rule); }

std::unique_ptr<llvm::MemoryBuffer> generate(const Program& program, JitParts parts) {
  return CodeGeneratorPool::host().generate([&](llvm::Module& module) {
    for (std::size_t i = 0; i < program.rules().size(); ++i) {
      if (parts != JitParts::batch) emit_scalar(module, program.rules()[i], scalar_name(i));
      if (parts != JitParts::scalar) emit_batch(module, program.rules()[i], batch_name(i));
    }
  });
}

}  // namespace

struct CompiledProgram::Implementation {
  Implementation(const Program& program, JitParts parts) : code(generate(program, parts)) {
    for (std::size_t i = 0; i < program.rules().size(); ++i) {
      CompiledRule& rule = rules.emplace_back();
      if (parts != JitParts::batch) rule.scalar = find<CompiledRule::Scalar>(scalar_name(i));
      if (parts != JitParts::scalar) rule.batch = find<CompiledRule::Batch>(batch_name(i));
    }
  }
  template <typename Function>
  Function find(const std::string& name) const {
    return reinterpret_cast<Function>(code.find(name));
  }
  JitCode code;
  std::vector<CompiledRule> rules;
};

std::string jit_object_file(const Program& program, JitParts parts) {
  return generate(program, parts)->getBuffer().str();
}

CompiledProgram::CompiledProgram(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
CompiledProgram::~CompiledProgram() = default;

const std::vector<CompiledRule>& CompiledProgram::rules() const { return implementation_->rules; }

std::shared_ptr<const CompiledProgram> jit_compile(const Program& program, JitParts parts) {
  auto implementation = std::make_unique<CompiledProgram::Implementation>(program, parts);
  return std::shared_ptr<const CompiledProgram>(new CompiledProgram(std::move(implementation)));
}

}  // namespace syswright::policy
