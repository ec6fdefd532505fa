#pragma once

#include "domain/configurable.h"

/// What an operator of the cluster sets: how the GPUs are put together, and how a replica fills its steps.
namespace syswright::llm_serving {

std::span<const Option> configuration_limits();
/// As Configurable says.
tune::Space serving_configurations(const ScenarioRequest& request, const Configurable::Values& limits);
Configurable::Values serving_configuration(const ScenarioRequest& request, const tune::Space& space,
                                           const tune::Point& point);

}  // namespace syswright::llm_serving
