#include "domains/broadcast/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace syswright::broadcast {
namespace {

/// Parts of the world, with a place on a map in units of about 1000 km.
struct Continent {
  const char* name;
  double x;
  double y;
  double dearness;  // of what leaves it, against the north
};

constexpr std::array<Continent, 6> continents{{{"north-america", 0, 4.5, 1},
                                               {"europe", 8, 5.5, 1},
                                               {"east-asia", 16.5, 4, 1.25},
                                               {"south-america", 3.5, -2.5, 1.7},
                                               {"middle-east", 12, 2.5, 1.3},
                                               {"oceania", 19.5, -3, 1.4}}};

/// Dollars per GB of a cloud.
struct Schedule {
  const char* provider;
  double near;      // within a continent
  double far;       // between continents
  double internet;  // to another cloud
  double rate;      // Gbit/s between near regions
};

constexpr std::array<Schedule, 3> schedules{
    {{"aws", 0.02, 0.02, 0.09, 5}, {"azure", 0.02, 0.05, 0.087, 14}, {"gcp", 0.02, 0.08, 0.11, 8}}};

constexpr std::size_t regions_of_a_provider = 12;

struct Place {
  std::size_t schedule;
  std::size_t continent;
  double x;
  double y;
  std::string name;
};

double in_cents(double price) { return std::round(price * 100) / 100; }

double price_between(const Place& from, const Place& to) {
  const Schedule& schedule = schedules[from.schedule];
  const double dearness = continents[from.continent].dearness;
  if (from.schedule != to.schedule) return in_cents(schedule.internet * dearness);
  if (from.continent == to.continent) return schedule.near;
  // A cloud with one price for its backbone asks more only where it is scarce.
  return in_cents(schedule.far * (schedule.far > schedule.near ? dearness : dearness * dearness * dearness));
}

}  // namespace

NetworkPtr generate_network(std::uint64_t seed) {
  Random random(seed, "broadcast network");
  std::vector<Place> places;
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    for (std::size_t number = 0; number < regions_of_a_provider; ++number) {
      // Every cloud is in every part of the world once; the others fall where most of them are.
      const std::size_t continent =
          number < continents.size() ? number : random.weighted(std::array<double, 6>{4, 4, 3, 1, 1, 1});
      places.push_back({i, continent, continents[continent].x + random.uniform(-1.2, 1.2),
                        continents[continent].y + random.uniform(-1.2, 1.2),
                        fmt::format("{}:{}-{}", schedules[i].provider, continents[continent].name, number + 1)});
    }
  }
  std::vector<LinkRow> rows;
  for (const Place& from : places) {
    for (const Place& to : places) {
      if (&from == &to) continue;
      const double distance = std::hypot(from.x - to.x, from.y - to.y);
      const double base = std::min(schedules[from.schedule].rate, schedules[to.schedule].rate);
      const double gbps = base / (1 + distance / 20) * std::exp(0.25 * random.normal());
      rows.push_back({from.name, to.name, price_between(from, to), std::max(gbps, 0.2) * 1e9});
    }
  }
  return std::make_shared<const Network>(fmt::format("generated clouds, seed {}", seed), std::move(rows));
}

namespace {

/// Source, then the destinations in order of number: what makes two transfers the same.
std::vector<Region> identity(const Transfer& transfer) {
  std::vector<Region> regions = transfer.destinations;
  std::sort(regions.begin(), regions.end());
  regions.insert(regions.begin(), transfer.source);
  return regions;
}

}  // namespace

std::vector<Transfer> draw_transfers(const Network& network, const DrawOptions& options, std::size_t count,
                                     std::uint64_t seed, const std::string& purpose,
                                     const std::vector<Transfer>& taken) {
  std::vector<Region> eligible;
  for (std::size_t region = 0; region < network.size(); ++region) {
    const auto number = static_cast<Region>(region);
    if (options.provider.empty() || network.providers()[network.provider(number)] == options.provider) {
      eligible.push_back(number);
    }
  }
  const std::string kind = options.provider.empty() ? "inter" : "intra-" + options.provider;
  // So many more regions than asked for that different transfers abound.
  if (eligible.size() < options.destinations + 2) {
    throw InputError(fmt::format("{} has {} regions for {} transfers to {} destinations; ask for fewer", network.name(),
                                 eligible.size(), kind, options.destinations));
  }
  std::vector<std::vector<Region>> known;
  for (const Transfer& transfer : taken) known.push_back(identity(transfer));
  std::vector<Transfer> drawn;
  for (std::uint64_t attempt = 0; drawn.size() < count; ++attempt) {
    if (attempt > 100 * count) {
      throw InputError(
          fmt::format("{} has no {} different {} transfers; ask for fewer draws", network.name(), count, kind));
    }
    Random random(seed, fmt::format("broadcast {} {}", purpose, kind), attempt);
    std::vector<Region> regions = eligible;
    random.shuffle(std::span(regions));
    Transfer transfer;
    transfer.source = regions.front();
    transfer.destinations.assign(regions.begin() + 1,
                                 regions.begin() + 1 + static_cast<std::ptrdiff_t>(options.destinations));
    transfer.volume_gb = options.volume_gb;
    transfer.partitions = options.partitions;
    transfer.limits = usual_limits();
    if (std::find(known.begin(), known.end(), identity(transfer)) != known.end()) continue;
    known.push_back(identity(transfer));
    transfer.name = fmt::format("{}-{}", kind, drawn.size() + 1);
    drawn.push_back(std::move(transfer));
  }
  return drawn;
}

}  // namespace syswright::broadcast
