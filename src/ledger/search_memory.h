#pragma once

#include <span>
#include <vector>

#include "design/memory.h"
#include "domain/domain.h"
#include "ledger/ledger.h"

namespace syswright {

/// What a ledger knows of earlier searches in a domain. Results of other code versions do not count; programs that were
/// chosen under them do, as long as they compile. What is recorded after a look-up is not in it.
class SearchMemory final : public design::Memory {
 public:
  /// Both must outlive it. until: what was recorded later is not in it.
  SearchMemory(const Ledger& ledger, const Domain& domain, const Ledger::Mark& until)
      : ledger_(ledger), domain_(domain), until_(until) {}

  std::vector<Remembered> recall(std::span<const std::vector<ScenarioPtr>> levels) const override;
  std::optional<std::vector<Evaluation>> evaluations(const Digest& program,
                                                     std::span<const ScenarioPtr> scenarios) const override;
  policy::ProgramPtr program(const Digest& digest) const override;
  std::vector<Digest> chosen(const Digest& context) const override { return ledger_.choices(context, until_); }

 private:
  Fact fact_of(const Digest& program, std::span<const ScenarioPtr> scenarios) const;

  const Ledger& ledger_;
  const Domain& domain_;
  Ledger::Mark until_;
};

}  // namespace syswright
