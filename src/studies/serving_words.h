#pragma once

#include <string>
#include <vector>

#include "studies/serving.h"

/// Why a designed serving policy does as well as it does, by experiments.
namespace syswright::studies::serving {

/// One experiment on a program: a part of it is taken out or replaced.
struct PartWorth {
  std::string part;   ///< "its order of waiting requests", "the term 'prompt'"
  std::string words;  ///< what was done to it
  Interval cost;      ///< of the objective, seconds: what the program is worse without it
};

struct Worth {
  std::vector<PartWorth> rules;  ///< each rule left to the mechanism, dearest first
  std::vector<PartWorth> terms;  ///< held at their typical value; surely needed ones, dearest first
  /// The order rule with shortest prompt first in its place; nothing without such a rule.
  std::optional<Interval> shortest_first;
  std::size_t programs = 0;  ///< that were run
  bool complete = true;
};

/// About 3 programs a node in every scenario.
Worth worth_of_parts(const Trial& trial, const policy::ProgramPtr& program, const std::vector<ScenarioPtr>& scenarios);

/// "Most of it is its order of waiting requests: left to the mechanism, …", by the numbers.
std::string spoken(const Worth& worth);

}  // namespace syswright::studies::serving
