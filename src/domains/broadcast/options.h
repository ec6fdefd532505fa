#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/broadcast/transfer.h"

namespace syswright::broadcast {

struct BroadcastOptions {
  std::size_t draws = 6;         ///< transfers of each kind in each part of the suite
  std::size_t destinations = 6;  ///< of a drawn transfer
  double volume_gb = 300;
  std::size_t partitions = 10;
  Machines machines;
  bool design_on_configured = false;
  std::string plan;  ///< file with a plan made elsewhere; empty: none
};

const std::vector<Option>& broadcast_options();
/// Throws InputError for an option that the domain does not have, or a value out of range.
BroadcastOptions read_options(const ScenarioRequest& request);

}  // namespace syswright::broadcast
