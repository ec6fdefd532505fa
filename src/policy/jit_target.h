#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace llvm {
class MemoryBuffer;
class Module;
}  // namespace llvm

namespace syswright::policy {

class CodeGenerator;

/// LLVM's code generators for the processor that we run on. One is not thread-safe and takes longer to make than to
/// use, so they are kept in a pool: one for each thread that compiles at the same time. Thread-safe.
class CodeGeneratorPool {
 public:
  /// The one of this process. Throws Error if LLVM knows no code generator for this machine.
  static CodeGeneratorPool& host();
  ~CodeGeneratorPool();

  /// Machine code, as an object file in memory, of the module that `fill` writes into an empty one.
  std::unique_ptr<llvm::MemoryBuffer> generate(const std::function<void(llvm::Module&)>& fill);

 private:
  CodeGeneratorPool();
  std::unique_ptr<CodeGenerator> take();

  std::mutex mutex_;
  std::vector<std::unique_ptr<CodeGenerator>> idle_;
};

}  // namespace syswright::policy
