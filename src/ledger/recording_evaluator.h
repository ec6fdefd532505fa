#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/evaluator.h"
#include "ledger/ledger.h"

namespace syswright {

/// Asks the ledger first, and another Evaluator for what it does not know. What is asked for twice in a batch (equal
/// policy digest, scenario digest and code version) is evaluated once.
///
/// New results are written down as they come in, several in one transaction: the whole batch in one if it is short,
/// else about twice a second; so a killed process loses what was in flight and the last half second at most. Cancelled
/// evaluations are not written, and neither are failures without metrics, which are the machine's (see ThreadFarm).
/// Results are the same with and without a ledger, and do not depend on what it holds.
///
/// Throws what the other Evaluator throws, after writing what was done by then, and LedgerError.
class RecordingEvaluator : public Evaluator {
 public:
  /// Both must outlive it. domain: that the jobs are of.
  RecordingEvaluator(Evaluator& evaluator, Ledger& ledger, std::string domain);

  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override;

  struct Counts {
    std::uint64_t asked = 0;
    std::uint64_t remembered = 0;  ///< found in the ledger
    std::uint64_t repeated = 0;    ///< within a batch
    std::uint64_t evaluated = 0;   ///< by the other Evaluator, to the end
  };
  const Counts& counts() const { return counts_; }

 private:
  Evaluator& evaluator_;
  Ledger& ledger_;
  std::string domain_;
  Counts counts_;
};

}  // namespace syswright
