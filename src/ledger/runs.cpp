// Runs, and what belongs to one: proposals, progress, choices, verdicts; and exchanges with language models.

#include <fmt/format.h>

#include <limits>

#include "ledger/codec.h"
#include "ledger/storage.h"

namespace syswright {
namespace {

using ledger::Blob;
using ledger::Statement;
using ledger::Transaction;

/// SQLite keeps NaN as NULL.
double real_or_nan(const Statement& row, int column) {
  return row.is_null(column) ? std::numeric_limits<double>::quiet_NaN() : row.real(column);
}

/// Of a row with a run's columns in their order.
RunRecord run_in(const Statement& row) {
  return {.id = row.integer(0),
          .command = std::string(row.text(1)),
          .options = std::string(row.text(2)),
          .seed = static_cast<std::uint64_t>(row.integer(3)),
          .started = std::string(row.text(4)),
          .ended = std::string(row.text(5)),
          .outcome = std::string(row.text(6)),
          .invocation = std::string(row.text(7))};
}

}  // namespace

RunId Ledger::begin_run(const std::string& command, const std::string& options, std::uint64_t seed,
                        const std::string& invocation) {
  const std::lock_guard lock(storage_->mutex);
  const std::string now = ledger::now_utc();
  Statement(storage_->database, "INSERT INTO run (command, options, seed, started, invocation) VALUES (?, ?, ?, ?, ?)")
      .bind(command, options, static_cast<std::int64_t>(seed), now, invocation)
      .run();
  return storage_->database.last_id();
}

void Ledger::reopen_run(RunId run, const std::string& invocation) {
  const std::lock_guard lock(storage_->mutex);
  Transaction transaction(storage_->database);
  for (const char* table : {"proposal", "choice", "verdict"}) {
    Statement(storage_->database, fmt::format("DELETE FROM {} WHERE run = ?", table)).bind(run).run();
  }
  Statement(storage_->database, "UPDATE run SET ended = '', outcome = '', invocation = ? WHERE id = ?")
      .bind(invocation, run)
      .run();
  if (storage_->database.changes() == 0) throw LedgerError(fmt::format("ledger '{}': there is no run {}", path(), run));
  transaction.commit();
}

void Ledger::end_run(RunId run, const std::string& outcome) {
  const std::lock_guard lock(storage_->mutex);
  const std::string now = ledger::now_utc();
  Statement(storage_->database, "UPDATE run SET ended = ?, outcome = ? WHERE id = ?").bind(now, outcome, run).run();
  if (storage_->database.changes() == 0) throw LedgerError(fmt::format("ledger '{}': there is no run {}", path(), run));
}

std::vector<RunRecord> Ledger::runs(const std::string& command) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT id, command, options, seed, started, ended, outcome, invocation FROM run "
                "WHERE ?1 = '' OR command = ?1 ORDER BY id");
  row.bind(command);
  std::vector<RunRecord> runs;
  while (row.step()) runs.push_back(run_in(row));
  return runs;
}

std::optional<RunRecord> Ledger::find_run(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT id, command, options, seed, started, ended, outcome, invocation FROM run WHERE id = ?");
  if (!row.bind(run).step()) return std::nullopt;
  return run_in(row);
}

void Ledger::record_progress(const ProgressRecord& progress) {
  const std::lock_guard lock(storage_->mutex);
  const std::string policy = progress.policy ? ledger::to_bytes(*progress.policy) : "";
  Statement(storage_->database,
            "INSERT INTO progress (run, seconds, spent, fraction, best, policy, note) "
            "VALUES (?, ?, ?, ?, ?, nullif(?, x''), ?)")
      .bind(progress.run, progress.seconds, progress.spent, progress.fraction, progress.best, Blob{policy},
            progress.note)
      .run();
}

std::vector<ProgressRecord> Ledger::progress(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT seconds, spent, fraction, best, policy, note FROM progress WHERE run = ? ORDER BY id");
  row.bind(run);
  std::vector<ProgressRecord> all;
  while (row.step()) {
    all.push_back({.run = run,
                   .seconds = row.real(0),
                   .spent = row.real(1),
                   .fraction = row.real(2),
                   .best = row.is_null(3) ? std::nullopt : std::optional(row.real(3)),
                   .policy = row.is_null(4) ? std::nullopt : std::optional(row.digest(4)),
                   .note = std::string(row.text(5))});
  }
  return all;
}

