#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domain/running_cost.h"
#include "domain/simulation.h"
#include "domain/stepping.h"

/// Environments: a domain's simulation turned inside out, as learners want it. The mechanism's question is an
/// observation, an action answers it, and the reward is what that cost, with its sign changed. environments.h steps
/// many at once.
namespace syswright {

/// One number of an observation: an element of a feature, or a statistic of the program that plays along.
struct ObservedInput {
  std::string name;  ///< "age", "gaps[2]"
  policy::ValueKind kind = policy::ValueKind::number;
  Dimension dimension;  ///< values are in base units: seconds, bytes, dollars
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::string doc;
};

/// What an action is.
enum class ActionKind {
  choice,  ///< value decision with named actions: the index of one
  number,  ///< value decision: a number, which is clamped to [low, high]
  place,   ///< rank: the row of the candidate that is taken first; the others follow in their order
  scores,  ///< rank: one number a row; the highest are taken
};

/// What an environment shows and takes.
struct EnvironmentSpace {
  std::string domain;
  std::string decision;
  std::vector<ObservedInput> globals;  ///< the same for all candidates; of a value decision, all that it shows
  std::vector<ObservedInput> columns;  ///< of each candidate
  std::size_t candidates = 0;          ///< rows that are shown at most; 0: a value decision
  ActionKind action = ActionKind::choice;
  std::vector<std::string> actions;  ///< names, of ActionKind::choice
  double low = 0;                    ///< of ActionKind::number
  double high = 0;
  Dimension dimension;  ///< of ActionKind::number
  bool dense = false;   ///< whether rewards come at every step, and not only with the end
  /// What a reward of 1 is, in words.
  std::string reward;

  /// Whether an action is an index: a choice or a place.
  bool indexed() const { return action == ActionKind::choice || action == ActionKind::place; }
  /// Numbers in an action that is none: 1, or one a row.
  std::size_t action_width() const { return action == ActionKind::scores ? candidates : 1; }
};

enum class Rewards {
  automatic,   ///< at every step where the domain keeps its cost (domain/running_cost.h), else at the end
  terminal,    ///< all of it with the end
  increments,  ///< at every step; where the domain does not keep its cost, by Simulation::result(), which is slow
};

struct EnvironmentOptions {
  std::string decision;  ///< the one that is asked; empty: the domain's first
  /// Rows of a ranking's observation. 0: as many candidates as the first thousand questions in the first scenario have,
  /// answered at random.
  std::size_t candidates = 0;
  bool scores = false;  ///< a ranking is answered by scores, and not by a place
  Rewards rewards = Rewards::automatic;
  /// Answers the other decisions, says in which mode rankings are applied, and what statistics are kept, which the
  /// observations then hold behind the features. Its own rule for the decision, if any, is not used. Null: the
  /// mechanism's defaults, its first mode, no statistics.
  policy::ProgramPtr program;
  bool in_order = false;  ///< environment i begins with scenario i and takes the next with each episode; else by chance
};

/// What all environments of one kind share. Immutable, and used by many threads.
class EnvironmentPlan {
 public:
  /// Throws InputError for a decision that the domain does not have, a program of another domain, no scenarios, or
  /// places asked for where no question has more than one candidate.
  EnvironmentPlan(const Domain& domain, std::vector<ScenarioPtr> scenarios, EnvironmentOptions options);

  const EnvironmentSpace& space() const { return space_; }
  const std::vector<ScenarioPtr>& scenarios() const { return scenarios_; }
  const std::vector<std::string>& metrics() const { return metrics_; }
  /// The program that the simulations are started with: the given one, with a rule for the decision.
  const policy::ProgramPtr& program() const { return program_; }
  /// Index of the decision, into Signature::decisions.
  std::size_t decision() const { return decision_; }

 private:
  friend class Environment;
  void describe();
  std::size_t most_candidates() const;

  std::shared_ptr<const policy::Signature> signature_;
  EnvironmentOptions options_;
  EnvironmentSpace space_;
  std::vector<ScenarioPtr> scenarios_;
  std::vector<std::string> metrics_;
  std::size_t decision_ = 0;
  bool ranks_ = false;
  policy::ProgramPtr program_;
  double sign_ = -1;  ///< of the reward for a cost
};

/// Where an environment writes its observation; borrowed for the call.
struct ObservationView {
  std::span<double> globals;     ///< [globals]
  std::span<double> columns;     ///< [candidates][columns], a row a candidate; rows without one are 0
  std::span<std::uint8_t> mask;  ///< [candidates] 1: the row is a candidate. Rows with one come first
};

/// One environment: episodes, each a scenario from its first question to its end. Deterministic for a seed and its
/// number. A step allocates nothing unless the domain's mechanism does; a new episode does.
///
/// The rewards of an episode add up to minus the sum of its blocks' costs: to minus the objective times the sum of the
/// blocks' weights (with the other sign where higher is better). An action that is no answer (NaN, a choice that does
/// not exist) ends the episode as the domain's worst; a place behind the last candidate stands for the last.
class Environment {
 public:
  Environment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t number);

  /// Begins the first episode of a seed. Throws InputError where no scenario ever asks.
  void reset(std::uint64_t seed, const ObservationView& view);
  /// Begins the next one, whether or not the last has ended.
  void reset(const ObservationView& view);

  struct Step {
    double reward = 0;
    bool ended = false;  ///< then the observation is 0 throughout, until reset()
  };
  /// action: EnvironmentSpace::action_width() numbers; an index as a number. Throws InputError where no episode runs.
  Step step(std::span<const double> action, const ObservationView& view);

  /// Of the episode that ended last: what Scenario::evaluate gives for a policy that answers so.
  const Evaluation& result() const { return result_; }
  /// Of the episode that runs, into EnvironmentPlan::scenarios().
  std::size_t scenario() const { return scenario_; }
  std::uint64_t episode() const { return episode_; }
  /// Candidates of the question that waits, those included that the observation has no row for; 0 for a value decision.
  /// Candidates without a row come behind all others.
  std::size_t candidates() const { return question_ == nullptr ? 0 : question_->candidates.size(); }

 private:
  void begin();
  bool advance();
  void finish();
  std::span<const double> answers_from(std::span<const double> action);
  void show(const ObservationView& view) const;
  double cost_so_far() const;

  std::shared_ptr<const EnvironmentPlan> plan_;
  std::uint64_t number_;
  std::uint64_t seed_ = 0;
  bool begun_ = false;
  std::uint64_t episode_ = 0;
  std::size_t scenario_ = 0;
  ProgramAnswers others_;
  std::unique_ptr<Simulation> simulation_;
  const RunningCost* running_ = nullptr;  ///< of simulation_, where rewards are taken from it
  const Question* question_ = nullptr;
  double paid_ = 0;  ///< of the cost, in the rewards so far
  Evaluation result_;
  std::vector<double> answers_;
};

}  // namespace syswright
