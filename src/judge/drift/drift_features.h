#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/scenario.h"

/// drift, first half: what a policy sees on two workloads, and whether that moved.
namespace syswright::judge {

struct FeatureSampling {
  std::size_t questions = 2000;        ///< of each decision, looked at, at most: all, or a random share of 1/2^k
  std::uint64_t max_events = 200'000;  ///< larger scenarios are looked at as miniatures of this size, where they can be
  std::uint64_t seed = 1;
};

/// Values of one quantity, in the order of the questions; of a candidate quantity one random candidate a question.
struct FeatureSeries {
  std::size_t decision = 0;  ///< into Signature::decisions
  std::string name;          ///< "evict.hits", "evict.gaps[2]", or a statistic of the program: "evict.pace"
  Dimension dimension;
  bool read = false;     ///< by the driving program's answer to this decision
  bool endless = false;  ///< no upper limit is declared
  std::vector<double> values;
};

/// Drives a simulation with a program's own answers and looks at its questions. Decisions that the program leaves open
/// are not asked. In the order of decisions and slots. Cost: one run of the scenario by the reference interpreter.
std::vector<FeatureSeries> sample_features(const Scenario& scenario, const policy::ProgramPtr& program,
                                           const FeatureSampling& sampling = {}, std::stop_token stop = {});

/// Largest distance between the distribution functions of two samples, 0 to 1 (Kolmogorov and Smirnov); 0 where one is
/// empty. O(n log n).
double distribution_distance(std::span<const double> a, std::span<const double> b);

/// Population stability index of `b` against `a`: sum of (q - p) ln(q / p) over up to 10 bins, of equal shares of `a`.
/// Custom takes below 0.1 for stable and above 0.25 for a large shift. 0 where one is empty.
double stability_index(std::span<const double> a, std::span<const double> b);

struct ShiftTest {
  double distance = 0;  ///< distribution_distance
  /// Chance of such a distance if both came from one process: by permuting blocks of consecutive values, so that values
  /// that go together (the questions of one burst) do not count as independent. At least 1 / (permutations + 1).
  double p_value = 1;
};

struct ShiftRules {
  std::size_t blocks = 20;  ///< of consecutive values, on each side
  std::size_t permutations = 1999;
  std::uint64_t seed = 1;
};

/// Cost: O(permutations * values). Fewer than 2 values a block make blocks fewer; with fewer than 4 blocks a side the
/// p-value is 1.
ShiftTest test_shift(std::span<const double> older, std::span<const double> newer, const ShiftRules& rules = {});

}  // namespace syswright::judge
