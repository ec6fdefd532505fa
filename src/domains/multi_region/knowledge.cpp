#include "domains/multi_region/knowledge.h"

#include <algorithm>
#include <bit>

namespace syswright::multi_region {
namespace {

constexpr std::uint8_t most_samples = 5;
constexpr unsigned sample_mask = (1u << most_samples) - 1;

}  // namespace

void Sight::sample(bool found_spot) {
  sample_bits = static_cast<std::uint8_t>(((sample_bits << 1u) | (found_spot ? 1u : 0u)) & sample_mask);
  samples = std::min<std::uint8_t>(static_cast<std::uint8_t>(samples + 1), most_samples);
}

double Sight::recent_share() const {
  return samples == 0 ? 0.5 : static_cast<double>(std::popcount(sample_bits)) / static_cast<double>(samples);
}

}  // namespace syswright::multi_region
