#pragma once

#include <string>

#include "policy/program.h"

namespace llvm {
class Module;
}

namespace syswright::policy {

/// Each writes one function of a rule (CompiledRule::Scalar, CompiledRule::Batch) into a module as LLVM IR that needs
/// no optimisation passes: the graph is already free of duplicates, work that is the same for all candidates stands
/// before the loop, and the loop's body is written in vectors of jit_lanes candidates. Arithmetic has no fast-math
/// flags. Calls name jit_symbols() only.
void emit_scalar(llvm::Module& module, const Rule& rule, const std::string& name);
void emit_batch(llvm::Module& module, const Rule& rule, const std::string& name);

}  // namespace syswright::policy
