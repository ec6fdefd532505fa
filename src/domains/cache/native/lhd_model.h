#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace syswright::cache {

/// What LHD learns: the hit density (chance of a hit for each request's worth of space held) of objects by age and
/// class. Ages are in requests, coarsened to fit 20,000 steps; the class of an object is the logarithm of the sum of
/// its last two ages at a hit.
/// Source: Beckmann, Chen and Cidon, "LHD: Improving Cache Hit Rate by Maximizing Hit Density", NSDI 2018.
class LhdModel {
 public:
  static constexpr std::uint64_t most_age = 20'000;
  static constexpr std::size_t class_count = 16;

  LhdModel();

  /// Coarse age of something `requests` old.
  std::uint64_t coarsen(std::uint64_t requests) const {
    const std::uint64_t age = requests >> shift_;
    return age < most_age ? age : most_age - 1;
  }
  /// Class of an object by the sum of its last two coarse ages at a hit; 0: never hit.
  static std::size_t class_of(std::uint64_t age_sum);
  double density(std::size_t object_class, std::uint64_t age) const { return classes_[object_class].density[age]; }

  void hit(std::size_t object_class, std::uint64_t age) { classes_[object_class].hits[age] += 1; }
  void evicted(std::size_t object_class, std::uint64_t age) { classes_[object_class].evictions[age] += 1; }
  /// Forgets a tenth of what was seen and computes the densities anew; coarsens ages so that `residents` objects age
  /// over about a hundredth of the steps between evictions. O(steps * classes).
  void reconfigure(std::uint64_t residents);

 private:
  struct Class {
    std::vector<float> hits;
    std::vector<float> evictions;
    std::vector<float> density;
  };
  void adapt_coarsening(std::uint64_t residents);

  std::array<Class, class_count> classes_;
  unsigned shift_ = 10;
  unsigned reconfigurations_ = 0;
};

}  // namespace syswright::cache
