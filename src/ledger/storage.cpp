#include "ledger/storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "ledger/codec.h"
#include "ledger/schema.h"

namespace syswright {

using ledger::Blob;
using ledger::Database;
using ledger::Reading;
using ledger::Statement;
using ledger::Transaction;

Ledger::Storage::Storage(const std::string& path, double wait_seconds)
    : database(path, wait_seconds), statements_(ledger::with_schema(database)) {
  read_codes();
  read_programs();
  read_index();
}

Ledger::Storage::Statements::Statements(Database& database)
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

std::optional<Evaluation> Ledger::Storage::find(const EvaluationKey& key, const Mark& until) {
  const auto code = codes_.find(key.code_version);
  if (code == codes_.end()) return std::nullopt;
  const auto known = index_.find({key.policy, key.scenario, code->second});
  if (known == index_.end() || known->second > until.evaluation) return std::nullopt;
  return read_evaluation(known->second);
}

std::vector<Digest> Ledger::Storage::programs_on(const Digest& scenario, const std::string& version,
                                                 const Mark& until) const {
  std::vector<Digest> found;
  const auto code = codes_.find(version);
  if (code == codes_.end()) return found;
  for (const auto& [key, row] : index_) {
    if (key.scenario == scenario && key.code == code->second && row <= until.evaluation &&
        programs.contains(key.policy)) {
      found.push_back(key.policy);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Ledger::Storage::record(const LedgerBatch& batch) {
  try {
    write(batch);
  } catch (...) {
    codes_.clear();  // some may have been numbered in what is now undone
    read_codes();
    throw;
  }
}

Evaluation Ledger::Storage::read_evaluation(std::int64_t id) {
  Statement& row = statements_.evaluation;
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

void Ledger::Storage::damaged(const std::string& what) const {
  throw LedgerError(
      fmt::format("ledger '{}': {}: it is damaged; move it away, and a new one is begun", database.path(), what));
}

void Ledger::Storage::write(const LedgerBatch& batch) {
  const std::string now = ledger::now_utc();
  std::vector<std::pair<IndexKey, std::int64_t>> added;
  added.reserve(batch.evaluations.size());
  Transaction transaction(database);
  for (const PolicyRecord& policy : batch.policies) {
    statements_.insert_policy.bind(policy.digest, policy.domain, policy.name, policy.source).run();
  }
  for (const ScenarioRecord& scenario : batch.scenarios) {
    statements_.insert_scenario.bind(scenario.digest, scenario.domain, scenario.label).run();
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

void Ledger::Storage::read_codes() {
  Statement rows(database, "SELECT version, id FROM code");
  while (rows.step()) codes_.emplace(rows.text(0), rows.integer(1));
}

void Ledger::Storage::read_programs() {
  Statement rows(database, "SELECT digest FROM policy WHERE source != ''");
  while (rows.step()) programs.insert(rows.digest(0));
}

void Ledger::Storage::read_index() {
  index_.reserve(static_cast<std::size_t>(database.integer("SELECT count(*) FROM evaluation")));
  // All of these stand in the index of the table: the results are not read.
  Statement rows(database, "SELECT policy, scenario, code, id FROM evaluation");
  while (rows.step()) index_.emplace(IndexKey{rows.digest(0), rows.digest(1), rows.integer(2)}, rows.integer(3));
}

/// Within a transaction.
Ledger::Storage::CodeId Ledger::Storage::code_id(const std::string& version) {
  const auto known = codes_.find(version);
  if (known != codes_.end()) return known->second;
  statements_.insert_code.bind(version).run();
  const Reading reading(statements_.code.bind(version));
  if (!statements_.code.step()) damaged("a code version is gone");
  return codes_.emplace(version, statements_.code.integer(0)).first->second;
}

std::int64_t Ledger::Storage::insert(const IndexKey& key, const EvaluationRecord& record, const std::string& now) {
  const Evaluation& evaluation = record.evaluation;
  const std::string metrics = ledger::encode_numbers(evaluation.metrics);
  const std::string blocks = ledger::encode_blocks(evaluation.blocks);
  const std::string details = ledger::encode_details(evaluation.details);
  const std::int64_t status = evaluation.status == Evaluation::Status::ok ? 0 : 1;
  const auto objective = evaluation.metrics.empty() ? std::nullopt : std::optional(evaluation.metrics.front());
  statements_.insert_evaluation
      .bind(key.policy, key.scenario, key.code, status, objective, Blob{metrics}, Blob{blocks}, Blob{details},
            evaluation.failure, static_cast<std::int64_t>(evaluation.events), record.seconds, now)
      .run();
  if (database.changes() > 0) return database.last_id();
  // Another process was first.
  const Reading reading(statements_.evaluation_id.bind(key.policy, key.scenario, key.code));
  if (!statements_.evaluation_id.step()) damaged("an evaluation is gone");
  return statements_.evaluation_id.integer(0);
}

}  // namespace syswright

namespace syswright::ledger {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  if (::gmtime_r(&now, &parts) == nullptr) return "";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace syswright::ledger
