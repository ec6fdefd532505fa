#include "ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/random.h"
#include "ledger/codec.h"
#include "ledger/schema.h"
#include "ledger/sqlite.h"

namespace syswright {
namespace {

using ledger::Blob;
using ledger::Database;
using ledger::Reading;
using ledger::Statement;
using ledger::Transaction;

using CodeId = std::int64_t;

struct IndexKey {
  Digest policy;
  Digest scenario;
  CodeId code = 0;
  friend bool operator==(const IndexKey&, const IndexKey&) = default;
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low; }
};

struct IndexHash {
  std::size_t operator()(const IndexKey& key) const {
    return key.policy.low ^ mix64(key.scenario.low + static_cast<std::uint64_t>(key.code));
  }
};

/// For people: no result depends on it.
std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  if (::gmtime_r(&now, &parts) == nullptr) return "";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

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
          .outcome = std::string(row.text(6))};
}

}  // namespace

class Ledger::Storage {
 public:
  Storage(const std::string& path, double wait_seconds)
      : database(path, wait_seconds), statements(ledger::with_schema(database)) {
    read_codes();
    read_programs();
    read_index();
  }

  std::optional<Evaluation> find(const EvaluationKey& key) {
    const auto code = codes_.find(key.code_version);
    if (code == codes_.end()) return std::nullopt;
    const auto known = index_.find({key.policy, key.scenario, code->second});
    if (known == index_.end()) return std::nullopt;
    return read_evaluation(known->second);
  }

