#pragma once

#include <memory>

#include "policy/jit.h"
#include "policy/program.h"

namespace syswright {

/// Native code of a program, from a small store that all threads share: a domain whose scenarios are short asks for the
/// same program many times in a row. Equal programs share their code. Thread-safe; throws what policy::jit_compile
/// throws.
std::shared_ptr<const policy::CompiledProgram> compiled(const policy::Program& program, policy::JitParts parts);

}  // namespace syswright
