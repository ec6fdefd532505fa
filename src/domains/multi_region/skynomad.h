#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "domains/multi_region/lifetimes.h"
#include "domains/multi_region/native.h"

/// SkyNomad's utility rule, as its artifact runs it. Utility of an hour in (region, mode), with V the value of an hour
/// of work, L the expected lifetime of spot there and d the overhead of a start:
///   spot        V * max(L - d, 0)/L - price - egress/L     (d = 0 where it runs already)
///   on demand   V - price, less egress and d * V where the checkpoint would move
///   idle        0
/// All are tried from the highest down, as long as they are above what runs by a margin.
/// Source: SkyNomad, NSDI 2027, section 4, and its artifact (andylizf/skynomad-artifact, Apache-2.0).
namespace syswright::multi_region {

/// Ways to value work, of which the paper and its artifact have three.
enum class WorkValue {
  printed,    ///< cheapest on-demand price * required rate / achieved rate
  planned,    ///< cheapest on-demand price * required rate / planned rate
  reference,  ///< 1.2 * the price an hour of a plan that mixes spot and on demand
};

struct SkyNomadOptions {
  WorkValue value = WorkValue::reference;
  bool knows_lifetimes = false;   ///< a reference: reads how long spot will last, and never probes
  double longest_prediction = 2;  ///< hours
  Milliseconds probe_every = 3'600'000;
  bool probes_again = false;  ///< also where the last probe found spot, and nothing is known to the contrary
};

std::unique_ptr<Native> make_skynomad(const Market& market, const SkyNomadOptions& options);

/// What is known of spot in a region from starts, losses and first probes.
class SkyNomadRegion {
 public:
  explicit SkyNomadRegion(double tick_hours) : lifetimes_(tick_hours) {}
  enum class Source : std::uint8_t { run, probe };

  void start(double now, Source source);
  void end(double now, bool lost);
  void miss() { ++misses_; }
  /// A tick begins.
  void update(double now, double tick);

  bool open() const { return start_.has_value(); }
  /// Hours that spot is expected to last.
  double expected(double now) const { return lifetimes_.expected(start_ ? now - *start_ : 0); }
  /// Share of the last twelve hours in which spot was there as far as known.
  double availability(double now) const;

 private:
  struct Run {
    double start;
    double end;
  };
  Lifetimes lifetimes_;
  std::vector<Run> runs_;
  std::optional<double> start_;  ///< hours; of the run that is open
  Source source_ = Source::run;
  std::optional<double> last_age_[2];  ///< by source, at the last update
  int misses_ = 0;
};

}  // namespace syswright::multi_region
