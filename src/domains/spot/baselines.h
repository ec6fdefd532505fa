#pragma once

#include <span>
#include <string_view>

#include "domains/spot/market.h"

namespace syswright::spot {

/// A standard policy of the field, native.
struct NativePolicy {
  std::string_view name;
  std::string_view doc;
  std::string_view source;
  Mode (*answer)(const Market& market);
};

std::span<const NativePolicy> native_policies();

/// Throws InputError that names the nearest one.
const NativePolicy& find_native(std::string_view name);

}  // namespace syswright::spot
