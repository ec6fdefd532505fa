#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "design/designer.h"

namespace syswright::design {

/// What earlier runs left, for a search that is told to start from it (Task::memory). ledger/ implements it. An outcome
/// then is a function of task, seed and what is remembered.
class Memory {
 public:
  virtual ~Memory() = default;

  /// What is remembered of a program at one size of the training scenarios.
  struct Fact {
    bool known = false;  ///< on each of the scenarios
    bool failed = false;
    std::vector<double> objectives;  ///< [scenarios]
    Digest behaviour;                ///< behaviour_of() its evaluations
  };
  struct Remembered {
    Digest program;
    std::vector<Fact> levels;  ///< [levels]
  };
  /// Every program that is known on all scenarios of at least one level, by digest. levels: [levels][scenarios].
  virtual std::vector<Remembered> recall(std::span<const std::vector<ScenarioPtr>> levels) const = 0;
  /// Its evaluations on these scenarios; nullopt if one is missing.
  virtual std::optional<std::vector<Evaluation>> evaluations(const Digest& program,
                                                             std::span<const ScenarioPtr> scenarios) const = 0;
  /// nullptr if its text is not there, or does not compile in this domain.
  virtual policy::ProgramPtr program(const Digest& digest) const = 0;
  /// Programs that earlier runs with this context handed over, the latest first, each once.
  virtual std::vector<Digest> chosen(const Digest& context) const = 0;
};

/// What two runs have in common that may learn from each other: domain, signature and training scenarios. The
/// scenarios' order does not matter.
Digest context_of(const Domain& domain, std::span<const ScenarioPtr> train);

/// Equal for evaluations with equal costs in every block: of programs that did the same on the same scenarios.
Digest behaviour_of(std::span<const Evaluation> evaluations);

/// What one search knows from earlier ones, looked up once when it starts.
class Recollection {
 public:
  /// levels: [levels][scenarios], the last are the whole training scenarios.
  Recollection(const Memory& memory, const Task& task, std::vector<std::vector<ScenarioPtr>> levels);

  /// Whether the program failed at some level: it is not tried again.
  bool failed(const Digest& program) const { return failed_.contains(program); }
  /// Whether all of its evaluations at a level are there.
  bool knows(const Digest& program, std::size_t level) const { return known_.contains({program, level}); }
  /// Its evaluations at a level, for nothing; nullopt where they are not all known.
  std::optional<std::vector<Evaluation>> evaluations(const Digest& program, std::size_t level) const;
  /// On validation.
  std::optional<std::vector<Evaluation>> validation(const Digest& program) const;
  /// Whether another program that behaved like this at a level is known at a higher one: what this one would do there
  /// was paid for.
  bool went_on(const Digest& behaviour, std::size_t level, const Digest& except) const;

  /// What earlier runs with the same context handed over, the latest first.
  const std::vector<policy::ProgramPtr>& chosen() const { return chosen_; }
  /// The best on the whole training scenarios that behave differently, best first.
  const std::vector<policy::ProgramPtr>& best() const { return best_; }

  /// Counted by whoever uses it.
  struct Uses {
    std::size_t failures = 0;  ///< programs not tried
    std::size_t twins = 0;     ///< not tried further
    std::size_t evaluations = 0;
    double worth = 0;  ///< of the budget, in evaluations of whole scenarios
  };
  Uses uses;
  /// What was used of it, in sentences.
  std::vector<std::string> notes() const;

 private:
  void find_best(const std::vector<Memory::Remembered>& all, double sign);

  const Memory& memory_;
  std::vector<ScenarioPtr> validation_;
  std::vector<std::vector<ScenarioPtr>> levels_;
  std::size_t programs_ = 0;
  std::set<Digest> failed_;
  std::set<std::pair<Digest, std::size_t>> known_;
  /// (behaviour, level) of programs known at a higher level, with the program; at most two of a kind.
  std::set<std::pair<std::pair<Digest, std::size_t>, Digest>> went_on_;
  std::vector<policy::ProgramPtr> chosen_;
  std::vector<policy::ProgramPtr> best_;
};

}  // namespace syswright::design
