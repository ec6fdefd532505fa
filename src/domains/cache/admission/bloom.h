#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "domains/cache/admission/setup.h"

namespace syswright::cache {

/// Takes in what missed before, lately: half of the objects of a content delivery network are asked for once. Names of
/// missed objects are kept in two Bloom filters, a younger and an older generation, of four times as many names as the
/// cache holds objects; when the younger one is full it becomes the older, and that one is forgotten. Ten bits and
/// seven probes a name: about one new object in a hundred passes for a known one. O(1) a miss, 10 bits of state for
/// each name. Source: Maggs and Sitaraman, "Algorithmic Nuggets in Content Delivery", ACM SIGCOMM CCR 45(3), 2015,
/// section 3; Bloom, CACM 13(7), 1970. The length of a generation is ours, that of the policy second_hit.
class BloomFilters {
 public:
  static constexpr std::uint64_t bits_per_name = 10;
  static constexpr std::size_t probes = 7;
  static constexpr std::uint64_t names_per_object = 4;
  static constexpr std::uint64_t fewest_names = 64;

  explicit BloomFilters(const AdmissionSetup& setup)
      : names_(std::max(fewest_names, names_per_object * setup.expected_objects)),
        words_((names_ * bits_per_name + 63) / 64),
        salt_(Random(setup.seed, "cache bloom filter").next()) {
    for (auto& filter : filters_) filter.resize(words_);
  }

  /// To be asked once a miss, by the object's raw key.
  bool takes(std::uint64_t key) {
    const bool in_younger = has(filters_[younger_], key);
    const bool known = in_younger || has(filters_[1 - younger_], key);
    if (!in_younger) remember(key);
    return known;
  }

 private:
  using Filter = std::vector<std::uint64_t>;

  /// Double hashing: two hashes stand for seven (Kirsch and Mitzenmacher, ESA 2006).
  std::uint64_t bit(std::uint64_t key, std::size_t probe) const {
    const std::uint64_t hash = mix64(key ^ salt_);
    return (hash + probe * (mix64(hash) | 1)) % (words_ * 64);
  }
  bool has(const Filter& filter, std::uint64_t key) const {
    for (std::size_t probe = 0; probe < probes; ++probe) {
      const std::uint64_t at = bit(key, probe);
      if ((filter[at / 64] >> at % 64 & 1) == 0) return false;
    }
    return true;
  }
  void remember(std::uint64_t key) {
    if (held_ == names_) {
      younger_ = 1 - younger_;
      std::ranges::fill(filters_[younger_], 0);
      held_ = 0;
    }
    for (std::size_t probe = 0; probe < probes; ++probe) {
      const std::uint64_t at = bit(key, probe);
      filters_[younger_][at / 64] |= std::uint64_t{1} << at % 64;
    }
    ++held_;
  }

  std::uint64_t names_;  ///< of a generation
  std::uint64_t words_;
  std::uint64_t salt_;
  std::array<Filter, 2> filters_;
  std::size_t younger_ = 0;
  std::uint64_t held_ = 0;  ///< names in the younger one
};

}  // namespace syswright::cache
