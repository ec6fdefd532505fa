#include "ledger/rows.h"

#include <fmt/format.h>

#include <limits>

#include "ledger/codec.h"

namespace syswright::ledger {
namespace {

/// SQLite keeps NaN as NULL.
double real_or_nan(const Statement& row, int column) {
  return row.is_null(column) ? std::numeric_limits<double>::quiet_NaN() : row.real(column);
}

}  // namespace

ProgressRecord progress_in(const Statement& row) {
  return {.run = row.integer(0),
          .seconds = row.real(1),
          .spent = row.real(2),
          .fraction = row.real(3),
          .best = row.is_null(4) ? std::nullopt : std::optional(row.real(4)),
          .policy = row.is_null(5) ? std::nullopt : std::optional(row.digest(5)),
          .note = std::string(row.text(6))};
}

std::vector<ProgressRecord> read_progress(Database& database, RunId run) {
  Statement row(database, fmt::format("{} WHERE run = ? ORDER BY id", select_progress));
  row.bind(run);
  std::vector<ProgressRecord> all;
  while (row.step()) all.push_back(progress_in(row));
  return all;
}

std::vector<ProposalRecord> read_proposals(Database& database, RunId run) {
  Statement row(database, "SELECT policy, parents, origin, train, spent FROM proposal WHERE run = ? ORDER BY id");
  row.bind(run);
  std::vector<ProposalRecord> proposals;
  while (row.step()) {
    auto parents = decode_digests(row.blob(1));
    if (!parents) {
      throw LedgerError(fmt::format(
          "ledger '{}': a proposal of run {} cannot be read: it is damaged; move it away, and a new one is begun",
          database.path(), run));
    }
    proposals.push_back({.run = run,
                         .policy = row.digest(0),
                         .parents = std::move(*parents),
                         .origin = std::string(row.text(2)),
                         .train = real_or_nan(row, 3),
                         .spent = real_or_nan(row, 4)});
  }
  return proposals;
}

std::vector<VerdictRecord> read_verdicts(Database& database, const Digest& policy) {
  Statement row(database,
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

std::optional<PolicyRecord> read_policy(Database& database, const Digest& digest) {
  Statement row(database, "SELECT domain, name, source FROM policy WHERE digest = ? ORDER BY domain LIMIT 1");
  if (!row.bind(digest).step()) return std::nullopt;
  return PolicyRecord{digest, std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
}

}  // namespace syswright::ledger
