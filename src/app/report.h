#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/json.h"
#include "app/judge_evidence.h"
#include "app/sweep_curves.h"
#include "domain/domain.h"
#include "studies/design_run.h"

namespace syswright::app {

/// A finished design, with everything that it takes to judge it and to do it again.
struct DesignReport {
  const Domain& domain;
  WorkloadSummary workload;
  const Suite& suite;
  const studies::DesignRun& run;
  std::string command;  ///< that does it again
  std::string designer;
  std::string budget;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  double seconds = 0;  ///< that the search took
  std::string version;
  std::vector<std::pair<std::string, std::string>> options{};  ///< of the domain, as used
  std::optional<Evidence> evidence{};                          ///< what the judges say; none before they were asked
  std::optional<ReportCurves> curves{};  ///< of the designed policy, the best baseline and a usual one, where there are
};

/// One sentence on each held-out scenario: how the designed policy stands against the best baseline, whoever wins.
std::vector<std::string> verdict_sentences(const DesignReport& report);
/// One sentence on all of them.
std::string verdict_headline(const DesignReport& report);

/// The means over all held-out scenarios: of the designed policy, of the best baseline (by its mean) and of the bound,
/// with the gap between them. Empty for fewer than two scenarios, and where the designed policy failed in one.
std::string overall_sentence(const DesignReport& report);

/// The ancestors of the best policy in the search's history, oldest first, the best itself last. Follows the first
/// parent that is on record; empty if the best is not on record.
std::vector<design::Ancestor> lineage(const design::Outcome& outcome);

/// One page that needs nothing else: no network, no other file.
std::string report_html(const DesignReport& report);
Json report_json(const DesignReport& report);

/// Writes report.html, report.json, results.csv into `folder`, which is created, and returns the path of the page.
/// Throws SystemError.
std::string write_report(const DesignReport& report, const std::string& folder);

}  // namespace syswright::app
