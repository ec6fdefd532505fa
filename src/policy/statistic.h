#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "policy/signature.h"

namespace syswright::policy {

/// Summaries that the trusted runtime keeps for a program, so that the program itself has no state.
enum class StatisticKind {
  ewma,        ///< exponentially weighted moving average; parameter: weight kept of the past, in [0, 1)
  mean,        ///< of the last `window` values
  minimum,     ///< of the last `window` values
  maximum,     ///< of the last `window` values
  count,       ///< how many of the last `window` values are not 0
  last,        ///< the value `window` reports ago; 0: the latest
  quantile,    ///< of all values so far, streaming; parameter: in (0, 1)
  percentile,  ///< of a candidate feature over all present candidates, now; parameter: in (0, 1)
};

/// `stat name = kind(source, …);`
struct Statistic {
  std::string name;
  StatisticKind kind = StatisticKind::ewma;
  std::string source;        ///< a signal; of percentile, a candidate feature of `decision`
  std::size_t decision = 0;  ///< of percentile
  double parameter = 0;
  std::size_t window = 0;
  Scope scope = Scope::global;  ///< that of the signal; percentile is global
  Dimension dimension;
  friend bool operator==(const Statistic&, const Statistic&) = default;
};

/// Running state of one statistic of a signal, as a few doubles in memory that the host owns: copying the doubles forks
/// the statistic. percentile has no such state: the host keeps it (domain/population.h).
class StatisticRuntime {
 public:
  explicit StatisticRuntime(const Statistic& statistic);
  /// Doubles of state that one instance needs.
  std::size_t state_size() const { return state_size_; }
  void reset(double* state) const;
  void observe(double* state, double value) const;
  /// 0 before the first observation.
  double value(const double* state) const;

 private:
  StatisticKind kind_;
  double parameter_;
  std::size_t window_;
  std::size_t state_size_;
};

std::string_view to_string(StatisticKind kind);

}  // namespace syswright::policy
