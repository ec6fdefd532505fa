// Runs, and what belongs to one: proposals, progress, choices, verdicts; and exchanges with language models.

#include <fmt/format.h>

#include <set>

#include "ledger/codec.h"
#include "ledger/rows.h"
#include "ledger/storage.h"

namespace syswright {
namespace {

using ledger::Blob;
using ledger::Statement;
using ledger::Transaction;

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
  return ledger::read_progress(storage_->database, run);
}

void Ledger::record_proposals(std::span<const ProposalRecord> proposals) {
  const std::lock_guard lock(storage_->mutex);
  Transaction transaction(storage_->database);
  std::set<RunId> runs;
  for (const ProposalRecord& proposal : proposals) runs.insert(proposal.run);
  for (const RunId run : runs) Statement(storage_->database, "DELETE FROM proposal WHERE run = ?").bind(run).run();
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
  return ledger::read_proposals(storage_->database, run);
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
  return ledger::read_verdicts(storage_->database, policy);
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
