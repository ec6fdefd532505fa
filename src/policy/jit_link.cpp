#include "policy/jit_link.h"

#include <fmt/format.h>
#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/Orc/TaskDispatch.h>

#include "base/error.h"
#include "policy/jit_math.h"

namespace syswright::policy {
namespace {

void check(llvm::Error error) {
  if (error) throw Error(fmt::format("native code of a policy cannot be linked: {}", llvm::toString(std::move(error))));
}

template <typename T>
T value_or_throw(llvm::Expected<T> expected) {
  check(expected.takeError());
  return std::move(*expected);
}

std::unique_ptr<llvm::orc::ExecutorProcessControl> this_process() {
  using namespace llvm::orc;
  return value_or_throw(SelfExecutorProcessControl::Create(nullptr, std::make_unique<InPlaceTaskDispatcher>()));
}

}  // namespace

struct JitCode::Session {
  llvm::orc::ExecutionSession session{this_process()};
  llvm::orc::ObjectLinkingLayer layer{session};
  llvm::orc::JITDylib& library{session.createBareJITDylib("policy")};

  // What goes wrong is thrown by whoever asked; LLVM would also print it.
  Session() {
    session.setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });
  }
  ~Session() { llvm::cantFail(session.endSession()); }
};

JitCode::JitCode(std::unique_ptr<llvm::MemoryBuffer> object) : session_(std::make_unique<Session>()) {
  llvm::orc::SymbolMap symbols;
  for (const JitSymbol& symbol : jit_symbols()) {
    symbols[session_->session.intern(symbol.name)] = {llvm::orc::ExecutorAddr::fromPtr(symbol.address),
                                                      llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  }
  check(session_->library.define(llvm::orc::absoluteSymbols(std::move(symbols))));
  check(session_->layer.add(session_->library, std::move(object)));
}

JitCode::~JitCode() = default;

void* JitCode::find(const std::string& name) const {
  return value_or_throw(session_->session.lookup({&session_->library}, name)).getAddress().toPtr<void*>();
}

}  // namespace syswright::policy
