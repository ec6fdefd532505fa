#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/domain.h"
#include "domain/evaluator.h"

/// design/: searches for a policy under a budget. A designer knows a domain by its interface only, asks an Evaluator
/// for evaluations, and never sees test scenarios.
namespace syswright::design {

struct ChatService;
class Memory;
struct Notebook;

/// What a search may spend. Evaluations are counted in whole training scenarios: a run on a miniature with a tenth of
/// the events counts a tenth. At least one limit is set. With a limit on evaluations only, the outcome is a function of
/// task and seed; a limit in seconds stops the same sequence of steps earlier or later.
struct Budget {
  std::optional<double> evaluations;
  std::optional<double> seconds;
};

/// What a search that is gone on with had spent when it was cut off. Its steps are taken again from the beginning:
/// those up to here are in the ledger, cost next to nothing, and do not run the clock.
struct Paid {
  double evaluations = 0;
  double seconds = 0;
};

/// A policy's score in one split: per scenario, in its order, and mean_objective(): one failure makes it the worst.
struct Score {
  double mean = 0;
  std::vector<Evaluation> evaluations;
};

/// One candidate that mattered: an accepted improvement, with where it came from.
struct Ancestor {
  policy::ProgramPtr program;
  std::string origin;  ///< "seed lru", "crossover", "mutate constant", …
  std::vector<Digest> parents;
  double train = 0;
  double spent = 0;  ///< budget spent, in evaluations, when it was found
};

struct Progress {
  double spent_evaluations = 0;
  double elapsed_seconds = 0;
  double fraction = 0;         ///< of the budget, 0 to 1
  std::optional<double> best;  ///< training objective
  std::string note;            ///< "generation 12, island 3"
  policy::ProgramPtr best_program;
  std::vector<Ancestor> history{};  ///< so far, as Outcome::history
};

struct Task {
  const Domain& domain;
  std::vector<ScenarioPtr> train;
  std::vector<ScenarioPtr> validation;
  Evaluator& evaluator;
  Budget budget;
  std::uint64_t seed = 1;
  std::vector<policy::ProgramPtr> seeds;  ///< programs to start from, if any
  std::function<void(const Progress&)> progress;
  std::stop_token stop;
  const ChatService* chat = nullptr;  ///< language models, for designers that ask one (chat.h)
  const Memory* memory = nullptr;     ///< of earlier runs, to start from (memory.h)
  Paid paid;                          ///< by the run that this one goes on with
};

struct Outcome {
  policy::ProgramPtr best;  ///< chosen on validation; never null
  Score train;
  Score validation;
  policy::ProgramPtr runner_up;   ///< the best on validation that behaves differently; may be null
  std::vector<Ancestor> history;  ///< improvements in the order found, the lineage of best among them
  struct Point {
    double spent = 0;
    double best = 0;
  };
  std::vector<Point> convergence;  ///< best training objective against budget spent
  double spent = 0;                ///< evaluations
  std::uint64_t candidates = 0;    ///< distinct programs tried
  bool stopped = false;            ///< by the stop token, before the budget was spent
  std::vector<std::string> notes;  ///< what people should know of how it went, a sentence each
  /// How the search went, step by step (notebook.h); null of a designer that keeps none.
  std::shared_ptr<const Notebook> notebook;
};

class Designer {
 public:
  virtual ~Designer() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& summary() const = 0;
  /// Whether it asks Task::chat, and cannot work without.
  virtual bool needs_chat() const { return false; }
  /// Of one that needs it: the designer that works alike without; empty if there is none.
  virtual std::string_view without_chat() const { return ""; }
  /// Whether its outcomes have a notebook.
  virtual bool keeps_notebook() const { return false; }
  /// Throws InputError for a task it cannot work on.
  virtual Outcome design(const Task& task) const = 0;
};

}  // namespace syswright::design
