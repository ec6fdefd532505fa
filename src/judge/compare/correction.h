#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace syswright::judge {

/// How p-values of a family of tests are made larger, because among many tests some look significant by chance.
enum class Correction {
  none,
  /// The chance that any true null hypothesis is rejected stays at the level, whatever the dependence of the tests.
  /// Source: Holm, Scandinavian Journal of Statistics 6(2), 1979.
  holm,
  /// The expected share of false ones among the rejected stays at the level, for independent or positively dependent
  /// tests. Source: Benjamini and Hochberg, JRSS B 57(1), 1995.
  benjamini_hochberg,
};
std::string_view to_string(Correction correction);

/// Corrected p-values in the order of `p_values`, each in [0, 1] and at least as large as before: a hypothesis is
/// rejected where the corrected value is at most the level. O(n log n).
std::vector<double> corrected(std::span<const double> p_values, Correction correction);

}  // namespace syswright::judge
