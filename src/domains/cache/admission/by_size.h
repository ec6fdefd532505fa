#pragma once

#include <cmath>
#include <cstdint>

namespace syswright::cache {

/// Takes in what is not larger than a threshold.
class SizeThreshold {
 public:
  explicit SizeThreshold(double bytes) : bytes_(bytes) {}
  bool takes(std::uint32_t bytes) const { return bytes <= bytes_; }

 private:
  double bytes_;
};

/// Takes in with probability exp(-size / c): small objects nearly always, objects of several c seldom.
/// Source: Berger, Sitaraman and Harchol-Balter, "AdaptSize", NSDI 2017, section 2 (there: Exp-LRU with a fixed c).
class SizeChance {
 public:
  explicit SizeChance(double c) : c_(c) {}
  /// draw: uniform in [0, 1).
  bool takes(std::uint32_t bytes, double draw) const { return draw < std::exp(-(bytes / c_)); }

 private:
  double c_;
};

}  // namespace syswright::cache
