#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "domain/scenario.h"
#include "policy/signature.h"

namespace syswright::design {

/// How large the values of one quantity typically are: quantiles 0.1, 0.5 and 0.9 of the absolute values that are not
/// 0, in base units.
struct Scale {
  double low = 1;
  double middle = 1;
  double high = 1;
  bool varies = true;   ///< false: one value was seen only, so that the quantity tells nothing apart
  bool trends = false;  ///< grows steadily as long as the system runs, like the present time: no limit is declared,
                        ///< and its mean rises over 16 parts of the questions, to the last
};

/// Scales of everything that a program may read, so that constants are drawn where they matter.
struct Scales {
  /// [decisions][slots]: features in the order of the decision, arrays with one slot an element.
  std::vector<std::vector<Scale>> features;
  std::vector<Scale> signals;  ///< [signals]
};

/// Without a look at a scenario: from the ranges that the signature declares (1 to 1000 base units where there is
/// none).
Scales declared_scales(const policy::Signature& signature);

/// Steps through a scenario, answering at random, and looks at the questions. What is not seen keeps its declared
/// scale.
///
/// questions   looked at, at most; evenly spread over the first 8 * questions
/// Cost: part of one run of the scenario; at most 8 * questions questions. Deterministic for a seed.
Scales observe_scales(const Scenario& scenario, const std::shared_ptr<const policy::Signature>& signature,
                      std::uint64_t seed, std::size_t questions = 1000);

/// The same over several scenarios, which share the questions: what each of them holds constant (a deadline, a size)
/// may vary from one to the next, and is then worth looking at. At least one scenario.
Scales observe_scales(std::span<const ScenarioPtr> scenarios, const std::shared_ptr<const policy::Signature>& signature,
                      std::uint64_t seed, std::size_t questions = 1000);

/// At most `count` of the scenarios, evenly spread, the first and the last among them (with a count of 1, the first).
std::vector<ScenarioPtr> spread_scenarios(std::span<const ScenarioPtr> scenarios, std::size_t count);

}  // namespace syswright::design
