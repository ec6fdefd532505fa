#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "ledger/ledger.h"
#include "ledger/sqlite.h"

namespace syswright {

/// The open file of a ledger, and the index of what it holds. Who uses it holds `mutex`.
class Ledger::Storage {
 public:
  Storage(const std::string& path, double wait_seconds);

  std::optional<Evaluation> find(const EvaluationKey& key, const Mark& until);
  std::vector<Digest> programs_on(const Digest& scenario, const std::string& version, const Mark& until) const;
  void record(const LedgerBatch& batch);
  Evaluation read_evaluation(std::int64_t id);
  [[noreturn]] void damaged(const std::string& what) const;

  struct DigestHash {
    std::size_t operator()(const Digest& digest) const { return digest.low; }
  };

  mutable std::mutex mutex;
  ledger::Database database;
  std::unordered_set<Digest, DigestHash> programs;  // written down with their text

 private:
  using CodeId = std::int64_t;

  struct Statements {
    explicit Statements(ledger::Database& database);
    ledger::Statement insert_policy;
    ledger::Statement insert_scenario;
    ledger::Statement insert_evaluation;
    ledger::Statement evaluation;
    ledger::Statement evaluation_id;
    ledger::Statement insert_code;
    ledger::Statement code;
  };

  struct IndexKey {
    Digest policy;
    Digest scenario;
    CodeId code = 0;
    friend bool operator==(const IndexKey&, const IndexKey&) = default;
  };
  struct IndexHash {
    std::size_t operator()(const IndexKey& key) const {
      return key.policy.low ^ mix64(key.scenario.low + static_cast<std::uint64_t>(key.code));
    }
  };

  void write(const LedgerBatch& batch);
  void read_codes();
  void read_programs();
  void read_index();
  CodeId code_id(const std::string& version);
  std::int64_t insert(const IndexKey& key, const EvaluationRecord& record, const std::string& now);

  Statements statements_;
  std::unordered_map<std::string, CodeId> codes_;
  std::unordered_map<IndexKey, std::int64_t, IndexHash> index_;  // to row numbers
};

}  // namespace syswright

namespace syswright::ledger {

/// By the machine's clock: for people, no result depends on it.
std::string now_utc();

}  // namespace syswright::ledger
