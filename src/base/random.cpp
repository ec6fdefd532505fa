#include "base/random.h"

#include <cassert>
#include <cmath>
#include <numbers>

#include "base/digest.h"

namespace syswright {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

Random::Random(std::uint64_t seed, std::string_view name, std::uint64_t index) : index_(index) {
  const Digest digest = DigestBuilder().add(seed).add(name).finish();
  key_ = {static_cast<std::uint32_t>(digest.low), static_cast<std::uint32_t>(digest.low >> 32)};
}

Random Random::at(std::uint64_t index) const {
  Random other = *this;
  other.index_ = index;
  other.block_ = 0;
  other.used_ = 4;
  other.has_spare_ = false;
  return other;
}

std::uint64_t Random::next() {
  if (used_ >= 4) {
    words_ = philox({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
                     static_cast<std::uint32_t>(index_), static_cast<std::uint32_t>(index_ >> 32)},
                    key_);
    ++block_;
    used_ = 0;
  }
  const std::uint64_t word = words_[used_] | (std::uint64_t{words_[used_ + 1]} << 32);
  used_ += 2;
  return word;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  // Lemire, "Fast Random Integer Generation in an Interval", TOMACS 2019, algorithm 5.
  unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = -bound % bound;
    while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<unsigned __int128>(next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double Random::exponential(double rate) { return -std::log(1.0 - uniform()) / rate; }

std::size_t Random::weighted(std::span<const double> weights) {
  double total = 0;
  for (double weight : weights) total += weight;
  assert(total > 0);
  double target = uniform() * total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    target -= weights[i];
    if (target < 0) return i;
  }
  std::size_t last = weights.size() - 1;
  while (weights[last] <= 0) --last;
  return last;
}

}  // namespace syswright
