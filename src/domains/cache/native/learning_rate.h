#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/random.h"

namespace syswright::cache {

/// The learning rate of CACHEUS: climbs the hit ratio. After each period of as many requests as there are residents it
/// goes on, by its own product with its last change, in the direction in which the hit ratio last grew; after ten
/// periods of no change without a better hit ratio it is drawn anew, as it is at first, from 0.001 to 1, its bounds.
/// Source: Rodriguez et al., "Learning Cache Replacement with CACHEUS", FAST 2021, algorithm 3.
class LearningRate {
 public:
  explicit LearningRate(std::uint64_t seed) : draws_(Random(seed, "cacheus rate").next()) { rate_ = draw(); }

  double value() const { return rate_; }
  void request(bool hit, std::uint64_t residents) {
    hits_ += hit;
    if (++requests_ < std::max<std::uint64_t>(residents, 1)) return;
    update(static_cast<double>(hits_) / static_cast<double>(requests_));
    requests_ = hits_ = 0;
  }

 private:
  static constexpr double least = 0.001;
  static constexpr int patience = 10;

  double draw() { return least + (1 - least) * static_cast<double>(mix64(draws_++) >> 11) * 0x1p-53; }
  void update(double hit_ratio) {
    const double gain = hit_ratio - last_hit_ratio_;
    const double change = rate_ - last_rate_;
    last_hit_ratio_ = hit_ratio;
    last_rate_ = rate_;
    if (change != 0) {
      const double step = std::abs(rate_ * change);
      rate_ = std::clamp(gain / change > 0 ? rate_ + step : rate_ - step, least, 1.0);
      idle_ = 0;
      return;
    }
    if (hit_ratio != 0 && gain > 0) return;
    if (++idle_ < patience) return;
    idle_ = 0;
    rate_ = draw();
  }

  std::uint64_t draws_;
  double rate_ = 0;
  double last_rate_ = 0;
  double last_hit_ratio_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t hits_ = 0;
  int idle_ = 0;
};

}  // namespace syswright::cache
