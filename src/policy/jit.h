#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "policy/program.h"

namespace syswright::policy {

/// Native code of one rule. Pure functions: callable from any thread.
struct CompiledRule {
  /// inputs: in the order of Rule::inputs. Equals interpret() bit for bit.
  using Scalar = double (*)(const double* inputs);
  /// globals: [rule.global_inputs]. columns: one pointer for each candidate input, to n values each.
  /// out: [n], must not overlap the columns. Equals n calls of Scalar bit for bit.
  using Batch = void (*)(const double* globals, const double* const* columns, double* out, std::size_t n);
  Scalar scalar = nullptr;  ///< nullptr if it was not asked for
  Batch batch = nullptr;    ///< nullptr if it was not asked for
};

/// Which functions to make of each rule: a host that calls only one kind halves the time that it waits for the code.
enum class JitParts { both, scalar, batch };

/// A program turned into native code by LLVM's ORC JIT; owns the code. About 1 ms a rule to make.
class CompiledProgram {
 public:
  ~CompiledProgram();
  CompiledProgram(const CompiledProgram&) = delete;
  CompiledProgram& operator=(const CompiledProgram&) = delete;
  /// In the order of Program::rules().
  const std::vector<CompiledRule>& rules() const;

 private:
  friend std::shared_ptr<const CompiledProgram> jit_compile(const Program& program, JitParts parts);
  struct Implementation;
  explicit CompiledProgram(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

/// Thread-safe. Throws Error if LLVM cannot make code for this machine.
std::shared_ptr<const CompiledProgram> jit_compile(const Program& program, JitParts parts = JitParts::both);

/// The relocatable object file that jit_compile links, with functions scalar_0, batch_0, scalar_1, …: for a
/// disassembler.
std::string jit_object_file(const Program& program, JitParts parts = JitParts::both);

}  // namespace syswright::policy
