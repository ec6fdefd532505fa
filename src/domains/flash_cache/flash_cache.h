#pragma once

/// domains/flash_cache/: a cache in two tiers, DRAM in front of flash, driven by recorded requests. The mechanism asks
/// which object leaves DRAM (`evict`), whether what left is written to flash (`admit`), and whether what is still
/// wanted is written again when its place on flash is reclaimed (`keep`). Writing wears flash out, so the writes are
/// measured, amplified as the layout and the device amplify them, and may be limited. setup.h has the rules, flash.h
/// the layout, wear.h what the device adds; docs/domains/flash_cache.md is the page for users.

#include <memory>

#include "domain/domain.h"

namespace syswright::flash_cache {

std::unique_ptr<const Domain> make_flash_cache_domain();

}  // namespace syswright::flash_cache
