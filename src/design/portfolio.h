#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "design/strategy.h"

namespace syswright::design {

struct PortfolioOptions {
  double opening = 0.04;          ///< share of a budget in evaluations that each member spends first
  double opening_programs = 100;  ///< the same in programs on the whole training scenarios, at most
  double floor = 0.04;            ///< least share of what is spent after the opening, of each member
  double sharpness = 1.5;         ///< power of a member's gain per evaluation in the rest of the shares
  double memory = 2;              ///< half-life of what a member gained, in openings that it spent
};

/// Several strategies on one search. Each spends an opening share; then budget moves to those that gain: the share of a
/// member is a floor, so that none starves, plus a part in proportion to (a power of) its gain per evaluation, of which
/// what is longer ago counts less. The next turn is of the member that is furthest behind its share.
///
/// Gain: the places in the hall that a turn's programs took, 1/2 for the first, 1/4 for the second and so on, so that a
/// small improvement late counts like a large one early. The members share the hall, the best program so far, and what
/// was tried: no program is paid for twice, and a member may go on from what another found.
///
/// Deterministic: no draws, and no clock. Source: shares by rank-based credit that decays, as in OpenTuner's AUC
/// bandit, Ansel et al., PACT 2014, after Fialho, Schoenauer and Sebag, GECCO 2010; a floor, as in probability
/// matching, Thierens, GECCO 2005.
class Portfolio final : public StrategyDesigner {
 public:
  using Members = std::vector<std::unique_ptr<const StrategyDesigner>>;

  /// At least one member, in the order in which they open: the first should be the one that knows best how to begin.
  explicit Portfolio(Members members, PortfolioOptions options = {});
  bool keeps_notebook() const override;
  std::unique_ptr<Strategy> start(Search& search) const override;

 private:
  Members members_;
  PortfolioOptions options_;
};

/// The designers of this folder that are strategies and ask no language model.
Portfolio::Members own_strategies();

}  // namespace syswright::design
