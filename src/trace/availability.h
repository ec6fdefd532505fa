#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syswright::trace {

/// Spot availability of one place over time, as a file has it.
struct AvailabilitySeries {
  std::vector<std::int64_t> values;       ///< [ticks] as written: 0 and 1 of either sign, or counts of instances
  std::vector<double> prices;             ///< [ticks] dollars an hour; empty where the file has none
  std::optional<double> gap_seconds;      ///< length of a tick
  std::optional<double> price;            ///< spot, dollars an hour, where it is one for all ticks
  std::optional<double> on_demand_price;  ///< dollars an hour
  /// Ticks [first, end) that nobody measured: the file repeats a state there.
  std::optional<std::pair<std::size_t, std::size_t>> unmeasured;
};

/// Reads {"metadata": {"gap_seconds": 600, "price_info": {"price": …, "on_demand_price": …},
/// "gap_filled": {"gap_start_index": …, "gap_end_index": …}}, "data": [0, 1, …], "prices": […]}; everything but "data"
/// may be missing. `text`: the content; `file`: for messages. Throws InputError that names the file and what is wrong.
AvailabilitySeries parse_availability_json(std::string_view text, const std::string& file);

}  // namespace syswright::trace
