#pragma once

#include <deque>
#include <vector>

/// How long spot will last in a region, from the runs that were seen there: Nelson–Aalen's estimate of the cumulative
/// hazard, made steeper where spot was lost oftener of late than it says.
namespace syswright::multi_region {

/// One region. Ages and lengths in hours. Everything is O(runs that were lost).
///
/// Hazard: at each length tau at which a run was lost, the step d/n, where d runs were lost at tau and n lasted as long
/// (those that ended otherwise, at or after tau, count among n). H(age) adds the steps below it; behind the last one
/// the last step goes on for each hour. Nothing lost yet: a hazard of 1e-8. Source: Nelson, Journal of Quality
/// Technology 1, 1969; Aalen, Annals of Statistics 6, 1978; as used by SkyNomad (NSDI 2027), whose artifact has the
/// rules of the tail and of volatility.
class Lifetimes {
 public:
  explicit Lifetimes(double tick_hours) : tick_(tick_hours) {}

  /// A run is over. lost: spot was gone; else it was given up while it lasted.
  void add_run(double hours, bool lost);
  /// Time went by, in which a run grew from age `from` to `to` (running) or nothing did, and spot was found missing
  /// `losses` times: what volatility is measured by. Once a tick.
  void expose(bool running, double from, double to, int losses);

  /// Cumulative hazard, before volatility.
  double hazard(double age) const;
  /// Hours that a run of this age can be expected to last: the sum of S(l)/S(age) beyond it, with S = exp(-g * H).
  double expected(double age) const;
  /// g: the most losses there were, in a trailing stretch of expected losses up to 1, for each loss expected; at least
  /// 1, and 1 until a loss in all was expected.
  double volatility() const { return volatility_; }

 private:
  struct Knot {
    double length;
    double step;
  };
  struct Exposure {
    double risk;
    int losses;
  };
  double tail() const;
  void update_volatility();

  double tick_;
  std::vector<double> lengths_;  ///< of all runs, sorted
  std::vector<double> lost_;     ///< of those that were lost, sorted
  std::vector<Knot> knots_;
  std::deque<Exposure> exposures_;
  double volatility_ = 1;
};

}  // namespace syswright::multi_region
