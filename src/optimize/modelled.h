#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "optimize/proposals.h"
#include "tune/searcher.h"

namespace syswright::optimize {

/// The marks of an artefact as a space: numbers and choices, nothing that depends on anything else.
tune::Space space_of(const Artifact& artifact);

/// Settings from a model of what was measured so far: Bayesian optimisation (tune/bayes.h), a few at a time, so that
/// they can be judged at once. Deterministic in (seed, what it was told).
class Modelled {
 public:
  static constexpr std::size_t at_once = 4;

  Modelled(const Artifact& artifact, std::uint64_t seed);
  /// Fewer, or none, where nothing new is left.
  std::vector<Proposal> next();
  /// losses: of the settings that next() gave, in their order; infinite for a failure.
  void tell(std::span<const double> losses);

 private:
  tune::Space space_;
  std::unique_ptr<tune::Searcher> searcher_;
  std::vector<tune::Point> given_;
};

}  // namespace syswright::optimize
