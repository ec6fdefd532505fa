#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/tiering/hardware.h"
#include "domains/tiering/sampling.h"

namespace syswright::tiering {

/// What a user asked of the tiering domain's scenarios, read and checked.
struct TieringOptions {
  /// Pages, or a share of them.
  struct Fast {
    std::optional<std::uint64_t> pages;
    double share = 0;
    std::string text;  ///< as written
  };
  std::vector<std::string> programs;
  std::vector<Fast> fast;
  std::uint32_t pages = 0;
  std::uint32_t ticks = 0;
  std::uint64_t accesses = 0;  ///< 0: four for each page of a program; of a recording, as `ticks` has it
  std::optional<std::uint32_t> budget;
  Costs costs;
  Visibility visibility = Visibility::samples;
  SamplingOptions sampling;
};

/// For Domain::options().
const std::vector<Option>& tiering_options();

/// Throws InputError for an option that does not exist or a value that cannot be used.
TieringOptions read_options(const ScenarioRequest& request);

}  // namespace syswright::tiering
