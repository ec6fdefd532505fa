#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

/// What a ledger holds, for people who look: lists and searches that a run does not need, over a connection of its own
/// that cannot write.
namespace syswright {

/// One line of a list of runs.
struct RunLine {
  RunRecord run;            ///< without its outcome
  std::string designer;     ///< of a design run
  std::string budget;       ///< of a design run
  std::string workload;     ///< of a design run
  std::string verdict;      ///< in one sentence, of a run that ended
  std::string policy;       ///< digest in hexadecimal of what was handed over; empty: nothing yet
  std::string policy_name;  ///< its name
  std::optional<ProgressRecord> last;
  std::int64_t last_progress = 0;  ///< row number of `last`: it grows
};

struct PolicyLine {
  PolicyRecord policy;
  std::uint64_t evaluations = 0;
};

struct ScenarioLine {
  ScenarioRecord scenario;
  std::uint64_t evaluations = 0;
};

/// An evaluation as it stands in the ledger.
struct KeptEvaluation {
  Digest policy;
  Digest scenario;
  std::int64_t code = 0;  ///< number of the code version: later versions have larger ones
  Evaluation evaluation;
  std::string recorded;  ///< UTC
};

/// A read-only look at a ledger, while other processes may write to it. May be used from several threads, which take
/// turns. What it tells is what was committed when it was asked, but for counts, which may be some seconds old.
class LedgerView {
 public:
  /// Creates an empty ledger where there is no file, and brings an older one up to date; those are the only writes.
  /// Throws LedgerError.
  explicit LedgerView(const std::string& path);
  ~LedgerView();
  LedgerView(const LedgerView&) = delete;
  LedgerView& operator=(const LedgerView&) = delete;

  const std::string& path() const;
  /// Another number whenever something was committed to the file. Microseconds.
  std::int64_t state() const;

  /// Policies, scenarios and exchanges are counted anew every 10 s at most.
  LedgerSummary summary() const;
  /// The latest first, at most `limit`.
  std::vector<RunLine> runs(std::size_t limit) const;
  std::optional<RunLine> run(RunId run) const;
  /// The outcome's JSON; empty: none yet, or no such run.
  std::string outcome(RunId run) const;
  std::vector<ProposalRecord> proposals(RunId run) const;
  /// In the order of recording; at most `limit`, the last one among them.
  std::vector<ProgressRecord> progress(RunId run, std::size_t limit) const;

  std::optional<PolicyRecord> policy(const Digest& digest) const;
  /// Those whose name contains `text`, or whose digest begins with it in hexadecimal; sorted by name.
  std::vector<PolicyRecord> policies(const std::string& domain, const std::string& text, std::size_t limit) const;
  /// Runs in which it was proposed or handed over.
  std::vector<RunId> runs_with(const Digest& policy) const;
  std::vector<VerdictRecord> verdicts(const Digest& policy) const;

  std::optional<ScenarioRecord> scenario(const Digest& digest) const;
  /// Those with evaluations, the most first. domain: empty for all. Reads an index over all evaluations (0.25 s for
  /// half a million) where the count is older than `max_age_seconds` and the ledger changed since.
  std::vector<ScenarioLine> scenarios(const std::string& domain, double max_age_seconds = 5) const;
  /// What a policy did, the latest code version of each scenario, in the scenarios' order.
  std::vector<KeptEvaluation> evaluations_of(const Digest& policy) const;
  /// What policies did here, the latest code version of each, without blocks and details; the best objectives first, at
  /// most `limit`. Reads an index over all evaluations.
  std::vector<KeptEvaluation> evaluations_on(const Digest& scenario, bool lower_is_better, std::size_t limit) const;

 private:
  class Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace syswright
