#include "policy/jit_target.h"

#include <fmt/format.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/CodeGen/MachineModuleInfo.h>
#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include "base/error.h"

namespace syswright::policy {
namespace {

template <typename T>
T value_or_throw(llvm::Expected<T> expected) {
  if (expected) return std::move(*expected);
  throw Error(fmt::format("LLVM cannot generate code for this machine: {}", llvm::toString(expected.takeError())));
}

std::unique_ptr<llvm::TargetMachine> make_machine() {
  auto builder = value_or_throw(llvm::orc::JITTargetMachineBuilder::detectHost());
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Less);
  builder.setRelocationModel(llvm::Reloc::PIC_);
  builder.setCodeModel(llvm::CodeModel::Small);
  return value_or_throw(builder.createTargetMachine());
}

/// Optimisations and services that straight-line arithmetic gains nothing measurable from (bench/policy_bench.cpp) and
/// that together take longer than the rest. What is left only makes code right: selection, registers, frames, fix-ups.
std::vector<llvm::AnalysisID> needless_passes() {
  return {&llvm::EarlyTailDuplicateID,
          &llvm::OptimizePHIsID,
          &llvm::StackColoringID,
          &llvm::LocalStackSlotAllocationID,
          &llvm::EarlyIfConverterID,
          &llvm::MachineCombinerID,
          &llvm::EarlyMachineLICMID,
          &llvm::MachineLICMID,
          &llvm::MachineCSEID,
          &llvm::MachineSinkingID,
          &llvm::PeepholeOptimizerID,
          &llvm::DeadMachineInstructionElimID,
          &llvm::DetectDeadLanesID,
          &llvm::RenameIndependentSubregsID,
          &llvm::MachineSchedulerID,
          &llvm::LiveRangeShrinkID,
          &llvm::StackSlotColoringID,
          &llvm::MachineCopyPropagationID,
          &llvm::PostRAMachineSinkingID,
          &llvm::ShrinkWrapID,
          &llvm::BranchFolderPassID,
          &llvm::TailDuplicateID,
          &llvm::MachineLateInstrsCleanupID,
          &llvm::PostRASchedulerID,
          &llvm::MachineBlockPlacementID,
          &llvm::GCMachineCodeAnalysisID,
          &llvm::FEntryInserterID,
          &llvm::XRayInstrumentationID,
          &llvm::PatchableFunctionID,
          &llvm::FuncletLayoutID,
          &llvm::StackMapLivenessID,
          &llvm::LiveDebugValuesID,
          &llvm::MachineSanitizerBinaryMetadataID,
          &llvm::RemoveRedundantDebugValuesID,
          &llvm::FixupStatepointCallerSavedID,
          &llvm::StackFrameLayoutAnalysisPassID};
}

}  // namespace

/// Keeps the pipeline of code generation passes, which costs more to set up than a rule costs to compile, and uses it
/// for one module after another. The context goes along, since passes may remember its types; as it also remembers
/// every constant that it has seen, a generator is used a limited number of times.
class CodeGenerator {
 public:
  CodeGenerator() : machine_(make_machine()), layout_(machine_->createDataLayout()) {
    if (!add_passes()) throw Error("LLVM cannot generate code for this machine: its target writes no object files");
  }

  std::unique_ptr<llvm::MemoryBuffer> generate(const std::function<void(llvm::Module&)>& fill) {
    ++uses_;
    llvm::Module module("policy", context_);
    module.setTargetTriple(machine_->getTargetTriple().str());
    module.setDataLayout(layout_);
    fill(module);
    passes_.run(module);
    llvm::SmallVector<char, 0> object;
    object.swap(bytes_);
    return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(object), /*RequiresNullTerminator=*/false);
  }

  bool worn() const { return uses_ >= 500; }

 private:
  /// As LLVMTargetMachine::addPassesToEmitMC does it, without the passes that prepare IR for instruction selection:
  /// ours needs no preparation.
  bool add_passes() {
    auto& machine = static_cast<llvm::LLVMTargetMachine&>(*machine_);
    auto* modules = new llvm::MachineModuleInfoWrapperPass(&machine);
    llvm::TargetPassConfig* config = machine.createPassConfig(passes_);
    config->setDisableVerify(true);
    for (llvm::AnalysisID pass : needless_passes()) config->disablePass(pass);
    passes_.add(config);
    passes_.add(modules);
    passes_.add(llvm::createTargetTransformInfoWrapperPass(machine.getTargetIRAnalysis()));
    if (config->addInstSelector()) return false;
    passes_.add(llvm::Pass::createPass(&llvm::FinalizeISelID));
    config->addMachinePasses();
    config->setInitialized();
    if (machine.addAsmPrinter(passes_, stream_, nullptr, llvm::CodeGenFileType::ObjectFile,
                              modules->getMMI().getContext()))
      return false;
    passes_.add(llvm::createFreeMachineFunctionPass());
    return true;
  }

  llvm::LLVMContext context_;
  std::unique_ptr<llvm::TargetMachine> machine_;
  llvm::DataLayout layout_;
  llvm::SmallVector<char, 0> bytes_;
  llvm::raw_svector_ostream stream_{bytes_};
  llvm::legacy::PassManager passes_;
  unsigned uses_ = 0;
};

CodeGeneratorPool::CodeGeneratorPool() {
  if (llvm::InitializeNativeTarget() || llvm::InitializeNativeTargetAsmPrinter())
    throw Error("LLVM cannot generate code for this machine: its library was built without this target");
}

CodeGeneratorPool::~CodeGeneratorPool() = default;

CodeGeneratorPool& CodeGeneratorPool::host() {
  static CodeGeneratorPool pool;
  return pool;
}

std::unique_ptr<CodeGenerator> CodeGeneratorPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto generator = std::move(idle_.back());
      idle_.pop_back();
      return generator;
    }
  }
  return std::make_unique<CodeGenerator>();
}

std::unique_ptr<llvm::MemoryBuffer> CodeGeneratorPool::generate(const std::function<void(llvm::Module&)>& fill) {
  auto generator = take();
  auto object = generator->generate(fill);
  if (!generator->worn()) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(generator));
  }
  return object;
}

}  // namespace syswright::policy
