#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/cache/front.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// Whether every object counts 1.
enum class UnitChoice { automatic, yes, no };

/// What a user asked of the cache domain's scenarios, read and checked as far as it can be without a trace.
struct CacheOptions {
  std::vector<std::string> sizes;  ///< as written
  UnitChoice unit = UnitChoice::automatic;
  std::vector<AdmissionRule> admissions;  ///< a scenario each
  bool trace_lifetimes = true;            ///< FrontRule
  double default_lifetime = std::numeric_limits<double>::infinity();
  double train_share = 0;  ///< of the requests
  double validation_share = 0;
};

/// For Domain::options().
const std::vector<Option>& cache_options();

/// Throws InputError for an option that does not exist or a value that cannot be used.
CacheOptions read_options(const ScenarioRequest& request);

/// Capacity that a size means for a trace. "1000" counts objects, "64MiB" bytes, "1%" the share of the footprint of the
/// whole trace: of its bytes where sizes count, else of its objects. Throws InputError for a size that does not fit the
/// trace or the unit, or that comes to nothing.
Capacity capacity_of(const std::string& size, UnitChoice unit, const Requests& requests);

/// "1,000 objects", "64MiB", "1% (1,869 objects)", "1% (1.04 MiB)": for labels.
std::string describe(const std::string& size, const Capacity& capacity);

}  // namespace syswright::cache
