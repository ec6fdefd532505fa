#include "ledger/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>

#include "ledger/codec.h"
#include "ledger/rows.h"
#include "ledger/schema.h"
#include "ledger/sqlite.h"

namespace syswright {
namespace {

using ledger::Database;
using ledger::Statement;

constexpr double wait_seconds = 5;
/// Counting walks over a table.
constexpr std::chrono::seconds summary_age{10};

/// What a reader may not do: make the file, or bring it up to date.
const std::string& prepared(const std::string& path) {
  try {
    if (std::filesystem::exists(path)) {
      Database reader(path, wait_seconds, Database::Access::read);
      ledger::check_schema(reader);
      return path;
    }
  } catch (const LedgerError&) {
    // An older one; or one that the next lines refuse in better words.
  }
  Database writer(path, wait_seconds);
  ledger::with_schema(writer);
  return path;
}

/// Columns of a run, with what a list shows of its JSON.
constexpr std::string_view run_columns =
    "SELECT run.id, run.command, run.options, run.seed, run.started, run.ended, run.invocation, "
    "CASE WHEN json_valid(options) THEN options ELSE '{}' END AS asked, "
    "CASE WHEN json_valid(outcome) THEN outcome ELSE '{}' END AS found, "
    "(SELECT max(progress.id) FROM progress WHERE progress.run = run.id) AS last FROM run";

std::string run_query(std::string_view rest) {
  return fmt::format(
      "SELECT id, command, options, seed, started, ended, invocation, asked ->> '$.designer', asked ->> '$.budget', "
      "asked ->> '$.workload', found ->> '$.verdict', found ->> '$.policy.digest', found ->> '$.policy.name', last "
      "FROM ({}) {}",
      run_columns, rest);
}

RunLine run_line(const Statement& row) {
  return {.run = {.id = row.integer(0),
                  .command = std::string(row.text(1)),
                  .options = std::string(row.text(2)),
                  .seed = static_cast<std::uint64_t>(row.integer(3)),
                  .started = std::string(row.text(4)),
                  .ended = std::string(row.text(5)),
                  .outcome = "",
                  .invocation = std::string(row.text(6))},
          .designer = std::string(row.text(7)),
          .budget = std::string(row.text(8)),
          .workload = std::string(row.text(9)),
          .verdict = std::string(row.text(10)),
          .policy = std::string(row.text(11)),
          .policy_name = std::string(row.text(12)),
          .last = {},
          .last_progress = row.integer(13)};
}

/// The pattern of LIKE that finds `text` as it stands.
std::string literal_pattern(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

KeptEvaluation kept(const Statement& row) {
  KeptEvaluation one{.policy = row.digest(0),
                     .scenario = row.digest(1),
                     .code = row.integer(2),
                     .evaluation = {},
                     .recorded = std::string(row.text(6))};
  one.evaluation.status = row.integer(3) == 0 ? Evaluation::Status::ok : Evaluation::Status::failed;
  one.evaluation.metrics = ledger::decode_numbers(row.blob(4)).value_or(std::vector<double>{});
  one.evaluation.failure = std::string(row.text(5));
  return one;
}

}  // namespace

class LedgerView::Storage {
 public:
  explicit Storage(const std::string& path) : database(prepared(path), wait_seconds, Database::Access::read) {
    ledger::check_schema(database);
    // Counting walks over an index; a page is read once.
    database.execute("PRAGMA cache_size = -65536");
  }

  /// Of a run that ended so, what was read before serves again: outcomes are long.
  std::optional<RunLine> run(RunId id, const std::string& ended) {
    const auto known = ended_runs.find(id);
    if (known != ended_runs.end() && known->second.run.ended == ended) return known->second;
    Statement row(database, run_query("WHERE id = ?"));
    if (!row.bind(id).step()) return std::nullopt;
    RunLine line = run_line(row);
    if (line.last_progress != 0) {
      Statement last(database, fmt::format("{} WHERE id = ?", ledger::select_progress));
      if (last.bind(line.last_progress).step()) line.last = ledger::progress_in(last);
    }
    if (!ended.empty()) ended_runs.insert_or_assign(id, line);
    return line;
  }

