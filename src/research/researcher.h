#pragma once

#include <cstddef>

#include "design/strategy.h"

namespace syswright::research {

struct ResearcherOptions {
  std::size_t inquiries = 3;  ///< lines of work side by side; fewer where the budget is small
  std::size_t patience = 14;  ///< steps without noticeable progress after which one starts anew
};

/// Searches as a researcher works: supposes, tries, reads what the judges say, concludes. It reads ablations (dead
/// terms go, dear terms are refined, constants that matter are tuned), the phases of the workload in which the leader
/// loses (conditions on what is special there, mixtures with who wins there), decisions that are left open, and bounds;
/// where no finding points anywhere it varies what survived. What to do next is the step that promises most: the weight
/// of the finding, times how often steps of the kind helped so far, less for what was tried on this leader already.
///
/// Several inquiries work side by side, from different ideas: what is known, a survey of short programs, programs of
/// the grammar. A supervisor that sees findings and not programs gives the next step to whoever leads or waits longest;
/// an inquiry that no longer gains ends, hands on a digest of what it found out, and another begins elsewhere. Judges
/// look at training scenarios only, and are paid from the budget. Keeps a notebook. Without a language model;
/// deterministic. Source of the loop: Glia, arXiv 2510.27176; Engram, arXiv 2603.21321 (hand-over by a digest).
class Researcher final : public design::StrategyDesigner {
 public:
  explicit Researcher(ResearcherOptions options = {})
      : StrategyDesigner("researcher",
                         "supposes, tries, reads what the judges say and concludes, by rule; keeps a notebook",
                         "researched"),
        options_(options) {}
  bool keeps_notebook() const override { return true; }
  std::unique_ptr<design::Strategy> start(design::Search& search) const override;

 private:
  ResearcherOptions options_;
};

}  // namespace syswright::research
