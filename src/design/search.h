#pragma once

#include <string>

#include "design/designer.h"
#include "design/grammar.h"
#include "design/spending.h"
#include "design/trials.h"

namespace syswright::design {

/// What every search by generated programs has in common: the budget, the trials, and the grammar made from a look at
/// the first training scenario. Not movable: parts refer to each other.
class Search {
 public:
  /// Throws InputError for a task without training scenarios, seeds of another domain, or a budget too small.
  explicit Search(const Task& task, const GrammarOptions& options = {});
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  const Task& task() const { return task_; }
  Spending& spending() { return spending_; }
  Trials& trials() { return trials_; }
  const Grammar& grammar() const { return grammar_; }

  /// False once the search is over. Call between batches: keeps what the finalists will need held back.
  bool may_go_on();
  /// The task's seeds, each of equal ones once, and what earlier runs chose, if the task has a memory; proposes them at
  /// the first call.
  const std::vector<Candidate*>& propose_seeds();
  /// Proposes `count` random programs, fewer if the grammar is nearly exhausted.
  std::vector<Candidate*> propose_random(Random& random, std::size_t count);

  /// Compares the finalists on validation and tells the outcome. `prefix` names the best program: "evolved_1f3a9c".
  /// A seed of the task, which was there before the search, gives way only to a program that is surely better.
  Outcome finish(const std::string& prefix);
  /// What finish() chose; nullptr before.
  const Candidate* winner() const { return winner_; }

 private:
  struct Finalist {
    Candidate* candidate = nullptr;
    std::vector<Evaluation> evaluations;
    double loss = 0;
  };
  /// At most this many programs are compared on validation.
  static constexpr std::size_t max_finalists = 12;

  Scales look_around();
  void propose_remembered();
  void ensure_one();
  Candidate* incumbent();
  std::vector<Candidate*> contenders(Candidate* incumbent, double most) const;
  std::vector<Finalist> validate(Candidate* incumbent);
  void judge(std::vector<Finalist>& finalists) const;
  std::size_t simplest_of_best(const std::vector<Finalist>& finalists) const;
  std::size_t choose(const std::vector<Finalist>& finalists, const Candidate* incumbent) const;
  PairedDifference compare(const Finalist& a, const Finalist& b, std::span<const double> weights) const;
  std::vector<double> validation_weights(const std::vector<Finalist>& finalists) const;

  const Task& task_;
  double validation_cost_;  // of one program, in evaluations
  Spending spending_;
  Trials trials_;
  Vocabulary vocabulary_;
  Grammar grammar_;
  std::vector<Candidate*> seeds_;
  bool proposed_seeds_ = false;
  const Candidate* winner_ = nullptr;
};

}  // namespace syswright::design
