#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "domains/multi_region/trace.h"

namespace syswright::multi_region {
namespace {

// Measured between S3 buckets, in Mb/s; SkyNomad's artifact, migration model.
constexpr double within_region = 9720;
constexpr double within_continent = 8200;
constexpr double between_continents = 3590;

Milliseconds transfer_time(const Region& from, const Region& to, double gigabytes) {
  const double megabits = gigabytes * 8 * 1024;
  const double speed = from.continent == to.continent ? within_continent : between_continents;
  return static_cast<Milliseconds>((megabits / speed - megabits / within_region) * 1000);
}

}  // namespace

EgressTable read_egress(const std::string& path) {
  const std::string text = read_file(path);
  EgressTable table;
  SourceLocation place{path, 0, 0};
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    start = end + 1;
    ++place.line;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    if (place.line == 1) {
      if (line != "from_region,to_region,price_usd_per_gb") {
        throw InputError(place, "the header of egress prices is from_region,to_region,price_usd_per_gb");
      }
      continue;
    }
    const std::vector<std::string> fields = split_list(line, fmt::format("{}:{}", path, place.line));
    if (fields.size() != 3) throw InputError(place, fmt::format("{} fields, where the header has 3", fields.size()));
    const double price = parse_number(fields[2], fmt::format("{}:{}", path, place.line));
    if (!(price >= 0)) throw InputError(place, "the price is negative");
    if (!table.emplace(std::pair{fields[0], fields[1]}, price).second) {
      throw InputError(place, fmt::format("the way from {} to {} has a price already", fields[0], fields[1]));
    }
  }
  if (table.empty()) throw InputError(SourceLocation{path}, "there are no egress prices in it");
  return table;
}

FleetPlan make_fleet(const RegionTrace& trace, const std::vector<std::size_t>& chosen, double checkpoint_gb,
                     const EgressTable& table, const MultiRegionOptions& options) {
  FleetPlan plan;
  for (const std::size_t region : chosen) plan.fleet.regions.push_back(trace.regions[region]);
  for (const Region& from : plan.fleet.regions) {
    for (const Region& to : plan.fleet.regions) {
      double price = 0;
      if (from.area != to.area) {
        const auto found = table.find({from.area, to.area});
        if (!table.empty() && found == table.end()) ++plan.missing;
        price = found == table.end() ? options.egress_price : found->second;
      }
      plan.fleet.egress.push_back(price * checkpoint_gb);
      const bool delayed = options.count_transfers && from.area != to.area;
      plan.fleet.transfers.push_back(delayed ? transfer_time(from, to, checkpoint_gb) : 0);
    }
  }
  return plan;
}

}  // namespace syswright::multi_region
