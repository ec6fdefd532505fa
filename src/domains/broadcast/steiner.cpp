#include "domains/broadcast/steiner.h"

#include <cassert>
#include <limits>

namespace syswright::broadcast {

namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
}

SteinerTable::SteinerTable(std::span<const double> costs, std::size_t regions, std::span<const Region> destinations)
    : regions_(regions), destinations_(destinations.size()) {
  assert(destinations.size() <= 16 && costs.size() == regions * regions);
  const std::uint32_t masks = all() + 1;
  // By target, since the search goes against the links.
  std::vector<double> into(costs.size());
  for (std::size_t from = 0; from < regions; ++from) {
    for (std::size_t to = 0; to < regions; ++to) into[to * regions + from] = costs[from * regions + to];
  }
  cost_.assign(masks * regions, infinite);
  choice_.resize(masks * regions);
  for (std::size_t region = 0; region < regions; ++region) cost_[region] = 0;
  for (std::uint32_t mask = 1; mask < masks; ++mask) {
    double* best = &cost_[mask * regions];
    Choice* choice = &choice_[mask * regions];
    if ((mask & (mask - 1)) == 0) {
      std::size_t place = 0;
      while ((mask >> place & 1) == 0) ++place;
      best[destinations[place]] = 0;
    }
    // Each split once: the part holds the lowest destination.
    const std::uint32_t lowest = mask & -mask;
    for (std::uint32_t part = (mask - 1) & mask; part > 0; part = (part - 1) & mask) {
      if ((part & lowest) == 0) continue;
      const double* left = &cost_[part * regions];
      const double* right = &cost_[(mask ^ part) * regions];
      for (std::size_t region = 0; region < regions; ++region) {
        const double sum = left[region] + right[region];
        if (sum < best[region]) {
          best[region] = sum;
          choice[region].part = part;
        }
      }
    }
    close(into, mask);
  }
}

/// Dijkstra against the direction of the links, from what splits already cost.
void SteinerTable::close(std::span<const double> into, std::uint32_t mask) {
  double* best = &cost_[mask * regions_];
  Choice* choice = &choice_[mask * regions_];
  std::vector<char> done(regions_);
  for (std::size_t round = 0; round < regions_; ++round) {
    std::size_t next = regions_;
    for (std::size_t region = 0; region < regions_; ++region) {
      if (!done[region] && best[region] < infinite && (next == regions_ || best[region] < best[next])) next = region;
    }
    if (next == regions_) return;
    done[next] = 1;
    const double base = best[next];
    for (std::size_t region = 0; region < regions_; ++region) {
      const double through = base + into[next * regions_ + region];
      if (through < best[region] && !done[region]) {
        best[region] = through;
        choice[region].hop = static_cast<std::uint32_t>(next);
      }
    }
  }
}

void SteinerTable::collect(std::uint32_t mask, Region at, std::vector<bool>& reached, std::vector<Link>& links) const {
  const Choice& choice = choice_[mask * regions_ + at];
  if (choice.hop != Choice::none) {
    const auto to = static_cast<Region>(choice.hop);
    // Branches of equal cost may meet again: the first to arrive serves both.
    if (!reached[to]) links.push_back({at, to});
    reached[to] = true;
    collect(mask, to, reached, links);
  } else if (choice.part != Choice::none) {
    collect(choice.part, at, reached, links);
    collect(mask ^ choice.part, at, reached, links);
  }
}

std::vector<Link> SteinerTable::tree(std::uint32_t mask, Region root) const {
  std::vector<bool> reached(regions_);
  reached[root] = true;
  std::vector<Link> links;
  if (mask != 0 && cost(mask, root) < infinite) collect(mask, root, reached, links);
  return links;
}

}  // namespace syswright::broadcast