void Ledger::record_proposals(std::span<const ProposalRecord> proposals) {
  const std::lock_guard lock(storage_->mutex);
  Transaction transaction(storage_->database);
  Statement insert(storage_->database,
                   "INSERT INTO proposal (run, policy, parents, origin, train, spent) VALUES (?, ?, ?, ?, ?, ?)");
  for (const ProposalRecord& proposal : proposals) {
    const std::string parents = ledger::encode_digests(proposal.parents);
    insert.bind(proposal.run, proposal.policy, Blob{parents}, proposal.origin, proposal.train, proposal.spent).run();
  }
  transaction.commit();
}

std::vector<ProposalRecord> Ledger::proposals(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT policy, parents, origin, train, spent FROM proposal WHERE run = ? ORDER BY id");
  row.bind(run);
  std::vector<ProposalRecord> proposals;
  while (row.step()) {
    auto parents = ledger::decode_digests(row.blob(1));
    if (!parents) storage_->damaged(fmt::format("a proposal of run {} cannot be read", run));
    proposals.push_back({.run = run,
                         .policy = row.digest(0),
                         .parents = std::move(*parents),
                         .origin = std::string(row.text(2)),
                         .train = real_or_nan(row, 3),
                         .spent = real_or_nan(row, 4)});
  }
  return proposals;
}

void Ledger::record_choice(RunId run, const Digest& context, const Digest& policy) {
  const std::lock_guard lock(storage_->mutex);
  Statement(storage_->database, "INSERT INTO choice (run, context, policy) VALUES (?, ?, ?)")
      .bind(run, context, policy)
      .run();
}

std::vector<Digest> Ledger::choices(const Digest& context, const Mark& until) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT policy, max(id) AS latest FROM choice WHERE context = ? AND id <= ? GROUP BY policy ORDER BY "
                "latest DESC");
  row.bind(context, until.choice);
  std::vector<Digest> choices;
  while (row.step()) choices.push_back(row.digest(0));
  return choices;
}

void Ledger::record_verdict(const VerdictRecord& verdict) {
  const std::lock_guard lock(storage_->mutex);
  Statement(storage_->database,
            "INSERT INTO verdict (run, judge, policy, scenario, claim, holds, evidence) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(verdict.run, verdict.judge, verdict.policy, verdict.scenario, verdict.claim, std::int64_t{verdict.holds},
            verdict.evidence)
      .run();
}

std::vector<VerdictRecord> Ledger::verdicts(const Digest& policy) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT run, judge, scenario, claim, holds, evidence FROM verdict WHERE policy = ? ORDER BY id");
  row.bind(policy);
  std::vector<VerdictRecord> verdicts;
  while (row.step()) {
    verdicts.push_back({.run = row.integer(0),
                        .judge = std::string(row.text(1)),
                        .policy = policy,
                        .scenario = row.digest(2),
                        .claim = std::string(row.text(3)),
                        .holds = row.integer(4) != 0,
                        .evidence = std::string(row.text(5))});
  }
  return verdicts;
}

void Ledger::record_exchange(const ExchangeRecord& exchange) {
  const std::lock_guard lock(storage_->mutex);
  const std::string now = ledger::now_utc();
  Statement(storage_->database,
            "INSERT INTO exchange (key, model, request, answered, reply, recorded) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET answered = excluded.answered, reply = excluded.reply, "
            "recorded = excluded.recorded WHERE answered = 0")
      .bind(exchange.key, exchange.model, exchange.request, std::int64_t{exchange.answered}, exchange.reply, now)
      .run();
}

std::optional<ExchangeRecord> Ledger::find_exchange(const Digest& key) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT model, request, answered, reply FROM exchange WHERE key = ?");
  if (!row.bind(key).step()) return std::nullopt;
  return ExchangeRecord{.key = key,
                        .model = std::string(row.text(0)),
                        .request = std::string(row.text(1)),
                        .answered = row.integer(2) != 0,
                        .reply = std::string(row.text(3))};
}

}  // namespace syswright
