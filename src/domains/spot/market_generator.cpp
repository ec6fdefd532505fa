#include <array>
#include <cmath>

#include "base/random.h"
#include "domains/spot/market_trace.h"

namespace syswright::spot {
namespace {

constexpr std::size_t ticks = 1800;

struct Kind {
  const char* name;
  double quiet;      ///< share of time with spot on quiet days
  double contested;  ///< and on contested ones
};
constexpr std::array<Kind, 6> kinds{{
    {"east-a_large", 0.75, 0.30},
    {"east-a_small", 0.95, 0.60},
    {"east-b_large", 0.60, 0.15},
    {"east-b_small", 0.90, 0.45},
    {"west-a_large", 0.70, 0.25},
    {"west-a_small", 0.92, 0.50},
}};

/// Ticks of a spell: mostly an hour or less, now and then most of a day. The mean is about `mean`.
std::size_t spell(Random& random, double mean) {
  const bool brief = random.chance(0.65);
  return 1 + static_cast<std::size_t>(random.exponential(1 / (mean * (brief ? 0.25 : 2.4))));
}

SeriesPtr draw(std::uint64_t seed, std::size_t index) {
  Random random(seed, "spot market", index);
  auto series = std::make_shared<Series>();
  series->name = kinds[index].name;
  bool quiet = random.chance(0.5);
  std::size_t turn = 0;  // of the weather
  bool available = random.chance(0.6);
  while (series->available.size() < ticks) {
    if (series->available.size() >= turn) {
      quiet = !quiet;
      turn = series->available.size() + 72 + static_cast<std::size_t>(random.exponential(1.0 / 144));
    }
    const double share = quiet ? kinds[index].quiet : kinds[index].contested;
    // Spells of both kinds last some 30 ticks together; the share says how they part it.
    const std::size_t length = spell(random, 30 * (available ? share : 1 - share));
    series->available.insert(series->available.end(), length, available ? 1 : 0);
    available = !available;
  }
  series->available.resize(ticks);
  return series;
}

}  // namespace

MarketTrace generate_market(std::uint64_t seed) {
  MarketTrace trace;
  trace.name = "generated market";
  trace.format = "generated";
  trace.polarity = "drawn";
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    Place place;
    place.name = kinds[i].name;
    place.whole = draw(seed, i);
    trace.places.push_back(std::move(place));
  }
  return trace;
}

}  // namespace syswright::spot
