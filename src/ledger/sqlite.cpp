#include "ledger/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <filesystem>

#include "ledger/ledger.h"

namespace syswright::ledger {
namespace {

/// What a person can do about an error of SQLite.
std::string_view remedy(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process is writing to it: wait until it ends, or use another ledger";
    case SQLITE_NOTADB:
      return "it is not a ledger: name another file";
    case SQLITE_CORRUPT:
      return "it is damaged: move it away, and a new one is begun; 'sqlite3 FILE .recover' saves what can be read";
    case SQLITE_CANTOPEN:
      return "is the name right, and may you write in the folder? Otherwise use another ledger";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "it may not be written: change its permissions and its folder's, or use another ledger";
    case SQLITE_FULL:
      return "the disk is full: make room, or use a ledger on another disk";
    case SQLITE_IOERR:
      return "the disk failed or is full: check it, or use a ledger on another one";
    default:
      return "use another ledger, and report this";
  }
}

void put_word(std::uint64_t word, char* bytes) {
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(word >> (56 - 8 * i));
}

std::uint64_t get_word(std::string_view bytes) {
  std::uint64_t word = 0;
  for (char byte : bytes.substr(0, 8)) word = word << 8 | static_cast<unsigned char>(byte);
  return word;
}

void create_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw LedgerError(fmt::format("ledger '{}': cannot create folder '{}': {}; use another ledger", path,
                                  folder.string(), error.message()));
  }
}

}  // namespace

Database::Database(const std::string& path, double wait_seconds, Access access)
    : path_(path), wait_seconds_(wait_seconds) {
  if (path != ":memory:" && access == Access::write) create_folder_of(path);
  // NOMUTEX: the ledger has its own lock.
  const int flags = (access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string problem = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close(handle_);
    throw LedgerError(fmt::format("ledger '{}': {}; {}", path, problem, remedy(code)));
  }
  // A ledger may come from a stranger: what its schema says must not run functions, nor may it be bent by pragmas.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, static_cast<int>(wait_seconds * 1000));
}

Database::~Database() { sqlite3_close(handle_); }

void Database::fail(int code) const {
  throw LedgerError(fmt::format("ledger '{}': {}; {}", path_, sqlite3_errmsg(handle_), remedy(code)));
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::integer(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.text(0)) : "";
}

std::string Database::text_patiently(const std::string& sql) {
  constexpr int pause_ms = 5;
  for (int waited_ms = 0;; waited_ms += pause_ms) {
    try {
      return text(sql);
    } catch (const LedgerError&) {
      const bool busy = (sqlite3_errcode(handle_) & 0xFF) == SQLITE_BUSY;
      if (!busy || waited_ms >= wait_seconds_ * 1000) throw;
    }
    sqlite3_sleep(pause_ms);
  }
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_); }
int Database::changes() const { return sqlite3_changes(handle_); }

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The connection's message is of this failure until something else is called.
  try {
    database_.fail(code);
  } catch (...) {
    reset();
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(statement_); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
}

Digest Statement::digest(int column) const {
  if (const auto digest = digest_from_bytes(blob(column))) return *digest;
  throw LedgerError(
      fmt::format("ledger '{}': a digest does not have 16 bytes; {}", database_.path(), remedy(SQLITE_CORRUPT)));
}

void Statement::bind_one(int place, std::int64_t value) { sqlite3_bind_int64(statement_, place, value); }
void Statement::bind_one(int place, double value) { sqlite3_bind_double(statement_, place, value); }
void Statement::bind_one(int place, std::string_view text) {
  // A null pointer would bind NULL.
  sqlite3_bind_text(statement_, place, text.empty() ? "" : text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}
void Statement::bind_one(int place, Blob blob) {
  const std::string_view bytes = blob.bytes;
  sqlite3_bind_blob(statement_, place, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()),
                    SQLITE_STATIC);
}
void Statement::bind_one(int place, const Digest& digest) {
  std::array<char, 16> bytes;
  put_word(digest.high, bytes.data());
  put_word(digest.low, bytes.data() + 8);
  sqlite3_bind_blob(statement_, place, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
}
void Statement::bind_one(int place, std::optional<double> value) {
  value ? sqlite3_bind_double(statement_, place, *value) : sqlite3_bind_null(statement_, place);
}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some failures, a full disk for one.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

std::string to_bytes(const Digest& digest) {
  std::string bytes(16, '\0');
  put_word(digest.high, bytes.data());
  put_word(digest.low, bytes.data() + 8);
  return bytes;
}

std::optional<Digest> digest_from_bytes(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  return Digest{get_word(bytes), get_word(bytes.substr(8))};
}

}  // namespace syswright::ledger
