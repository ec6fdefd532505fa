#pragma once

#include <memory>
#include <string>

#include "app/context.h"
#include "farm/cluster_farm.h"
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

/// As many as --threads says, or as the machine runs at once for this process.
unsigned threads_for(const WorkshopOptions& options);

/// Where a command's evaluations run: the threads of this machine, and of those that were started together with it,
/// with the ledger before them.
class Workshop {
 public:
  Workshop(const Context& context, const WorkshopOptions& options, const std::string& domain);
  /// shared: what other processes can evaluate too, if there are any; its scenarios are put in place of those given.
  Workshop(const Context& context, const WorkshopOptions& options, const std::string& domain, Suite& shared);

  Evaluator& evaluator() { return evaluator_; }
  Ledger& ledger() { return *ledger_; }
  /// Of this process.
  unsigned threads() const { return threads_; }
  /// What the other processes did; null if there are none.
  const ClusterFarm* cluster() const { return cluster_; }
  const RecordingEvaluator::Counts& counts() const { return evaluator_.counts(); }

 private:
  std::unique_ptr<Evaluator> open_farm(const Context& context, Suite* shared);

  std::unique_ptr<Ledger> ledger_;
  unsigned threads_;
  AddressBook book_;
  ClusterFarm* cluster_ = nullptr;
  std::unique_ptr<Evaluator> farm_;
  RecordingEvaluator evaluator_;
};

}  // namespace syswright::app
