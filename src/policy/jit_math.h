#pragma once

#include <span>

namespace syswright::policy {

/// Values that the batch code handles at a time: one AVX-512 register of doubles, two AVX2 ones.
inline constexpr unsigned jit_lanes = 8;

/// A function that native code may call. The names below are all that it can reach.
struct JitSymbol {
  const char* name;
  void* address;
};

/// Operations that need the C library, with the meaning that policy/semantics.h gives them:
///   syswright_log, syswright_exp   double (double)            syswright_pow   double (double, double)
///   syswright_log_lanes, …         void (double* x)           the same on jit_lanes values in place
///   syswright_pow_lanes            void (double* x, const double* y)
///   syswright_batch_few            what a batch function calls for fewer candidates than lanes
///   floor                          what the code generator calls where the processor has no rounding instruction
std::span<const JitSymbol> jit_symbols();

}  // namespace syswright::policy
