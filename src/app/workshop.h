#pragma once

#include <memory>
#include <string>

#include "app/context.h"
#include "farm/thread_farm.h"
#include "ledger/recording_evaluator.h"

namespace syswright::app {

struct WorkshopOptions {
  unsigned threads = 0;  ///< 0: as many as the machine runs at once
  std::string ledger;    ///< file; "none": nothing is kept; empty: the user's own, see default_ledger_path
};

/// Adds --threads and --ledger.
void add_workshop_options(CLI::App& command, WorkshopOptions& options);

/// $SYSWRIGHT_LEDGER, else syswright/ledger.db in $XDG_STATE_HOME, else in ~/.local/state; empty if there is no home.
std::string default_ledger_path();

/// Opens a ledger as --ledger says. One that the user named must open; the default one is left out, with a warning,
/// where it cannot be.
std::unique_ptr<Ledger> open_ledger(const Context& context, const std::string& option);

/// Where a command's evaluations run: the threads of this machine, with the ledger before them.
class Workshop {
 public:
  Workshop(const Context& context, const WorkshopOptions& options, const std::string& domain);

  Evaluator& evaluator() { return evaluator_; }
  Ledger& ledger() { return *ledger_; }
  unsigned threads() const { return farm_.threads(); }
  const RecordingEvaluator::Counts& counts() const { return evaluator_.counts(); }

 private:
  std::unique_ptr<Ledger> ledger_;
  ThreadFarm farm_;
  RecordingEvaluator evaluator_;
};

}  // namespace syswright::app
