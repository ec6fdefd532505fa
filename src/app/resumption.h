#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/json.h"
#include "base/process.h"
#include "design/designer.h"
#include "ledger/ledger.h"

namespace syswright::app {

/// What a run needs to be gone on with, as the ledger keeps it (RunRecord::invocation).
struct Invocation {
  std::vector<std::string> arguments;
  std::string folder;  ///< that relative names of files are relative to
  ProcessIdentity process;
  Ledger::Mark mark;  ///< what the ledger held when the run began
};

/// nullopt of a run of a command that cannot be gone on with. Throws LedgerError for text that no Syswright wrote.
std::optional<Invocation> invocation_of(const RunRecord& run);

/// How far a run in the ledger is.
enum class RunState {
  ended,
  running,      ///< by a process of this machine
  elsewhere,    ///< by a process of another machine, if that still runs
  interrupted,  ///< by a signal, with the best so far
  killed,
};
RunState state_of(const RunRecord& run);
std::string_view to_string(RunState state);

/// A run that has begun, or begun again.
struct BegunRun {
  RunId id = 0;
  design::Paid paid;
  Ledger::Mark mark;
};

/// Writes down that a command's run begins; of one that 'syswright resume' runs, that it goes on. `options` is a
/// function of what the run's result depends on: workload, code and options. Throws InputError if they are not what
/// they were.
BegunRun begin_run(const Context& context, Ledger& ledger, const std::string& command, const Json& options,
                   std::uint64_t seed);

}  // namespace syswright::app
