#pragma once

#include "ledger/sqlite.h"

namespace syswright::ledger {

/// Grows by one with every change of the tables; a ledger written with a larger one is refused.
inline constexpr int schema_version = 4;

/// Makes a database that was just opened a ledger: sets the journal, creates the tables in a new file, brings older
/// ones up to date. Returns it. Throws LedgerError for a database of another program, and for one from a newer
/// Syswright.
Database& with_schema(Database& database);

/// The checks alone, for a database that is only read; an older one is refused too. Throws LedgerError.
void check_schema(Database& database);

}  // namespace syswright::ledger