  LedgerSummary summary() {
    const auto now = std::chrono::steady_clock::now();
    if (now - summed_at > summary_age || summed_at == std::chrono::steady_clock::time_point{}) {
      summed_at = now;
      sums.policies = count("SELECT count(*) FROM policy");
      sums.scenarios = count("SELECT count(*) FROM scenario");
      sums.exchanges = count("SELECT count(*) FROM exchange");
    }
    // Rows of these are never removed: the last number is their count, without a walk over them.
    sums.evaluations = count("SELECT max(id) FROM evaluation");
    sums.runs = count("SELECT max(id) FROM run");
    return sums;
  }

  std::uint64_t count(const char* question) { return static_cast<std::uint64_t>(database.integer(question)); }

  void count_scenarios(double max_age_seconds) {
    const auto now = std::chrono::steady_clock::now();
    const std::int64_t state = database.integer("PRAGMA data_version");
    if (counted_state == state) return;
    if (counted_state != -1 && std::chrono::duration<double>(now - counted_at).count() < max_age_seconds) return;
    Statement row(database,
                  "SELECT digest, domain, label, n FROM scenario JOIN (SELECT scenario AS s, count(*) AS n FROM "
                  "evaluation INDEXED BY sqlite_autoindex_evaluation_1 GROUP BY scenario) ON s = digest "
                  "ORDER BY n DESC, label, digest");
    counts.clear();
    while (row.step()) {
      counts.push_back({{row.digest(0), std::string(row.text(1)), std::string(row.text(2))},
                        static_cast<std::uint64_t>(row.integer(3))});
    }
    counted_state = state;
    counted_at = now;
  }

  mutable std::mutex mutex;
  Database database;
  std::map<RunId, RunLine> ended_runs;
  LedgerSummary sums;
  std::chrono::steady_clock::time_point summed_at{};
  std::vector<ScenarioLine> counts;
  std::int64_t counted_state = -1;
  std::chrono::steady_clock::time_point counted_at;
};

LedgerView::LedgerView(const std::string& path) : storage_(std::make_unique<Storage>(path)) {}
LedgerView::~LedgerView() = default;

const std::string& LedgerView::path() const { return storage_->database.path(); }

std::int64_t LedgerView::state() const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->database.integer("PRAGMA data_version");
}

LedgerSummary LedgerView::summary() const {
  const std::lock_guard lock(storage_->mutex);
  return storage_->summary();
}

std::vector<RunLine> LedgerView::runs(std::size_t limit) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT id, ended FROM run ORDER BY id DESC LIMIT ?");
  row.bind(static_cast<std::int64_t>(limit));
  std::vector<std::pair<RunId, std::string>> found;
  while (row.step()) found.emplace_back(row.integer(0), row.text(1));
  std::vector<RunLine> lines;
  for (const auto& [id, ended] : found) {
    if (auto line = storage_->run(id, ended)) lines.push_back(*std::move(line));
  }
  return lines;
}

std::optional<RunLine> LedgerView::run(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT ended FROM run WHERE id = ?");
  if (!row.bind(run).step()) return std::nullopt;
  const std::string ended(row.text(0));
  return storage_->run(run, ended);
}

std::string LedgerView::outcome(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT outcome FROM run WHERE id = ?");
  return row.bind(run).step() ? std::string(row.text(0)) : "";
}

std::vector<ProposalRecord> LedgerView::proposals(RunId run) const {
  const std::lock_guard lock(storage_->mutex);
  return ledger::read_proposals(storage_->database, run);
}

std::vector<ProgressRecord> LedgerView::progress(RunId run, std::size_t limit) const {
  const std::lock_guard lock(storage_->mutex);
  std::vector<ProgressRecord> all = ledger::read_progress(storage_->database, run);
  if (all.size() <= limit || limit == 0) return all;
  std::vector<ProgressRecord> some;
  for (std::size_t i = 1; i <= limit; ++i) some.push_back(all[(all.size() * i - 1) / limit]);
  return some;
}

std::optional<PolicyRecord> LedgerView::policy(const Digest& digest) const {
  const std::lock_guard lock(storage_->mutex);
  return ledger::read_policy(storage_->database, digest);
}

