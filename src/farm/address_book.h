#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "domain/scenario.h"

namespace syswright {

/// Where a scenario comes from, so that another process that opened the same workload can make it too: one of the
/// workload's own, and the fractions at which miniatures were cut from it, one after another.
struct ScenarioAddress {
  Digest root;
  std::vector<double> fractions;
};

/// Knows the addresses of scenarios. May be used from several threads.
class AddressBook {
 public:
  /// The same scenario, whose address is known from now on, and those of the miniatures that are cut from it. The book
  /// must outlive it.
  ScenarioPtr enter(ScenarioPtr scenario);
  /// nullopt of a scenario that was not entered.
  std::optional<ScenarioAddress> find(const Digest& scenario) const;

 private:
  class Entered;
  ScenarioPtr enter(ScenarioPtr scenario, ScenarioAddress address);

  mutable std::mutex mutex_;
  std::map<Digest, ScenarioAddress> addresses_;
};

/// Finds scenarios by their addresses, in a process that opened the same workload. Not thread-safe.
class AddressedScenarios {
 public:
  explicit AddressedScenarios(const std::vector<ScenarioPtr>& roots);
  /// nullptr if there is no such scenario here. A miniature is cut once.
  ScenarioPtr find(const ScenarioAddress& address);

 private:
  std::map<Digest, ScenarioPtr> roots_;
  std::map<std::pair<Digest, std::vector<double>>, ScenarioPtr> miniatures_;
};

}  // namespace syswright
