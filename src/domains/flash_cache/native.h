#pragma once

#include <span>
#include <string>

#include "domain/stepping.h"
#include "domains/flash_cache/machine.h"

namespace syswright::flash_cache {

/// A built-in policy: one answer for each of the three questions.
struct NativeEntry {
  std::string name;  ///< DRAM's order, then what flash takes: "lru_second"
  std::string doc;
  std::string source;
  double (*evict)(const Tiers& tiers, const Resident& candidate);
  bool (*admit)(const Tiers& tiers);
  bool (*keep)(const Tiers& tiers);
};

/// Simplest first.
std::span<const NativeEntry> native_policies();

/// Throws InputError for an unknown name.
NativeAnswers<Tiers> native_answers(const std::string& name);

}  // namespace syswright::flash_cache
