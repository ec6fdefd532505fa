#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "design/comparison.h"
#include "design/designer.h"
#include "design/memory.h"
#include "design/spending.h"

namespace syswright::design {

/// The training scenarios at one size: whole, or as miniatures.
struct Level {
  double fraction = 1;
  std::vector<ScenarioPtr> scenarios;
  double cost = 0;  ///< of one candidate, in evaluations
};

/// What a candidate reached at one level.
struct LevelResult {
  bool known = false;
  double loss = 0;                 ///< lower is better, whatever the metric; infinite for a candidate that failed
  std::vector<double> objectives;  ///< [scenarios]
  std::vector<std::vector<Block>> blocks;  ///< [scenarios]; emptied by Trials::forget_blocks
};

/// A program under trial.
struct Candidate {
  policy::ProgramPtr program;
  std::string origin;
  std::vector<Digest> parents;
  std::size_t number = 0;  ///< in the order of proposal
  double spent = 0;        ///< budget spent when it was last tried
  std::vector<LevelResult> levels;
  std::vector<Evaluation> training;  ///< at the top level, once known there

  const Digest& digest() const { return program->digest(); }
  std::size_t size() const { return program->size(); }
  bool known(std::size_t level) const { return levels[level].known; }
  double loss(std::size_t level) const { return levels[level].loss; }
  /// The largest level at which it was tried; asserts that there is one.
  std::size_t highest() const;
};

/// Evaluates candidates on the training scenarios, each canonical program once a scenario, and charges the budget.
///
/// Loss: the weighted mean of the objectives over the scenarios, its sign turned where higher is better. Weights are
/// inverse to each scenario's median objective over the first candidates tried, so that no scenario counts more because
/// its numbers are large; with one scenario the loss is the objective itself.
class Trials {
 public:
  /// Fractions of the events of a scenario at which candidates are raced, before the whole.
  static constexpr double race_fractions[] = {1.0 / 16, 1.0 / 4};
  /// Miniatures with fewer events are not used.
  static constexpr std::uint64_t min_miniature_events = 200;
  /// Candidates evaluated together: enough for many threads, few enough to show progress and to stop.
  static constexpr std::size_t batch_size = 64;

  Trials(const Task& task, Spending& spending);

  const std::vector<Level>& levels() const { return levels_; }
  std::size_t top() const { return levels_.size() - 1; }

  /// The candidate of a program not met before; nullptr if its canonical form was proposed already, or failed in an
  /// earlier run that is remembered.
  Candidate* propose(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents = {});
  /// The same, whatever is remembered of it.
  Candidate* propose_again(policy::ProgramPtr program, std::string origin);
  Candidate* find(const Digest& digest) const;
  std::size_t proposed() const { return candidates_.size(); }

  /// Tries those candidates that were not tried at this level, in batches. Where the budget ends, or a stop is asked
  /// for, the rest stays unknown. What earlier runs are remembered to have found costs nothing. Reports progress after
  /// each batch.
  void measure(std::span<Candidate* const> candidates, std::size_t level);
  /// Tries one candidate at the top level, whether or not the budget still allows it or a stop was asked for.
  void measure_to_the_end(Candidate& candidate);
  /// Both must be known at the level, with blocks.
  PairedDifference compare(const Candidate& a, const Candidate& b, std::size_t level) const;
  void forget_blocks(Candidate& candidate);
  /// Whether an earlier run paid for what this candidate would do above the level: another program that did the same
  /// there went on. Counts it as passed over.
  bool pass_over(const Candidate& candidate, std::size_t level);
  /// What is known from earlier runs; nullptr without a memory.
  Recollection* recollection() const { return recollection_.get(); }

  /// Best by loss at the top level; nullptr if none is known there.
  Candidate* best() const { return best_; }
  /// Best by loss at the highest level at which any is known; nullptr if none is.
  Candidate* most_promising() const;
  /// Candidates known at the top level, best first; at most `hall_size`, each apart from the others in its results,
  /// and of one tuning only the best.
  const std::vector<Candidate*>& hall() const { return hall_; }
  static constexpr std::size_t hall_size = 32;

  /// The loss in the direction of the metric: what people are told.
  double objective(double loss) const { return sign_ * loss; }
  double sign() const { return sign_; }
  const std::vector<double>& weights() const { return weights_; }
  /// Improvements, and the first-parent line of `winner`, in the order found.
  std::vector<Ancestor> history(const Candidate& winner) const;
  const std::vector<Outcome::Point>& convergence() const { return convergence_; }

  void set_note(std::string note) { note_ = std::move(note); }
  /// Seconds that one evaluation of a whole scenario takes in a batch, as measured; 0 if not yet known.
  double seconds_per_evaluation() const;
  void report() const;

 private:
  void add_level(double fraction);
  Candidate* admit(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents);
  void run(std::span<Candidate* const> missing, std::size_t level, const std::stop_token& stop);
  void remember(std::vector<Candidate*>& missing, std::size_t level);
  void weigh(std::span<Candidate* const> tried, std::size_t level);
  void take(Candidate& candidate, std::size_t level, std::span<const Evaluation> evaluations, double price);
  void set_weights(std::span<Candidate* const> tried, std::size_t level);
  double loss_of(const LevelResult& result) const;
  void welcome(Candidate& candidate);

  const Task& task_;
  Spending& spending_;
  double sign_;
  std::vector<Level> levels_;
  std::unique_ptr<Recollection> recollection_;
  std::vector<double> weights_;  // empty until the first batch
  std::map<Digest, std::unique_ptr<Candidate>> candidates_;
  std::vector<Candidate*> order_;
  Candidate* best_ = nullptr;
  std::vector<Candidate*> hall_;
  std::vector<const Candidate*> improvements_;
  std::vector<Outcome::Point> convergence_;
  std::string note_;
  double top_seconds_ = 0;
  double top_evaluations_ = 0;
};

}  // namespace syswright::design
