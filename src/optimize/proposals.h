#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cma_es.h"
#include "base/random.h"
#include "optimize/artifact.h"

namespace syswright::optimize {

/// A setting to try, and where it came from: "cma-es", "merge", "change", "one by one".
struct Proposal {
  Setting setting;
  std::string origin;
};

/// Where new settings come from: numbers from CMA-ES, choices from a bandit, in generations whose members can be judged
/// at once. Deterministic in (seed, what it was told).
///
/// Numbers are searched on [0, 1], linear or logarithmic in their range; a point outside is drawn again, and at last
/// moved to the edge. A whole number also takes a random step of one now and then, since rounding hides small steps.
/// Each choice has a preference for each of its options, which moves by the ranks of the settings that had it (the
/// gradient bandit of Sutton and Barto, "Reinforcement Learning", 2nd ed. 2018, section 2.8), and is drawn by a softmax
/// that always leaves every option some chance.
///
/// When a search has narrowed down, or gains nothing any more, it starts again: by turns about a good setting with a
/// small step, and anywhere with twice the points (Auger and Hansen, "A restart CMA evolution strategy with increasing
/// population size", CEC 2005). One setting of a generation is a merge: for each mark what one of two of the elite has.
/// Where a mark is whole, a third of a generation are changes: one of the three best with one or two marks drawn anew.
/// CMA-ES learns from these as from its own.
class Proposals {
 public:
  Proposals(const Artifact& artifact, std::uint64_t seed);

  /// elite: settings to restart about and to merge, best first; not empty.
  std::vector<Proposal> next(std::span<const Setting> elite);
  /// ranks: of the settings that next() gave, in their order: lower is better, equal for equal.
  void tell(std::span<const double> ranks, bool improved);

  std::uint64_t restarts() const { return restarts_; }

 private:
  void restart(std::span<const Setting> elite);
  bool stale() const;
  std::vector<double> to_unit(const Setting& setting) const;
  void put_numbers(const std::vector<double>& unit, Setting& setting) const;
  std::vector<std::vector<double>> draw_points(Random& random);
  void change(Random& random, Setting& setting) const;
  void draw_choices(Random& random, Setting& setting) const;
  std::vector<double> chances(std::size_t choice) const;
  void learn_choices(std::span<const double> ranks);

  const Artifact& artifact_;
  std::uint64_t seed_;
  std::vector<std::size_t> numbers_;  // indices of marks
  std::vector<std::size_t> choices_;
  bool whole_marks_ = false;                      // any choice or whole number
  std::vector<std::vector<double>> preferences_;  // [choices][options]
  std::optional<CmaEs> strategy_;
  std::size_t population_ = 0;
  std::size_t base_population_ = 0;
  std::size_t wide_population_ = 0;
  std::vector<std::vector<double>> points_;
  std::vector<Setting> settings_;
  std::uint64_t generation_ = 0;
  std::uint64_t restarts_ = 0;
  std::size_t since_gain_ = 0;
  std::size_t flat_ = 0;
  bool started_ = false;
};

/// All settings of an artefact whose marks are all whole, the original first. `count`: as Artifact::settings says.
std::vector<Setting> all_settings(const Artifact& artifact, std::uint64_t count);

}  // namespace syswright::optimize