  std::vector<Digest> programs_on(const Digest& scenario, const std::string& version) const {
    std::vector<Digest> found;
    const auto code = codes_.find(version);
    if (code == codes_.end()) return found;
    for (const auto& [key, id] : index_) {
      if (key.scenario == scenario && key.code == code->second && programs.contains(key.policy)) {
        found.push_back(key.policy);
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  void record(const LedgerBatch& batch) {
    try {
      write(batch);
    } catch (...) {
      codes_.clear();  // some may have been numbered in what is now undone
      read_codes();
      throw;
    }
  }

  Evaluation read_evaluation(std::int64_t id) {
    Statement& row = statements.evaluation;
    const Reading reading(row.bind(id));
    if (!row.step()) damaged("an evaluation is gone");
    auto metrics = ledger::decode_numbers(row.blob(1));
    auto blocks = ledger::decode_blocks(row.blob(2));
    auto details = ledger::decode_details(row.blob(3));
    const std::int64_t status = row.integer(0);
    if (!metrics || !blocks || !details || status < 0 || status > 1) {
      damaged(fmt::format("evaluation {} cannot be read", id));
    }
    return Evaluation{.status = status == 0 ? Evaluation::Status::ok : Evaluation::Status::failed,
                      .failure = std::string(row.text(4)),
                      .metrics = std::move(*metrics),
                      .blocks = std::move(*blocks),
                      .details = std::move(*details),
                      .events = static_cast<std::uint64_t>(row.integer(5))};
  }

  [[noreturn]] void damaged(const std::string& what) const {
    throw LedgerError(
        fmt::format("ledger '{}': {}: it is damaged; move it away, and a new one is begun", database.path(), what));
  }

  struct Statements {
    explicit Statements(Database& database)
        : insert_policy(database, "INSERT OR IGNORE INTO policy VALUES (?, ?, ?, ?)"),
          insert_scenario(database, "INSERT OR IGNORE INTO scenario VALUES (?, ?, ?)"),
          insert_evaluation(database,
                            "INSERT OR IGNORE INTO evaluation (policy, scenario, code, status, objective, metrics, "
                            "blocks, details, failure, events, seconds, recorded) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          evaluation(database, "SELECT status, metrics, blocks, details, failure, events FROM evaluation WHERE id = ?"),
          evaluation_id(database, "SELECT id FROM evaluation WHERE policy = ? AND scenario = ? AND code = ?"),
          insert_code(database, "INSERT OR IGNORE INTO code (version) VALUES (?)"),
          code(database, "SELECT id FROM code WHERE version = ?") {}
    Statement insert_policy;
    Statement insert_scenario;
    Statement insert_evaluation;
    Statement evaluation;
    Statement evaluation_id;
    Statement insert_code;
    Statement code;
  };

  mutable std::mutex mutex;
  Database database;
  Statements statements;
  std::unordered_set<Digest, DigestHash> programs;  // written down with their text

 private:
  void write(const LedgerBatch& batch) {
    const std::string now = now_utc();
    std::vector<std::pair<IndexKey, std::int64_t>> added;
    added.reserve(batch.evaluations.size());
    Transaction transaction(database);
    for (const PolicyRecord& policy : batch.policies) {
      statements.insert_policy.bind(policy.digest, policy.domain, policy.name, policy.source).run();
    }
    for (const ScenarioRecord& scenario : batch.scenarios) {
      statements.insert_scenario.bind(scenario.digest, scenario.domain, scenario.label).run();
    }
    for (const EvaluationRecord& record : batch.evaluations) {
      const IndexKey key{record.key.policy, record.key.scenario, code_id(record.key.code_version)};
      if (!index_.contains(key)) added.emplace_back(key, insert(key, record, now));
    }
    transaction.commit();
    index_.insert(added.begin(), added.end());
    for (const PolicyRecord& policy : batch.policies) {
      if (!policy.source.empty()) programs.insert(policy.digest);
    }
  }

  void read_codes() {
    Statement rows(database, "SELECT version, id FROM code");
    while (rows.step()) codes_.emplace(rows.text(0), rows.integer(1));
  }

  void read_programs() {
    Statement rows(database, "SELECT digest FROM policy WHERE source != ''");
    while (rows.step()) programs.insert(rows.digest(0));
  }

  void read_index() {
    index_.reserve(static_cast<std::size_t>(database.integer("SELECT count(*) FROM evaluation")));
    // All of these stand in the index of the table: the results are not read.
    Statement rows(database, "SELECT policy, scenario, code, id FROM evaluation");
    while (rows.step()) index_.emplace(IndexKey{rows.digest(0), rows.digest(1), rows.integer(2)}, rows.integer(3));
  }

  /// Within a transaction.
  CodeId code_id(const std::string& version) {
    const auto known = codes_.find(version);
    if (known != codes_.end()) return known->second;
    statements.insert_code.bind(version).run();
    const Reading reading(statements.code.bind(version));
    if (!statements.code.step()) damaged("a code version is gone");
    return codes_.emplace(version, statements.code.integer(0)).first->second;
  }

  std::int64_t insert(const IndexKey& key, const EvaluationRecord& record, const std::string& now) {
    const Evaluation& evaluation = record.evaluation;
    const std::string metrics = ledger::encode_numbers(evaluation.metrics);
    const std::string blocks = ledger::encode_blocks(evaluation.blocks);
    const std::string details = ledger::encode_details(evaluation.details);
    const std::int64_t status = evaluation.status == Evaluation::Status::ok ? 0 : 1;
    const auto objective = evaluation.metrics.empty() ? std::nullopt : std::optional(evaluation.metrics.front());
    statements.insert_evaluation
        .bind(key.policy, key.scenario, key.code, status, objective, Blob{metrics}, Blob{blocks}, Blob{details},
              evaluation.failure, static_cast<std::int64_t>(evaluation.events), record.seconds, now)
        .run();
    if (database.changes() > 0) return database.last_id();
    // Another process was first.
    const Reading reading(statements.evaluation_id.bind(key.policy, key.scenario, key.code));
    if (!statements.evaluation_id.step()) damaged("an evaluation is gone");
    return statements.evaluation_id.integer(0);
  }

  std::unordered_map<std::string, CodeId> codes_;
  std::unordered_map<IndexKey, std::int64_t, IndexHash> index_;  // to row numbers
};

Ledger::Ledger(const std::string& path, double wait_seconds)
    : storage_(std::make_unique<Storage>(path, wait_seconds)) {}
Ledger::~Ledger() = default;

const std::string& Ledger::path() const { return storage_->database.path(); }

std::optional<Evaluation> Ledger::find(const EvaluationKey& key) const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->find(key);
}

std::vector<std::optional<Evaluation>> Ledger::find(std::span<const EvaluationKey> keys) const {
  const std::lock_guard lock(storage_->mutex);
  Transaction transaction(storage_->database, Transaction::Kind::read);
  std::vector<std::optional<Evaluation>> found;
  found.reserve(keys.size());
  for (const EvaluationKey& key : keys) found.push_back(storage_->find(key));
  transaction.commit();
  return found;
}

void Ledger::record(const LedgerBatch& batch) {
  const std::lock_guard lock(storage_->mutex);
  storage_->record(batch);
}

bool Ledger::knows_program(const Digest& digest) const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->programs.contains(digest);
}

std::vector<Digest> Ledger::programs_on(const Digest& scenario, const std::string& code_version) const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->programs_on(scenario, code_version);
}

std::optional<PolicyRecord> Ledger::find_policy(const Digest& digest) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT domain, name, source FROM policy WHERE digest = ? ORDER BY domain LIMIT 1");
  if (!row.bind(digest).step()) return std::nullopt;
  return PolicyRecord{digest, std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
}

RunId Ledger::begin_run(const std::string& command, const std::string& options, std::uint64_t seed) {
  const std::lock_guard lock(storage_->mutex);
  const std::string now = now_utc();
  Statement(storage_->database, "INSERT INTO run (command, options, seed, started) VALUES (?, ?, ?, ?)")
      .bind(command, options, static_cast<std::int64_t>(seed), now)
      .run();
  return storage_->database.last_id();
}

void Ledger::end_run(RunId run, const std::string& outcome) {
  const std::lock_guard lock(storage_->mutex);
  const std::string now = now_utc();
  Statement(storage_->database, "UPDATE run SET ended = ?, outcome = ? WHERE id = ?").bind(now, outcome, run).run();
  if (storage_->database.changes() == 0) throw LedgerError(fmt::format("ledger '{}': there is no run {}", path(), run));
}

std::vector<RunRecord> Ledger::runs(const std::string& command) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT id, command, options, seed, started, ended, outcome FROM run "
                "WHERE ?1 = '' OR command = ?1 ORDER BY id");
  row.bind(command);
  std::vector<RunRecord> runs;
  while (row.step()) runs.push_back(run_in(row));
  return runs;
}