std::vector<PolicyRecord> LedgerView::policies(const std::string& domain, const std::string& text,
                                               std::size_t limit) const {
  const std::lock_guard lock(storage_->mutex);
  // Natives first: they are few, and what people compare with.
  Statement row(storage_->database,
                "SELECT digest, domain, name, source FROM policy WHERE (?1 = '' OR domain = ?1) AND "
                "(?2 = '' OR name LIKE ?3 ESCAPE '\\' OR lower(hex(digest)) LIKE ?4 ESCAPE '\\') "
                "ORDER BY source != '', name, digest LIMIT ?5");
  const std::string pattern = literal_pattern(text);
  const std::string prefix = pattern.substr(1);
  row.bind(domain, text, pattern, prefix, static_cast<std::int64_t>(limit));
  std::vector<PolicyRecord> all;
  while (row.step()) {
    all.push_back({row.digest(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3))});
  }
  return all;
}

std::vector<RunId> LedgerView::runs_with(const Digest& policy) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT run FROM proposal WHERE policy = ?1 UNION SELECT run FROM choice WHERE policy = ?1 ORDER BY 1");
  row.bind(policy);
  std::vector<RunId> runs;
  while (row.step()) runs.push_back(row.integer(0));
  return runs;
}

std::vector<VerdictRecord> LedgerView::verdicts(const Digest& policy) const {
  const std::lock_guard lock(storage_->mutex);
  return ledger::read_verdicts(storage_->database, policy);
}

std::optional<ScenarioRecord> LedgerView::scenario(const Digest& digest) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database, "SELECT domain, label FROM scenario WHERE digest = ?");
  if (!row.bind(digest).step()) return std::nullopt;
  return ScenarioRecord{digest, std::string(row.text(0)), std::string(row.text(1))};
}

std::vector<ScenarioLine> LedgerView::scenarios(const std::string& domain, double max_age_seconds) const {
  const std::lock_guard lock(storage_->mutex);
  storage_->count_scenarios(max_age_seconds);
  std::vector<ScenarioLine> lines;
  for (const ScenarioLine& line : storage_->counts) {
    if (domain.empty() || line.scenario.domain == domain) lines.push_back(line);
  }
  return lines;
}

std::vector<KeptEvaluation> LedgerView::evaluations_of(const Digest& policy) const {
  const std::lock_guard lock(storage_->mutex);
  Statement row(storage_->database,
                "SELECT policy, scenario, code, status, metrics, failure, recorded, blocks, details, events FROM "
                "evaluation WHERE policy = ? ORDER BY scenario, code DESC");
  row.bind(policy);
  std::vector<KeptEvaluation> all;
  while (row.step()) {
    if (!all.empty() && all.back().scenario == row.digest(1)) continue;  // an older code version
    KeptEvaluation one = kept(row);
    one.evaluation.blocks = ledger::decode_blocks(row.blob(7)).value_or(std::vector<Block>{});
    one.evaluation.details = ledger::decode_details(row.blob(8)).value_or(ledger::Details{});
    one.evaluation.events = static_cast<std::uint64_t>(row.integer(9));
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<KeptEvaluation> LedgerView::evaluations_on(const Digest& scenario, bool lower_is_better,
                                                       std::size_t limit) const {
  const std::lock_guard lock(storage_->mutex);
  // A failed run has the worst metrics, and stands last.
  Statement row(
      storage_->database,
      fmt::format("SELECT policy, scenario, code, status, metrics, failure, recorded FROM evaluation WHERE id "
                  "IN (SELECT id FROM (SELECT rowid AS id, max(code) FROM evaluation INDEXED BY "
                  "sqlite_autoindex_evaluation_1 WHERE scenario = ?1 GROUP BY policy)) "
                  "ORDER BY status, objective {}, policy LIMIT ?2",
                  lower_is_better ? "ASC" : "DESC"));
  row.bind(scenario, static_cast<std::int64_t>(limit));
  std::vector<KeptEvaluation> all;
  while (row.step()) all.push_back(kept(row));
  return all;
}

}  // namespace syswright
