#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domains/cache/requests.h"

/// native/: the field's standard policies, one short header each. Every policy is a plain value (a copy is a fork),
/// keeps its state in arrays indexed by Object, and is a template over Sizes: UnitSizes where every object counts 1,
/// StoredSizes where objects count bytes. All of them follow the order of work of replay.h.
namespace syswright::cache {

/// What a native policy is made from.
struct Setup {
  std::size_t objects = 0;     ///< Object numbers are below this
  std::uint64_t capacity = 0;  ///< objects or bytes, at least 1
  std::uint64_t seed = 0;      ///< of policies that draw at random
};

/// Sizes of objects where every object counts 1: costs nothing.
class UnitSizes {
 public:
  static constexpr bool in_bytes = false;
  explicit UnitSizes(std::size_t /*objects*/) {}
  std::uint32_t of(Object /*object*/) const { return 1; }
  void set(Object /*object*/, std::uint32_t /*size*/) {}
};

/// Bytes that each object occupies, as set when it was taken in.
class StoredSizes {
 public:
  static constexpr bool in_bytes = true;
  explicit StoredSizes(std::size_t objects) : sizes_(objects) {}
  std::uint32_t of(Object object) const { return sizes_[object]; }
  void set(Object object, std::uint32_t size) { sizes_[object] = size; }

 private:
  std::vector<std::uint32_t> sizes_;
};

/// A share of a capacity, rounded down, at least 1.
inline std::uint64_t share_of(std::uint64_t capacity, double share) {
  const auto part = static_cast<std::uint64_t>(static_cast<double>(capacity) * share);
  return part == 0 ? 1 : part;
}

}  // namespace syswright::cache