std::optional<RunRecord> Ledger::find_run(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT id, command, options, seed, started, ended, outcome FROM run WHERE id = ?");
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

std::vector<Digest> Ledger::choices(const Digest& context) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT policy, max(id) AS latest FROM choice WHERE context = ? GROUP BY policy ORDER BY latest DESC");
  row.bind(context);
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
  const std::string now = now_utc();
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

LedgerSummary Ledger::summary() const {
  const std::lock_guard lock(storage_->mutex);
  const auto count = [&](const char* table) {
    return static_cast<std::uint64_t>(storage_->database.integer(fmt::format("SELECT count(*) FROM {}", table)));
  };
  return {.evaluations = count("evaluation"),
          .policies = count("policy"),
          .scenarios = count("scenario"),
          .runs = count("run"),
          .exchanges = count("exchange")};
}

std::vector<std::string> Ledger::check() const {
  const std::lock_guard lock(storage_->mutex);
  std::vector<std::string> problems;
  Statement row(storage_->database, "PRAGMA integrity_check");
  while (row.step()) {
    if (row.text(0) != "ok") problems.emplace_back(row.text(0));
  }
  Statement keys(storage_->database, "PRAGMA foreign_key_check");
  while (keys.step()) problems.push_back(fmt::format("table {}: row {} points nowhere", keys.text(0), keys.integer(1)));
  Statement ids(storage_->database, "SELECT id FROM evaluation");
  while (ids.step()) {
    try {
      storage_->read_evaluation(ids.integer(0));
    } catch (const LedgerError& error) {
      problems.emplace_back(error.what());
    }
  }
  return problems;
}

PolicyRecord describe_policy(const Policy& policy, const std::string& domain) {
  const policy::ProgramPtr& program = policy.program();
  if (!program) return {.digest = policy.digest(), .domain = domain, .name = policy.name(), .source = ""};
  return {.digest = policy.digest(),
          .domain = program->signature().domain,
          .name = policy.name(),
          .source = policy::to_source(*program)};
}

}  // namespace syswright
