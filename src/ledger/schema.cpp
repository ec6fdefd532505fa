#include "ledger/schema.h"

#include <fmt/format.h>

#include "ledger/ledger.h"

namespace syswright::ledger {
namespace {

constexpr int application_id = 0x53595357;  // "SYSW": tells a ledger from other SQLite files

// Digests are 16 bytes, big-endian: `SELECT hex(policy)` shows what Syswright prints. Blobs: ledger/codec.h.
constexpr const char* tables = R"(
CREATE TABLE code (id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE policy (
  digest BLOB NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
  source TEXT NOT NULL,  -- empty: native
  PRIMARY KEY (digest, domain)) STRICT, WITHOUT ROWID;
CREATE TABLE scenario (
  digest BLOB NOT NULL PRIMARY KEY, domain TEXT NOT NULL, label TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY, policy BLOB NOT NULL, scenario BLOB NOT NULL, code INTEGER NOT NULL REFERENCES code(id),
  status INTEGER NOT NULL,  -- 0 ok, 1 failed
  objective REAL,           -- the first metric, for queries by hand
  metrics BLOB NOT NULL, blocks BLOB NOT NULL, details BLOB NOT NULL, failure TEXT NOT NULL,
  events INTEGER NOT NULL, seconds REAL,
  recorded TEXT NOT NULL,   -- UTC
  UNIQUE (policy, scenario, code)) STRICT;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, command TEXT NOT NULL, options TEXT NOT NULL, seed INTEGER NOT NULL,
  started TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), policy BLOB NOT NULL, parents BLOB NOT NULL,
  origin TEXT NOT NULL, train REAL, spent REAL) STRICT;
CREATE INDEX proposal_by_run ON proposal(run);
CREATE TABLE verdict (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), judge TEXT NOT NULL, policy BLOB NOT NULL,
  scenario BLOB NOT NULL, claim TEXT NOT NULL, holds INTEGER NOT NULL, evidence TEXT NOT NULL) STRICT;
CREATE INDEX verdict_by_policy ON verdict(policy);
)";

/// Since version 2.
constexpr const char* exchange_table = R"(
CREATE TABLE exchange (
  key BLOB NOT NULL PRIMARY KEY, model TEXT NOT NULL,
  request TEXT NOT NULL,      -- JSON: messages and options
  answered INTEGER NOT NULL,  -- 1: an answer; 0: a failure
  reply TEXT NOT NULL,        -- JSON: the answer or what went wrong, tokens, dollars
  recorded TEXT NOT NULL) STRICT, WITHOUT ROWID;
)";

/// Since version 3.
constexpr const char* choice_table = R"(
CREATE TABLE choice (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id),
  context BLOB NOT NULL,  -- digest of domain, signature and training scenarios
  policy BLOB NOT NULL) STRICT;
CREATE INDEX choice_by_context ON choice(context);
)";

/// Since version 4.
constexpr const char* progress_and_invocation = R"(
CREATE TABLE progress (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id),
  seconds REAL NOT NULL,   -- since the search began, pauses left out
  spent REAL NOT NULL,     -- of the budget, in evaluations
  fraction REAL NOT NULL,  -- of the budget, 0 to 1
  best REAL,               -- training objective
  policy BLOB,             -- that has it
  note TEXT NOT NULL) STRICT;
CREATE INDEX progress_by_run ON progress(run);
ALTER TABLE run ADD COLUMN invocation TEXT NOT NULL DEFAULT '';  -- JSON: how to go on with it
)";

void set_journal(Database& database) {
  const std::string mode = database.text_patiently("PRAGMA journal_mode = WAL");
  // Without WAL (a network folder) only FULL keeps a rollback journal safe from a loss of power.
  database.execute(mode == "wal" ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
  database.execute("PRAGMA wal_autocheckpoint = 8192");  // pages of 4 KiB: a checkpoint each 32 MiB
  database.execute("PRAGMA journal_size_limit = 67108864");
  database.execute("PRAGMA cache_size = -32768");  // KiB
  database.execute("PRAGMA foreign_keys = ON");
}

void create_tables(Database& database) {
  Transaction transaction(database);
  // Two processes may open a new file at once: the second finds the tables of the first.
  if (database.integer("PRAGMA user_version") == 0) {
    database.execute(tables);
    database.execute(exchange_table);
    database.execute(choice_table);
    database.execute(progress_and_invocation);
    database.execute(fmt::format("PRAGMA application_id = {}", application_id));
    database.execute(fmt::format("PRAGMA user_version = {}", schema_version));
  }
  transaction.commit();
}

/// Brings a ledger of an older version up to date, step by step.
void upgrade(Database& database) {
  Transaction transaction(database);
  // Two processes may find an old file at once: the second finds it upgraded.
  if (database.integer("PRAGMA user_version") == 1) {
    database.execute(exchange_table);
    database.execute("PRAGMA user_version = 2");
  }
  if (database.integer("PRAGMA user_version") == 2) {
    database.execute(choice_table);
    database.execute("PRAGMA user_version = 3");
  }
  if (database.integer("PRAGMA user_version") == 3) {
    database.execute(progress_and_invocation);
    database.execute("PRAGMA user_version = 4");
  }
  transaction.commit();
}

struct Found {
  bool empty = false;
  std::int64_t version = 0;
};

/// The first read of the file: what is not a database fails here, before anything is written.
Found look_at(Database& database) {
  const std::int64_t found = database.integer("PRAGMA application_id");
  const bool empty = database.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (found != application_id && !empty) {
    throw LedgerError(
        fmt::format("ledger '{}': this is a database of another program; name another file", database.path()));
  }
  const std::int64_t version = database.integer("PRAGMA user_version");
  if (version > schema_version) {
    throw LedgerError(
        fmt::format("ledger '{}': written by a newer Syswright (its schema is {}, this program knows {}); "
                    "update Syswright, or use another ledger",
                    database.path(), version, schema_version));
  }
  return {empty, version};
}

}  // namespace

Database& with_schema(Database& database) {
  const Found found = look_at(database);
  set_journal(database);
  if (found.empty) {
    create_tables(database);
  } else if (found.version < schema_version) {
    upgrade(database);
  }
  return database;
}

void check_schema(Database& database) {
  if (look_at(database).version != schema_version) {
    throw LedgerError(
        fmt::format("ledger '{}': written by an older Syswright; any command that writes to it brings it up to date",
                    database.path()));
  }
}

}  // namespace syswright::ledger
