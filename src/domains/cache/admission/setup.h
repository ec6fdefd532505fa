#pragma once

#include <cstdint>
#include <string>

/// admission/: rules that stand in front of any eviction policy and decide which missed objects it gets to see, one
/// short header each. All are plain values, so that a copy is a fork, and draw nothing that is not addressed by seed
/// and request.
namespace syswright::cache {

/// What an admission rule is made from.
struct AdmissionSetup {
  std::uint64_t capacity = 0;          ///< objects or bytes
  bool in_bytes = false;               ///< what an object occupies: its bytes, or 1
  std::size_t objects = 0;             ///< Object numbers are below this
  std::uint64_t expected_objects = 0;  ///< that the cache will hold, about
  std::uint64_t seed = 0;
};

}  // namespace syswright::cache
