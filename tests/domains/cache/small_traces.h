#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

/// How the requests of a small random trace are drawn.
struct SmallTrace {
  std::uint64_t requests = 60;
  std::uint64_t objects = 12;
  std::uint32_t largest_size = 0;  ///< 0: the trace has no sizes
  bool sizes_change = false;       ///< from request to request, else each object keeps one
};

/// Keys are spread over 64 bits; half of the requests go to a quarter of the objects, so that something is popular.
inline trace::CacheTrace small_trace(const SmallTrace& shape, Random random) {
  trace::CacheTrace trace;
  trace.name = "small";
  std::vector<std::uint32_t> sizes(shape.objects);
  for (std::uint32_t& size : sizes) {
    if (shape.largest_size > 0) size = static_cast<std::uint32_t>(1 + random.below(shape.largest_size));
  }
  for (std::uint64_t i = 0; i < shape.requests; ++i) {
    const std::uint64_t range = random.chance(0.5) ? shape.objects : (shape.objects + 3) / 4;
    const std::uint64_t object = random.below(range);
    trace.keys.push_back(mix64(object));
    if (shape.largest_size == 0) continue;
    if (shape.sizes_change && random.chance(0.2)) {
      sizes[object] = static_cast<std::uint32_t>(1 + random.below(shape.largest_size));
    }
    trace.sizes.push_back(sizes[object]);
  }
  return trace;
}

/// A trace of these keys, and of these sizes if there are any.
inline std::shared_ptr<const Requests> requests_of(std::vector<std::uint64_t> keys,
                                                   std::vector<std::uint32_t> sizes = {}) {
  trace::CacheTrace trace;
  trace.name = "test";
  trace.keys = std::move(keys);
  trace.sizes = std::move(sizes);
  return prepare(std::move(trace));
}

inline Window whole(const Requests& requests) { return {0, 0, requests.size()}; }

/// Path of a real trace below the folder that SYSWRIGHT_DATA names; nothing where it is not set.
inline std::optional<std::string> data_file(const std::string& name) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  if (folder == nullptr || *folder == 0) return std::nullopt;
  return std::string(folder) + "/cache/" + name;
}

}  // namespace syswright::cache
