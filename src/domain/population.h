#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace syswright {

/// The value that a share q of the values does not exceed: the smallest v such that at least q of the values are <= v
/// (nearest rank). 0 for no values. Reorders its argument. O(n).
double percentile_of(std::span<double> values, double q);

/// A sample of a population of numbered items that is spread evenly: one draw from each of Size equal strata. Every
/// item is as likely as any other to be drawn; one that lies on the border of two strata may, rarely, be drawn twice. A
/// population of Size items or fewer is drawn whole, in order.
/// word: any 64 random bits; equal words give equal draws. population: below 2^31.
/// Returns how many were drawn: min(population, Size).
template <std::size_t Size>
  requires(std::has_single_bit(Size) && Size >= 2 && Size <= 256)
std::size_t draw_stratified(std::uint64_t word, std::uint32_t population, std::array<std::uint32_t, Size>& draws) {
  if (population <= Size) {
    for (std::uint32_t i = 0; i < population; ++i) draws[i] = i;
    return population;
  }
  // In units of 1/Size of an item, stratum i is [i * population, (i + 1) * population); half a mixed word places the
  // draw in it.
  for (std::size_t i = 0; i < Size; i += 2) {
    const std::uint64_t bits = mix64(word + i);
    const std::uint64_t start = i * population;
    draws[i] = static_cast<std::uint32_t>((start + ((bits & 0xFFFFFFFFu) * population >> 32)) / Size);
    draws[i + 1] = static_cast<std::uint32_t>((start + population + ((bits >> 32) * population >> 32)) / Size);
  }
  return Size;
}

}  // namespace syswright
