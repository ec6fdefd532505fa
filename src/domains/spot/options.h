#pragma once

#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/spot/job.h"

namespace syswright::spot {

/// How scenarios are cut from a workload; see workload.h.
enum class Cut { split, published, unseen };

/// What the 1 (or the count) of a trace says.
enum class Polarity { automatic, available, unavailable };

/// What a user asked of the spot domain's scenarios, read and checked as far as it can be without a trace.
struct SpotOptions {
  Cut cut = Cut::split;
  std::vector<Milliseconds> deadlines;
  std::vector<Milliseconds> overheads;
  Milliseconds job = 0;
  std::size_t windows = 0;  ///< of a series and part
  Net net = Net::gamble;
  double spot_price = 0;       ///< dollars an hour
  double on_demand_price = 0;  ///< dollars an hour
  std::string prices;          ///< file; "trace"; empty: constants
  Polarity polarity = Polarity::automatic;
  Milliseconds tick = 0;  ///< 0: as the trace says
};

/// For Domain::options().
const std::vector<Option>& spot_options();

/// Throws InputError for an option that does not exist or a value that cannot be used.
SpotOptions read_options(const ScenarioRequest& request);

}  // namespace syswright::spot
