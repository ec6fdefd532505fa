#include "ledger/ledger.h"

#include <fmt/format.h>

#include "ledger/rows.h"
#include "ledger/storage.h"

namespace syswright {

using ledger::Statement;
using ledger::Transaction;

Ledger::Ledger(const std::string& path, double wait_seconds)
    : storage_(std::make_unique<Storage>(path, wait_seconds)) {}
Ledger::~Ledger() = default;

const std::string& Ledger::path() const { return storage_->database.path(); }

std::optional<Evaluation> Ledger::find(const EvaluationKey& key) const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->find(key, {});
}

std::vector<std::optional<Evaluation>> Ledger::find(std::span<const EvaluationKey> keys, const Mark& until) const {
  const std::lock_guard lock(storage_->mutex);
  Transaction transaction(storage_->database, Transaction::Kind::read);
  std::vector<std::optional<Evaluation>> found;
  found.reserve(keys.size());
  for (const EvaluationKey& key : keys) found.push_back(storage_->find(key, until));
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

std::vector<Digest> Ledger::programs_on(const Digest& scenario, const std::string& code_version,
                                        const Mark& until) const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->programs_on(scenario, code_version, until);
}

std::optional<PolicyRecord> Ledger::find_policy(const Digest& digest) const {
  const std::lock_guard lock(storage_->mutex);
  return ledger::read_policy(storage_->database, digest);
}

Ledger::Mark Ledger::mark() const {
  const std::lock_guard lock(storage_->mutex);
  const auto last = [&](const char* table) {
    return storage_->database.integer(fmt::format("SELECT coalesce(max(id), 0) FROM {}", table));
  };
  return {.evaluation = last("evaluation"), .choice = last("choice")};
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
