#include "optimize/modelled.h"

namespace syswright::optimize {

using tune::Parameter;

tune::Space space_of(const Artifact& artifact) {
  tune::Space space;
  for (const Mark& mark : artifact.marks()) {
    if (mark.kind == Mark::Kind::choice) {
      space.add(Parameter::choice(mark.name, mark.options, static_cast<std::size_t>(mark.original)));
    } else if (mark.integer) {
      space.add(Parameter::integer(mark.name, mark.low, mark.high, mark.original, mark.logarithmic));
    } else {
      space.add(Parameter::real(mark.name, mark.low, mark.high, mark.original, mark.logarithmic));
    }
  }
  return space;
}

Modelled::Modelled(const Artifact& artifact, std::uint64_t seed)
    : space_(space_of(artifact)), searcher_(tune::make_searcher("bayes", space_, {.seed = seed, .simulators = {}})) {}

std::vector<Proposal> Modelled::next() {
  std::vector<Proposal> proposals;
  given_.clear();
  for (tune::Suggestion& suggestion : searcher_->ask(at_once)) {
    given_.push_back(suggestion.point);
    proposals.push_back({.setting = std::move(suggestion.point), .origin = std::move(suggestion.origin)});
  }
  return proposals;
}

void Modelled::tell(std::span<const double> losses) {
  std::vector<tune::Observation> observations;
  for (std::size_t i = 0; i < given_.size(); ++i) observations.push_back({given_[i], losses[i]});
  searcher_->tell(observations);
}

}  // namespace syswright::optimize
