#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace syswright {

/// One block of Philox4x32-10: four random words, a pure function of counter and key.
/// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A sequence of random draws addressed by (seed, name, index): two generators with equal addresses give equal draws,
/// whatever thread asks and whatever else was drawn before. Give each purpose its own name and each item (candidate,
/// eviction, bootstrap replicate) its own index. Copyable: a copy continues from the same place (a fork).
class Random {
 public:
  using result_type = std::uint64_t;

  Random(std::uint64_t seed, std::string_view name, std::uint64_t index = 0);

  /// The generator with the same seed and name, and another index. Cheap: name is not hashed again.
  Random at(std::uint64_t index) const;

  std::uint64_t next();
  std::uint64_t operator()() { return next(); }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, bound), without bias. bound at least 1.
  std::uint64_t below(std::uint64_t bound);
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (Box–Muller; one draw of two is kept).
  double normal();
  double exponential(double rate = 1.0);
  /// Index i with probability weights[i] / sum. Weights are not negative and not all zero.
  std::size_t weighted(std::span<const double> weights);
  /// Fisher–Yates.
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t index_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  unsigned used_ = 4;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

/// Bijective mixing of 64 bits (the finaliser of SplitMix64): hashes ids and expands a seed where a whole Philox block
/// a draw would cost too much. Source: Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace syswright
