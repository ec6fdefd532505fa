#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "domains/broadcast/tables.h"

namespace syswright::broadcast {

/// Folder of the public benchmark's tables below $SYSWRIGHT_DATA; empty if that is not set.
inline std::string public_folder() {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  return folder == nullptr || *folder == 0 ? "" : std::string(folder) + "/cloud/cloudcast";
}

inline std::optional<Tables> public_tables() {
  if (public_folder().empty()) return std::nullopt;
  return read_tables(public_folder());
}

}  // namespace syswright::broadcast
