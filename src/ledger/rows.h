#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/sqlite.h"

/// Questions that a Ledger and a LedgerView ask alike.
namespace syswright::ledger {

/// The beginning of every question for progress; progress_in reads its rows.
inline constexpr std::string_view select_progress =
    "SELECT run, seconds, spent, fraction, best, policy, note FROM progress";
ProgressRecord progress_in(const Statement& row);

std::vector<ProgressRecord> read_progress(Database& database, RunId run);
/// Throws LedgerError for one that cannot be read.
std::vector<ProposalRecord> read_proposals(Database& database, RunId run);
std::vector<VerdictRecord> read_verdicts(Database& database, const Digest& policy);
std::optional<PolicyRecord> read_policy(Database& database, const Digest& digest);

}  // namespace syswright::ledger
