#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "optimize/artifact.h"
#include "optimize/evaluator.h"
#include "optimize/score.h"

namespace syswright::optimize {

struct Progress {
  std::uint64_t spent = 0;  ///< evaluations
  double fraction = 0;      ///< of the budget, 0 to 1
  std::optional<double> best;
  std::string note;
};

/// Where new settings come from.
enum class Source {
  automatic,  ///< bayes for a small budget of evaluations: see source_for
  cma,        ///< CMA-ES and bandits (proposals.h)
  bayes,      ///< a model of what was measured (modelled.h)
};

/// What is searched, on what, and what it may cost. One evaluation is one run of the evaluator: one text on one
/// instance. With a limit on evaluations only, the outcome is a function of all this; a limit in seconds stops the same
/// sequence of steps earlier or later.
struct Task {
  const Artifact& artifact;
  std::vector<Instance> train;       ///< at least one; a single task has one without a name
  std::vector<Instance> validation;  ///< empty: the best on train is taken
  Measure measure;                   ///< asked in batches; never twice for a text on an instance
  Direction direction = Direction::maximise;
  std::optional<std::uint64_t> evaluations;
  std::optional<double> seconds;
  std::uint64_t seed = 1;
  Source source = Source::automatic;
  std::size_t minibatch = 0;  ///< instances of a first look; 0: 3, or all where there are fewer than 6
  unsigned threads = 1;       ///< that measure uses: to hold back time for the validation, and for nothing else
  std::function<void(const Progress&)> progress;
  std::stop_token stop;
};

/// A setting that was measured on all training instances.
struct Found {
  Setting setting;  ///< of the task's artefact; empty for a text that was written anew
  std::string text;
  std::string origin;       ///< "original", as Proposal::origin, or who wrote it
  std::uint64_t spent = 0;  ///< evaluations, when it was known
  Score train;
  std::vector<Measurement> measurements;  ///< [train]
  std::optional<Score> validation;        ///< of those that were in the last choice
};

struct FrontMember {
  Found found;
  std::vector<std::string> leads;  ///< instances and objectives on which nothing was better
};

enum class Ending {
  budget,
  all_tried,
  stopped,
  writer_over,  ///< nobody is left to write texts, and there are no marks to search
};

struct Outcome {
  Found original;
  Found best;  ///< the original, where nothing was found to be better
  std::vector<FrontMember> front;
  struct Step {
    std::uint64_t spent = 0;
    double best = 0;  ///< training mean, as the evaluator prints it
    std::string origin;
  };
  std::vector<Step> history;     ///< every gain, the original first
  std::uint64_t spent = 0;       ///< evaluations
  std::uint64_t candidates = 0;  ///< different texts that were looked at
  std::uint64_t accepted = 0;    ///< of them, measured on all training instances
  std::uint64_t restarts = 0;
  std::map<std::string, std::uint64_t> failures;  ///< reasons, and how often
  Ending ending = Ending::budget;
  std::vector<std::string> notes;  ///< what people should know of how it went, a sentence each
};

/// Where the settings of a task come from: `source`, unless that is automatic. Then a model for a budget of up to 120
/// first looks at a setting; and CMA-ES under a limit in
/// seconds only, since then nobody knows how many there will be.
Source source_for(const Task& task);

/// Searches the settings of an artefact.
///
/// Every generation of proposals (proposals.h) is first measured on a minibatch of instances, the same for all and
/// drawn anew for each generation; those strictly better there than the best so far, at most a quarter of a generation
/// and at least one, are measured on the rest. The best so far is the best mean on all training instances. Beside it a
/// front is kept of settings that lead on some instance or objective; its members are restarted from and merged. Where
/// there are no more settings than the budget pays for, all are tried instead.
///
/// With validation instances, the budget holds back what a last choice costs: the three best in training and the
/// original are measured there, and the best of these four is taken.
///
/// Throws InputError if the budget does not pay for that and one proposal, or if the original fails on every instance.
Outcome search(const Task& task);

}  // namespace syswright::optimize
