#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "domain/evaluation.h"
#include "domain/policy.h"

/// ledger/: the durable record of every evaluation, run, proposal, verdict and exchange with a language model, in one
/// SQLite file. Evaluations are
/// addressed by what they are a function of (policy, scenario, code version), so that nothing is paid for twice:
/// RecordingEvaluator puts this memory before any other Evaluator.
namespace syswright {

/// The ledger cannot be opened, read or written. The message names the file and says how to mend it.
class LedgerError : public Error {
 public:
  using Error::Error;
};

/// What an evaluation is a function of.
struct EvaluationKey {
  Digest policy;
  Digest scenario;
  std::string code_version;  ///< Scenario::code_version
  friend bool operator==(const EvaluationKey&, const EvaluationKey&) = default;
};

struct EvaluationRecord {
  EvaluationKey key;
  Evaluation evaluation;
  std::optional<double> seconds;  ///< that it took, where somebody measured
};

struct PolicyRecord {
  Digest digest;
  std::string domain;
  std::string name;
  std::string source;  ///< program text; empty for a native policy
};

struct ScenarioRecord {
  Digest digest;
  std::string domain;
  std::string label;
};

/// What is written in one transaction: after a crash, all of it or nothing.
struct LedgerBatch {
  std::vector<PolicyRecord> policies;
  std::vector<ScenarioRecord> scenarios;
  std::vector<EvaluationRecord> evaluations;
};

using RunId = std::int64_t;

/// One command that was run.
struct RunRecord {
  RunId id = 0;
  std::string command;  ///< "design cache": what was asked for, without its options
  std::string options;  ///< JSON: every option, as used
  std::uint64_t seed = 0;
  std::string started;  ///< UTC, "2024-05-01T12:00:00Z"
  std::string ended;    ///< empty: not ended, or killed
  std::string outcome;  ///< JSON; empty: not ended, or killed
  /// JSON: arguments, folder, process and what the ledger held: what it takes to go on with it; says nothing of the
  /// result. Empty of commands that cannot be gone on with.
  std::string invocation;
};

/// A candidate of a run that mattered.
struct ProposalRecord {
  RunId run = 0;
  Digest policy;
  std::vector<Digest> parents;
  std::string origin;  ///< "seed lru", "crossover", …
  double train = 0;    ///< score in training
  double spent = 0;    ///< of the budget, when it was found
};

/// How far a search was at a moment: for whoever watches it, and for going on after it was killed.
struct ProgressRecord {
  RunId run = 0;
  double seconds = 0;            ///< since the search began; pauses between a kill and a resumption are left out
  double spent = 0;              ///< of the budget, in evaluations
  double fraction = 0;           ///< of the budget, 0 to 1
  std::optional<double> best;    ///< training objective
  std::optional<Digest> policy;  ///< that has it
  std::string note;
};

/// What a judge said of a policy.
struct VerdictRecord {
  RunId run = 0;
  std::string judge;  ///< "audit", "compare", …
  Digest policy;
  Digest scenario;
  std::string claim;  ///< the sentence that was examined
  bool holds = false;
  std::string evidence;  ///< JSON
};

/// One exchange with a language model: what was asked, and what came of it. Never holds a key.
struct ExchangeRecord {
  Digest key;  ///< of model, messages, options and ordinal
  std::string model;
  std::string request;  ///< JSON: messages and options
  bool answered = false;
  std::string reply;  ///< JSON: the answer, or what went wrong, with tokens and cost
};

struct LedgerSummary {
  std::uint64_t evaluations = 0;
  std::uint64_t policies = 0;
  std::uint64_t scenarios = 0;
  std::uint64_t runs = 0;
  std::uint64_t exchanges = 0;
};

/// The record in one file. May be used from several threads, which take turns, and the file by several processes: each
/// write is a short transaction, and a writer waits for another's.
///
/// Durable: SQLite in WAL mode with synchronous=NORMAL. What record() has returned from survives the process being
/// killed at any moment. A loss of power may take back the last transactions, never half of one, and never damages the
/// file. On a file system without shared memory (some network folders) SQLite falls back to a rollback journal: the
/// same promises, slower, and after a loss of power too.
///
/// Numbers come back bit for bit, NaN and infinities too. Evaluations of different code versions are kept apart.
///
/// Memory: about 100 bytes an evaluation for the index, read once on opening (about a second per million).
class Ledger {
 public:
  /// Opens or creates.
  /// path          a file, whose folder is created too; ":memory:": nothing is kept
  /// wait_seconds  for another process that is writing
  /// Throws LedgerError for what is not a ledger, was written by a newer version, cannot be written, or stays locked.
  explicit Ledger(const std::string& path, double wait_seconds = 10);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  const std::string& path() const;

