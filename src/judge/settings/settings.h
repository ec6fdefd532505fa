#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domain/evaluator.h"

/// settings: in which settings two runs differ, and what each of the differences contributes to what came of them.
/// Where a simulation disagrees with a system, or two teams' simulations with each other, this is the first thing to
/// know: a forgotten setting does more harm than any model.
namespace syswright::judge {

/// One run: a policy in one scenario.
struct Configuration {
  std::string name;  ///< for messages: the file it was read from
  ScenarioRequest request;
  Policy policy;
};

/// What one setting does. Vectors follow Domain::metrics().
struct SettingChange {
  std::string setting;  ///< "trace", "policy", "scenario-seed" or the name of an option
  std::string first;    ///< its value in either run, as written or by default
  std::string second;
  std::vector<double> taken;     ///< the first run with this setting of the second; empty if there is no such run
  std::vector<double> put_back;  ///< the second run with this setting of the first; empty if there is no such run
  std::string refused;           ///< why there is none of the two, or not of one
  std::vector<double> share;     ///< of the second's metrics minus the first's; all shares add up to that
};

struct SettingsOptions {
  std::size_t exact_up_to = 6;   ///< settings: all 2^6 runs; at most 7
  std::size_t order_pairs = 12;  ///< beyond: so many random orders, each with its reverse
  std::uint64_t seed = 1;
};

struct SettingsReport {
  std::vector<double> first;  ///< metrics of the two runs
  std::vector<double> second;
  std::vector<SettingChange> changes;  ///< by size of their share in the objective, largest first
  bool exact = true;                   ///< every order of changes was counted
  std::size_t runs = 0;                ///< that were simulated
  std::size_t refused = 0;             ///< mixtures of the two that the domain refuses
  bool complete = true;                ///< false: a stop came first, and nothing else is given
};

/// Goes from the first run to the second, one setting after another, and shares out what changes on the way: the mean
/// over all orders of the settings (Shapley values), or over random ones and their reverses where they are many. A
/// mixture that the domain refuses is passed over: the settings that lead across it share its step evenly. Trace and
/// format change as one.
/// Throws InputError if a run cannot be had, has several scenarios, or fails.
SettingsReport compare_settings(const Domain& domain, const Configuration& first, const Configuration& second,
                                Evaluator& evaluator, const SettingsOptions& options = {}, std::stop_token stop = {});

}  // namespace syswright::judge
