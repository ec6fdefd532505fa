#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.h"
#include "design/search.h"
#include "judge/explain/ablate.h"
#include "judge/explain/slice.h"

namespace syswright::research {

using design::Candidate;
using Field = std::vector<Candidate*>;

/// Difference of two losses as people read it: a share of what it is compared with, 95 % paired.
struct Change {
  Interval share;     ///< negative is better; infinite ends where nothing is known of the spread
  bool sure = false;  ///< the interval excludes 0, corrected for the programs that were looked at
};
/// "-1.20 % (-1.62 to -0.79)".
std::string in_words(const Change& change);

/// A policy of others, with what it reaches on the training scenarios of a level.
struct Yardstick {
  std::string name;
  std::vector<double> objectives;  ///< [scenarios]
  double loss = 0;
};

/// Where researchers work: the trials of a search, and the judges, who look at training scenarios only. Whatever is run
/// is charged to the search's budget, and nothing is run twice. Deterministic.
class Playground {
 public:
  explicit Playground(design::Search& search);

  design::Search& search() { return search_; }
  design::Trials& trials() { return search_.trials(); }
  const design::Task& task() const { return search_.task(); }
  const Metric& metric() const { return task().domain.metrics().front(); }
  std::size_t top() const { return search_.trials().top(); }
  /// The level below the whole, where populations live and judges work; the whole where there is none.
  std::size_t home() const { return top() == 0 ? 0 : top() - 1; }
  double affordable() const { return search_.spending().affordable(); }
  double spent() const { return search_.spending().spent(); }

  /// nullptr for a program that was proposed before, that drifts (design/drift.h), or that is far too large.
  Candidate* propose(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents = {});
  /// Both known at the level. tests: programs that were looked at before this one was chosen.
  Change compare(const Candidate& a, const Candidate& b, std::size_t level, std::size_t tests = 1) const;
  /// Objectives as people read them: five digits, in their unit.
  std::string quantity_text(double objective) const;
  /// The objective of a loss.
  std::string loss_text(double loss) const;

  /// What each part of a program is worth, by running it without, on the level that `most` evaluations pay for: the
  /// judge's edits and verdicts, over the search's own loss. The edits most worth knowing come first where not all can
  /// be paid for. Nothing where not even few can, or the search ends meanwhile. Changes are shares of the loss.
  struct Examination {
    std::size_t level = 0;
    judge::Ablations ablations;     ///< objective is 1: improvements are shares of the loss, positive is better
    std::vector<Candidate*> tried;  ///< [ablations]; nullptr for a program that drifts
    std::vector<std::string> dead;  ///< terms that nothing tells from a constant
    bool whole = true;              ///< false: not every edit was paid for
  };
  std::optional<Examination> examine(Candidate& candidate, double most);

  /// The phases of one whole training scenario in which a candidate wins and loses against another policy. Nothing
  /// where their blocks do not compare, or the search ends.
  std::optional<judge::Slices> slice(Candidate& candidate, const Policy& rival, std::size_t scenario);

  /// The domain's baselines at the cheapest level, best first; empty where they cost more than `most`.
  const std::vector<Yardstick>& yardsticks(double most);
  /// Distance of a candidate known at the top from the tightest provable bound, for each training scenario, relative;
  /// nothing for one without a bound. Bounds are asked for once, and charged as an evaluation each; empty where that
  /// costs more than `most`.
  std::vector<std::optional<double>> gaps(const Candidate& candidate, double most);

 private:
  class Charged;
  std::size_t level_for(std::size_t programs, double most) const;
  bool charge_look(const Scenario& scenario);
  void conclude(Examination& examination, const Candidate& candidate) const;

  design::Search& search_;
  std::optional<std::vector<Yardstick>> yardsticks_;
  std::optional<std::vector<std::optional<double>>> bounds_;
};

}  // namespace syswright::research
