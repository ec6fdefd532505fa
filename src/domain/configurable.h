#pragma once

#include <map>
#include <span>
#include <string>

#include "domain/domain.h"
#include "tune/space.h"

namespace syswright {

/// What a domain may be besides: a system with settings that its operator chooses, and no policy decides. A domain that
/// derives from this as well can be searched by `syswright tune`; others are left as they are.
class Configurable {
 public:
  virtual ~Configurable() = default;
  using Values = std::map<std::string, std::string>;

  /// Within what a configuration is sought: the number of GPUs, …
  virtual std::span<const Option> limits() const = 0;
  /// The policy that settings are sought for where none is named.
  virtual std::string usual_policy() const = 0;
  /// What can be set where a request leaves it open: options that the request states stay as they are. Throws
  /// InputError for limits that cannot be used, and where nothing is left to set.
  virtual tune::Space configurations(const ScenarioRequest& request, const Values& limits) const = 0;
  /// The options of a point of that space, by name: with them added, the request opens the configured system.
  virtual Values configuration(const ScenarioRequest& request, const tune::Space& space,
                               const tune::Point& point) const = 0;
};

/// The domain as such; nullptr if it is none.
inline const Configurable* as_configurable(const Domain& domain) { return dynamic_cast<const Configurable*>(&domain); }

}  // namespace syswright
