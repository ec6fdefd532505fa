#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/intervals.h"
#include "domain/scenario.h"
#include "judge/explain/explain_questions.h"

/// contrast: where two programs decide differently, and what each decision costs afterwards.
namespace syswright::judge {

/// One question that the two answer differently, with what came of both answers.
struct Divergence {
  std::uint64_t event = 0;
  std::size_t decision = 0;
  std::uint64_t question = 0;  ///< how many were asked before it
  /// Of a ranking, the candidate that each takes, as the raw workload names it; of a value decision 0.
  std::uint64_t candidate_a = 0;
  std::uint64_t candidate_b = 0;
  double answer_a = 0;  ///< of a value decision: the number, or the index of the action; else the score
  double answer_b = 0;
  std::vector<double> features_a;  ///< [features of the decision] of the choice of a; of a value decision, what
  std::vector<double> features_b;  ///< both saw
  double cost_a = 0;               ///< afterwards, within the horizon: sum of block costs
  double cost_b = 0;
  std::uint64_t until = 0;  ///< event at which the costs were read: the first at or after the horizon that
                            ///< both runs reached
};

/// What the choices at the questions of one decision have in common, over all questions that were answered differently.
struct DivergingFeature {
  ShownFeature feature;
  double mean_a = 0;  ///< of the candidates that a takes
  double mean_b = 0;
  double contrast = 0;  ///< mean of (a - b) / its standard deviation over questions; 0 of features that all share
};
struct DecisionContrast {
  std::size_t decision = 0;
  std::string mode;             ///< in which both were asked; empty where there is one only
  bool foreign_mode = false;    ///< one of the programs ranks in another mode: here it is asked in this one
  std::uint64_t questions = 0;  ///< that both were asked, in the states that `a` reaches
  std::uint64_t different = 0;  ///< of them, answered differently
  std::vector<ShownFeature> features;
  std::vector<DivergingFeature> typical;  ///< largest contrast first; of rankings
};

struct ContrastOptions {
  std::size_t divergences = 32;    ///< followed up, at most, spread evenly over the run
  double horizon = 0.05;           ///< events after a divergence for which its cost is counted, share of the run
  std::uint64_t events = 100'000;  ///< of the run, at most: a miniature of a larger scenario
  std::uint64_t seed = 1;          ///< of the intervals
  std::stop_token stop = {};
};

struct Contrast {
  ScenarioPtr scenario;  ///< in which they were contrasted: the one given, or a miniature of it
  std::vector<DecisionContrast> decisions;
  std::vector<Divergence> divergences;  ///< in the order of events
  /// Mean of cost_b - cost_a, with its 95 % interval over the divergences: what it costs to do as b does, once, and
  /// then to go on as a. In units of block cost.
  Interval extra_cost;
  bool complete = true;
};

/// Runs `a` and asks `b` the same questions. At questions that they answer differently, spread evenly over the run, the
/// simulation is forked: each fork takes one of the answers, then both are continued by `a`, with the same randomness.
///
/// Both are asked where both have a rule; what only b decides is left to the mechanism. A ranking is asked in the mode
/// of `a`, or, where that shows one candidate at a time (a lazy queue), in the first mode that shows several: then the
/// scores are those that the programs give at the moment of the choice.
/// Throws InputError if the programs are for different domains or answer no decision in common.
/// Cost: one interpreted run, and two of the length of the horizon for each divergence.
Contrast contrast(const ScenarioPtr& scenario, const policy::ProgramPtr& a, const policy::ProgramPtr& b,
                  const ContrastOptions& options = {});

}  // namespace syswright::judge
