#pragma once

#include <memory>
#include <string>

namespace llvm {
class MemoryBuffer;
}

namespace syswright::policy {

/// Linked machine code; destroying it frees its memory.
class JitCode {
 public:
  /// Links an object file against jit_symbols() and nothing else. Throws Error if it needs anything more.
  explicit JitCode(std::unique_ptr<llvm::MemoryBuffer> object);
  ~JitCode();
  JitCode(const JitCode&) = delete;
  JitCode& operator=(const JitCode&) = delete;
  /// Address of a function that the object defines. Throws Error if it does not.
  void* find(const std::string& name) const;

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace syswright::policy
