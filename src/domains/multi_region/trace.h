#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domains/multi_region/options.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// A stretch of time over which all regions were recorded.
struct Episode {
  std::string name;
  RecordingPtr recording;  ///< of all regions of the trace, in their order
  std::size_t ticks = 0;   ///< in which every region was recorded
  /// Ticks [first, end) in which nobody measured: jobs keep away from them but in set all. Empty: end is 0.
  std::pair<std::size_t, std::size_t> unmeasured{0, 0};
};

/// Recorded or drawn markets.
struct RegionTrace {
  std::string name;
  std::string format;
  Milliseconds tick = 600'000;
  std::vector<Region> regions;    ///< sorted by name
  std::vector<Episode> episodes;  ///< one for the whole series, or one for each numbered window
  std::vector<std::string> warnings;

  double availability() const;
};

/// Reads a folder: REGION/full.json and REGION/0.json, 1.json, … (`cut` says which), or REGION.json for whole series.
/// What stands behind the first '_' of a name is the kind of instance, and dropped. Files as trace/availability.h has
/// them. Throws InputError that names the file, or SystemError.
RegionTrace read_region_trace(const std::string& path, const MultiRegionOptions& options);

/// A workload for those who have none: nine regions on three continents, of two weeks in ticks of ten minutes. Spells
/// with and without spot have long tails; they pass faster or slower by the hour of the day and by the load of the
/// continent, which its regions share. List prices are drawn; one region is dear and nearly always there. Deterministic
/// for a seed.
RegionTrace generate_region_trace(std::uint64_t seed);

/// Dollars a GB by (from, to), in cloud regions.
using EgressTable = std::map<std::pair<std::string, std::string>, double>;

/// Reads a CSV file from_region,to_region,price_usd_per_gb with that header. Throws InputError with line and remedy.
EgressTable read_egress(const std::string& path);

/// Some regions of a trace and the ways between them, for one size of checkpoint. missing: pairs of cloud regions that
/// a table was given for and does not have; they take the default.
struct FleetPlan {
  Fleet fleet;
  std::size_t missing = 0;
};
FleetPlan make_fleet(const RegionTrace& trace, const std::vector<std::size_t>& chosen, double checkpoint_gb,
                     const EgressTable& table, const MultiRegionOptions& options);

}  // namespace syswright::multi_region
