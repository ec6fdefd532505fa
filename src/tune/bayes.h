#pragma once

#include <memory>

#include "tune/searcher.h"

namespace syswright::tune {

/// Bayesian optimisation: measures next where a Gaussian process (gaussian_process.h) expects most improvement.
///
/// It starts with the space's initial point and a few at random. Losses are modelled as they are or by their logarithm,
/// whichever has the larger marginal likelihood; failures count as the worst measured. The expected improvement is
/// searched among random points and by climbing over neighbours from the best of those and from the best measured ones.
/// A batch is found one by one, each taken to be as good as the best (constant liar). Mixed and conditional spaces by
/// Space::embed. What options.simulators foretell enters as a linear trend, if there are any, for as many points as are
/// looked at: only for simulators that cost nothing.
/// Source: Jones, Schonlau and Welch, 1998; Snoek, Larochelle and Adams, 2012; Ginsbourger et al., 2010 (constant
/// liar).
std::unique_ptr<Searcher> make_bayes_searcher(const Space& space, const SearcherOptions& options);

}  // namespace syswright::tune
