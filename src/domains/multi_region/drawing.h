#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/timeline.h"
#include "domains/multi_region/knowledge.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

struct Account;

/// Draws the jobs of a scenario: a group for each. Its rows: who decides (the policy or the safety net), the work that
/// is done, and for each region what ran there, with starts, refusals, losses, egress and probes, and when there was
/// spot, known or not. Time counts from the start of the job, so that runs of two policies lie under each other.
class Drawing {
 public:
  Drawing(Timeline& timeline, const Setup& setup) : timeline_(timeline), setup_(setup) {}

  /// A tick was run: `job` as it is behind it. starting: what the start took that began with it; dollars: without
  /// egress, which `egress` has.
  void ran(std::size_t number, std::int64_t tick, const Ran& ran, const Job& job, Milliseconds starting, double dollars,
           double egress);
  /// The job is done. events: all of it.
  void finish(const Job& job, const Account& account, std::span<const Event> events);

 private:
  /// An instance that runs.
  struct Stay {
    Mode mode;
    std::size_t region;
    double from;
    double works_from;  ///< its start is over
    double dollars;
  };
  void begin(std::size_t number);
  void end_stay(double at);
  void draw_availability(std::int64_t ticks);
  double seconds(std::int64_t tick) const { return static_cast<double>(tick * setup_.setting.tick) / 1000; }

  Timeline& timeline_;
  const Setup& setup_;
  std::size_t number_ = 0;
  bool begun_ = false;
  std::vector<Timeline::Row> regions_;
  std::vector<Timeline::Row> availability_;
  Timeline::Row decider_ = 0;
  Timeline::Row work_ = 0;
  std::optional<double> rescued_at_;
  std::optional<Stay> stay_;
};

}  // namespace syswright::multi_region
