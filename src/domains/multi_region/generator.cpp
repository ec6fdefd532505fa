#include <array>
#include <cmath>

#include "base/random.h"
#include "domains/multi_region/trace.h"

namespace syswright::multi_region {
namespace {

constexpr std::size_t ticks = 2016;
constexpr double ticks_a_day = 144;

struct Kind {
  const char* zone;
  double share;  ///< of time with spot, when the load is what it is on average
  double spell;  ///< mean length of both kinds of spells together, in ticks
  bool dear;
};
constexpr std::array<Kind, 9> kinds{{
    {"asia-east1-b", 0.60, 60, false},
    {"asia-south1-a", 0.99, 900, true},
    {"europe-north1-a", 0.75, 80, false},
    {"europe-west2-b", 0.45, 40, false},
    {"europe-west2-c", 0.85, 50, false},
    {"us-east1-b", 0.80, 24, false},
    {"us-east1-c", 0.70, 30, false},
    {"us-south1-a", 0.55, 90, false},
    {"us-west2-a", 0.35, 30, false},
}};

/// How contested a continent is, tick by tick: by day more than by night, and by a slow drift. Mean about 0.
std::vector<double> draw_load(std::uint64_t seed, std::size_t continent) {
  Random random(seed, "load of a continent", continent);
  const double phase = random.uniform(0, ticks_a_day);
  std::vector<double> load;
  double drift = 0;
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    drift = 0.995 * drift + 0.06 * random.normal();
    const double day = std::sin(2 * M_PI * (static_cast<double>(tick) + phase) / ticks_a_day);
    load.push_back(0.7 * day + drift);
  }
  return load;
}

/// Spells with and without spot, drawn with long tails; one passes faster the more the load is against it.
std::vector<std::uint8_t> draw_states(std::uint64_t seed, std::size_t index, const std::vector<double>& load) {
  Random random(seed, "spot in a region", index);
  const Kind& kind = kinds[index];
  bool available = random.chance(kind.share);
  const auto spell = [&] {
    const double mean = kind.spell * (available ? kind.share : 1 - kind.share);
    return random.exponential(1 / (mean * (random.chance(0.65) ? 0.3 : 2.3)));
  };
  std::vector<std::uint8_t> states;
  double left = spell();
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    states.push_back(available ? 1 : 0);
    left -= std::exp(available ? load[tick] : -load[tick]);
    if (left > 0) continue;
    available = !available;
    left = spell();
  }
  return states;
}

}  // namespace

RegionTrace generate_region_trace(std::uint64_t seed) {
  RegionTrace trace;
  trace.name = "generated regions";
  trace.format = "generated";
  auto recording = std::make_shared<Recording>();
  std::map<std::string, std::vector<double>> loads;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    Region region;
    region.name = kinds[i].zone;
    region.area = area_of(region.name);
    region.continent = continent_of(region.area);
    const auto load = loads.try_emplace(region.continent, draw_load(seed, loads.size())).first;
    recording->available.push_back(draw_states(seed, i, load->second));
    Random random(seed, "list prices", i);
    region.on_demand_price = std::round(random.uniform(80, 110) * 100) / 100;
    const double share = kinds[i].dear ? random.uniform(0.6, 0.7) : random.uniform(0.17, 0.25);
    recording->spot_prices.push_back({std::round(region.on_demand_price * share * 100) / 100});
    trace.regions.push_back(std::move(region));
  }
  trace.episodes.push_back({trace.name, std::move(recording), ticks, {0, 0}});
  return trace;
}

}  // namespace syswright::multi_region