  /// O(1) and no disk access where nothing is known; one read by row number where it is.
  std::optional<Evaluation> find(const EvaluationKey& key) const;
  /// A moment in the life of the ledger: what was recorded up to it.
  struct Mark {
    std::int64_t evaluation = std::numeric_limits<std::int64_t>::max();
    std::int64_t choice = std::numeric_limits<std::int64_t>::max();
  };
  /// Now.
  Mark mark() const;

  /// The same for many, in their order, in less time each; of what is known, only what was at `until`.
  std::vector<std::optional<Evaluation>> find(std::span<const EvaluationKey> keys, const Mark& until) const;
  std::vector<std::optional<Evaluation>> find(std::span<const EvaluationKey> keys) const { return find(keys, {}); }
  /// What is there already, also by another process, is left as it is.
  void record(const LedgerBatch& batch);

  /// Whether a program of this digest is written down. O(1), no disk access.
  bool knows_program(const Digest& digest) const;
  /// Every program whose evaluation on this scenario is known, sorted. O(evaluations), no disk access.
  std::vector<Digest> programs_on(const Digest& scenario, const std::string& code_version, const Mark& until) const;
  std::optional<PolicyRecord> find_policy(const Digest& digest) const;

  /// Starts now, by the machine's clock. options: JSON.
  RunId begin_run(const std::string& command, const std::string& options, std::uint64_t seed,
                  const std::string& invocation = "");
  /// Begins again a run that was killed or interrupted, under its own number. What it left at its end is taken back;
  /// its evaluations and its progress stay.
  void reopen_run(RunId run, const std::string& invocation);
  void end_run(RunId run, const std::string& outcome);
  /// In the order of their starts. command: only runs of it; empty: all.
  std::vector<RunRecord> runs(const std::string& command = "") const;
  std::optional<RunRecord> find_run(RunId run) const;

  /// In place of those that were recorded of the same runs.
  void record_proposals(std::span<const ProposalRecord> proposals);
  std::vector<ProposalRecord> proposals(RunId run) const;

  void record_progress(const ProgressRecord& progress);
  /// In the order of recording.
  std::vector<ProgressRecord> progress(RunId run) const;

  /// The policy that a search handed over. context: what searches must have in common to learn from each other.
  void record_choice(RunId run, const Digest& context, const Digest& policy);
  /// Of all searches in a context, the latest first, each policy once.
  std::vector<Digest> choices(const Digest& context, const Mark& until) const;

  void record_verdict(const VerdictRecord& verdict);
  std::vector<VerdictRecord> verdicts(const Digest& policy) const;

  /// An answer stays for ever; a failure gives way to whatever comes of asking again.
  void record_exchange(const ExchangeRecord& exchange);
  std::optional<ExchangeRecord> find_exchange(const Digest& key) const;

  LedgerSummary summary() const;
  /// Everything that is a function of what was asked for, a line of JSON for each record, in an order that does not
  /// depend on when it was written: two ledgers with equal lines hold the same. Left out is what a clock or a machine
  /// had a say in: times, progress, processes. Numbers that JSON cannot write are texts ("nan", "inf", "-inf").
  void dump(const std::function<void(const std::string& line)>& take) const;
  /// Reads everything and names what is wrong; empty: nothing. Takes seconds for a large file.
  std::vector<std::string> check() const;

 private:
  class Storage;
  std::unique_ptr<Storage> storage_;
};

/// For Ledger::record: a policy as it is written down. domain: of a native policy, which does not know its own.
PolicyRecord describe_policy(const Policy& policy, const std::string& domain);

}  // namespace syswright
