#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/random.h"
#include "domain/population.h"
#include "domains/cache/host_contents.h"

namespace syswright::cache {

/// Candidates of one eviction in the `sample` mode.
inline constexpr std::size_t sample_size = 64;

/// Draws the candidates of each eviction: 64 residents, one from each 64th of the slots, or all of them, in the order
/// of their slots, if there are no more than 64. A function of the seed, the number of the eviction and the number of
/// residents. Draws for the next eviction are made ahead, on the guess that there will be as many residents as now, so
/// that their lines are on the way from memory while other requests are served. Copying forks it.
class SampledRanking {
 public:
  explicit SampledRanking(std::uint64_t seed) : draws_(seed, "cache evict sample") {}

  std::span<const Slot> candidates(std::uint64_t eviction, std::uint32_t residents) {
    if (drawn_for_ != eviction || drawn_from_ != residents) draw(eviction, residents);
    return std::span(slots_).first(drawn_);
  }

  /// To be called when residents and evictions stand as they may at the next eviction.
  void draw_ahead(const Contents& contents) {
    draw(contents.evictions(), contents.count());
    for (const Slot slot : std::span(slots_).first(drawn_)) contents.prefetch_slot(slot);
  }

 private:
  void draw(std::uint64_t eviction, std::uint32_t residents) {
    drawn_for_ = eviction;
    drawn_from_ = residents;
    drawn_ = draw_stratified(draws_.at(eviction).next(), residents, slots_);
  }

  Random draws_;
  std::array<std::uint32_t, sample_size> slots_{};
  std::size_t drawn_ = 0;
  std::uint64_t drawn_for_ = ~std::uint64_t{0};
  std::uint32_t drawn_from_ = 0;
};

/// The first of the highest scores; at least one.
inline std::size_t highest(std::span<const double> scores) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> best;
  best.fill(scores[0]);
  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) best[lane] = std::max(best[lane], scores[i + lane]);
  }
  for (; i < scores.size(); ++i) best[0] = std::max(best[0], scores[i]);
  const double top = *std::max_element(best.begin(), best.end());
  return static_cast<std::size_t>(std::find(scores.begin(), scores.end(), top) - scores.begin());
}

}  // namespace syswright::cache
