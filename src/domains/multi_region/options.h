#pragma once

#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// How jobs are chosen and parted; see workload.h.
enum class Cut { split, zones, all };

/// What the 1 of a trace says.
enum class Polarity { unavailable, available };

/// What a user asked of the scenarios, read and checked as far as it can be without a trace.
struct MultiRegionOptions {
  Cut cut = Cut::split;
  bool practice = true;              ///< training and validation also in varied regions
  bool windows_only = false;         ///< of the trace: the numbered ones instead of the whole series
  std::vector<std::string> regions;  ///< "all", a number, or names with '+' between them
  std::vector<Milliseconds> deadlines;
  std::vector<double> checkpoints;  ///< GB
  Milliseconds job = 0;
  Milliseconds overhead = 0;
  std::size_t jobs = 0;             ///< of each part
  std::vector<std::size_t> starts;  ///< ticks; empty: at even distances
  bool count_transfers = false;
  double egress_price = 0;     ///< dollars a GB between cloud regions, where no table has it
  std::string egress_file;     ///< empty: none
  double spot_price = 0;       ///< dollars an hour, where the trace has none; 0: it must have one
  double on_demand_price = 0;  ///< the same
  Milliseconds probe_charge = 0;
  Milliseconds probe_every = 0;
  Polarity polarity = Polarity::unavailable;
};

/// For Domain::options().
const std::vector<Option>& multi_region_options();

/// Throws InputError for an option that does not exist or a value that cannot be used.
MultiRegionOptions read_options(const ScenarioRequest& request);

}  // namespace syswright::multi_region
