#include "domains/broadcast/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace syswright::broadcast {
namespace {

std::size_t whole(const std::string& text, const std::string& name, std::size_t least, std::size_t most) {
  const std::uint64_t value = parse_count(text, name);
  if (value >= least && value <= most) return value;
  throw InputError(fmt::format("{} '{}' must be a whole number from {} to {}", name, text, least, most));
}

double positive(const std::string& text, const std::string& name) {
  const double value = parse_number(text, name);
  if (value > 0) return value;
  throw InputError(fmt::format("{} '{}' must be over 0", name, text));
}

double dollars(std::string text, const std::string& name) {
  if (text.starts_with('$')) text.erase(0, 1);
  const double value = parse_number(text, name);
  if (value >= 0) return value;
  throw InputError(fmt::format("{} '{}' must be an amount of dollars, such as $0.54", name, text));
}

}  // namespace

const std::vector<Option>& broadcast_options() {
  static const std::vector<Option> options{
      {"draws", "6", "drawn transfers of each kind (within each cloud, between clouds) in each part of the suite",
       false},
      {"destinations", "6", "destinations of a drawn transfer, 1 to 12", false},
      {"volume", "300GB", "data of a drawn transfer, in bytes with a unit", false},
      {"partitions", "10", "parts in which a drawn transfer is sent, 1 to 1000", false},
      {"machines", "2", "machines that every region touched rents", false},
      {"machine_price", "$0.54", "dollars an hour of a machine", false},
      {"design_on", "drawn",
       "drawn: train and validate on drawn transfers, test on the configured ones; configured: all three are the "
       "configured ones, as published searches did",
       false},
      {"plan", "", "JSON file with a plan made elsewhere, to be audited: what it delivers and costs is told first",
       false},
  };
  return options;
}

BroadcastOptions read_options(const ScenarioRequest& request) {
  std::vector<std::string> names;
  for (const Option& option : broadcast_options()) names.push_back(option.name);
  for (const auto& [name, value] : request.options) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(fmt::format("the domain 'broadcast' has no option '{}'{} (there are: {})", name,
                                 did_you_mean(name, names), join(names)));
  }
  const auto value_of = [&](const std::string& name) {
    const auto given = request.options.find(name);
    if (given != request.options.end()) return given->second;
    const auto option = std::find_if(broadcast_options().begin(), broadcast_options().end(),
                                     [&](const Option& one) { return one.name == name; });
    return option->default_value;
  };
  BroadcastOptions options;
  options.draws = whole(value_of("draws"), "draws", 1, 1000);
  options.destinations = whole(value_of("destinations"), "destinations", 1, Transfer::most_destinations);
  options.volume_gb = parse_size(value_of("volume"), "volume").value() / 1e9;
  if (!(options.volume_gb > 0)) throw InputError("volume must be over 0B, such as 300GB");
  options.partitions = whole(value_of("partitions"), "partitions", 1, Transfer::most_partitions);
  options.machines.count = positive(value_of("machines"), "machines");
  options.machines.dollars_per_hour = dollars(value_of("machine_price"), "machine_price");
  const std::string design_on = value_of("design_on");
  if (design_on != "drawn" && design_on != "configured") {
    const std::vector<std::string> choices{"drawn", "configured"};
    throw InputError(
        fmt::format("design_on '{}' is not one of drawn, configured{}", design_on, did_you_mean(design_on, choices)));
  }
  options.design_on_configured = design_on == "configured";
  options.plan = value_of("plan");
  return options;
}

}  // namespace syswright::broadcast
