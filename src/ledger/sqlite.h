#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

struct sqlite3;
struct sqlite3_stmt;

/// A thin C++ face of SQLite: what owns is freed, what fails throws LedgerError with a remedy.
namespace syswright::ledger {

/// Bytes, told from text.
struct Blob {
  std::string_view bytes;
};

class Database {
 public:
  enum class Access {
    write,  ///< creates the file, and its folder, if there is none
    read,   ///< of a file that is there
  };
  /// Waits so long for another process's transaction to end. Throws LedgerError.
  Database(const std::string& path, double wait_seconds, Access access = Access::write);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that give no rows.
  void execute(const std::string& sql);
  std::int64_t integer(const std::string& sql);
  std::string text(const std::string& sql);
  /// Like text(), for the statements in which SQLite itself does not wait for other processes.
  std::string text_patiently(const std::string& sql);
  std::int64_t last_id() const;
  /// Rows that the last INSERT, UPDATE or DELETE touched.
  int changes() const;
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_; }
  /// code: of SQLite.
  [[noreturn]] void fail(int code) const;

 private:
  std::string path_;
  double wait_seconds_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement. Values given to bind() must live until the rows are read.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <typename... Values>
  Statement& bind(const Values&... values) {
    reset();
    int place = 0;
    (bind_one(++place, values), ...);
    return *this;
  }
  /// False at the end of the rows.
  bool step();
  /// To the end, for statements whose rows do not matter.
  void run();
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Valid until the next step or reset.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  /// Throws LedgerError if the column does not hold 16 bytes.
  Digest digest(int column) const;

 private:
  void bind_one(int place, std::int64_t value);
  void bind_one(int place, double value);
  void bind_one(int place, std::string_view text);
  void bind_one(int place, const std::string& text) { bind_one(place, std::string_view(text)); }
  void bind_one(int place, Blob blob);
  void bind_one(int place, const Digest& digest);
  void bind_one(int place, std::optional<double> value);

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Ends a statement's reading when the scope is left, by an exception too.
class Reading {
 public:
  explicit Reading(Statement& statement) : statement_(statement) {}
  ~Reading() { statement_.reset(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Statement& statement_;
};

/// Everything until commit(), or nothing.
class Transaction {
 public:
  enum class Kind {
    read,   ///< sees one state of the file throughout, and saves the locks of its single statements
    write,  ///< keeps other writers out from the start
  };
  explicit Transaction(Database& database, Kind kind = Kind::write) : database_(database) {
    database_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    database_.execute("COMMIT");
    open_ = false;
  }

 private:
  Database& database_;
  bool open_ = true;
};

/// 16 bytes, the high word first, each big-endian: sorts as Digest does, and reads as Digest::hex in SQLite's hex().
std::string to_bytes(const Digest& digest);
/// nullopt if there are not 16 bytes.
std::optional<Digest> digest_from_bytes(std::string_view bytes);

}  // namespace syswright::ledger
