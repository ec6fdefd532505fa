#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/json.h"

namespace syswright::app {

/// Adds --trace, --format, --scenario-seed and one option for each of the domain's own to a command; `request` is
/// filled when the command line is parsed and must outlive that.
void add_scenario_options(CLI::App& command, const Domain& domain, ScenarioRequest& request);

/// Opens the workload, and warns of what was repaired in it.
std::unique_ptr<Workload> open_workload(const Context& context, const Domain& domain, const ScenarioRequest& request);

/// "OLTP.lis: 914,145 requests, 186,880 objects": name and facts, for people.
std::string describe(const WorkloadSummary& summary);
Json workload_json(const WorkloadSummary& summary);

/// The scenarios, each of which calls `done` with its events when an evaluation of it ends, from whatever thread that
/// ran on. Everything else is as before.
std::vector<ScenarioPtr> watched(const std::vector<ScenarioPtr>& scenarios,
                                 const std::function<void(std::uint64_t events)>& done);

}  // namespace syswright::app
