#pragma once

#include <memory>
#include <span>
#include <string>

#include "domains/tiering/machine.h"

namespace syswright::tiering {

/// A standard policy, native: it keeps books of its own, from what the mechanism shows it in each round. One object a
/// run.
class NativePolicy {
 public:
  virtual ~NativePolicy() = default;
  /// At the start of each round.
  virtual void look(const Tiers& tiers) = 0;
  /// Heat (as the mechanism counts it) that a slow page needs to be a candidate.
  virtual double threshold() const { return 0; }
  /// Pages with the highest scores belong into fast memory.
  virtual double score(const Tiers& tiers, Page page) const = 0;
  /// Ticks up to the next round.
  virtual double interval() const = 0;
};

struct NativeEntry {
  std::string name;
  std::string doc;
  std::string source;
  std::unique_ptr<NativePolicy> (*make)(const Setup& setup);
};

std::span<const NativeEntry> native_policies();
/// Throws InputError that names the nearest one.
const NativeEntry& find_native(const std::string& name);
/// Answers of a fresh one.
NativeAnswers<Tiers> answers_of(const NativeEntry& entry, const Setup& setup);

std::unique_ptr<NativePolicy> make_static(const Setup& setup);
std::unique_ptr<NativePolicy> make_lru(const Setup& setup);
std::unique_ptr<NativePolicy> make_tpp(const Setup& setup);
std::unique_ptr<NativePolicy> make_hemem(const Setup& setup);
std::unique_ptr<NativePolicy> make_memtis(const Setup& setup);
std::unique_ptr<NativePolicy> make_arms(const Setup& setup);

}  // namespace syswright::tiering
