#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/random.h"
#include "domains/cache/admission/adaptsize.h"
#include "domains/cache/admission/bloom.h"
#include "domains/cache/admission/by_size.h"
#include "domains/cache/admission/setup.h"

namespace syswright::cache {

/// A rule of admission as a user writes it: "all", "size:64KiB", "probability:0.5", "size-probability:64KiB", "bloom",
/// "adaptsize".
struct AdmissionRule {
  enum class Kind : std::uint8_t { all, size, probability, size_probability, bloom, adaptsize };
  Kind kind = Kind::all;
  double parameter = 0;  ///< bytes, or a probability
  std::string text = "all";
};

/// Throws InputError for a rule that does not exist, or a parameter that it cannot take.
AdmissionRule read_admission(const std::string& text);

/// A rule at work. Copying forks it.
class AdmissionGate {
 public:
  AdmissionGate(const AdmissionRule& rule, const AdmissionSetup& setup);

  /// Every request is to be told, hit or miss, before takes().
  void meet(Object object, std::uint32_t bytes) {
    if (auto* adaptive = std::get_if<AdaptSize>(&state_)) adaptive->meet(object, bytes);
  }
  /// Whether a missed object is taken in, as far as the rule goes. To be asked once a miss.
  bool takes(std::uint64_t request, std::uint64_t key, std::uint32_t bytes);

 private:
  struct TakeAll {};
  struct FixedChance {
    double probability;
  };
  double draw(std::uint64_t request) const { return draws_.at(request).uniform(); }

  Random draws_;
  std::variant<TakeAll, SizeThreshold, FixedChance, SizeChance, BloomFilters, AdaptSize> state_;
};

}  // namespace syswright::cache
