#include "app/scenarios.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "domain/aggregate.h"
#include "domain/wrapped_scenario.h"

namespace syswright::app {
namespace {

class WatchedScenario final : public WrappedScenario {
 public:
  WatchedScenario(ScenarioPtr scenario, std::function<void(std::uint64_t)> done)
      : WrappedScenario(std::move(scenario)), done_(std::move(done)) {}

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    Evaluation evaluation = evaluate_checked(wrapped(), policy, options);
    done_(events());
    return evaluation;
  }

 private:
  std::function<void(std::uint64_t)> done_;
};

}  // namespace

void add_scenario_options(CLI::App& command, const Domain& domain, ScenarioRequest& request) {
  command.add_option("--trace", request.workload, "Workload to drive it with (default: the bundled one)")
      ->type_name("FILE");
  command.add_option("--format", request.format, "Format of the trace (default: found from its content)")
      ->type_name("NAME");
  command.add_option("--scenario-seed", request.seed, "Seed of the mechanism's own random draws (default: 1)")
      ->type_name("N");
  for (const Option& option : domain.options()) {
    const std::string shown = option.default_value.empty() ? "" : fmt::format(" (default: {})", option.default_value);
    command
        .add_option_function<std::string>(
            "--" + option.name,
            [&request, name = option.name](const std::string& value) { request.options[name] = value; },
            option.doc + shown)
        ->type_name(option.list ? "LIST" : "VALUE");
  }
}

std::unique_ptr<Workload> open_workload(const Context& context, const Domain& domain, const ScenarioRequest& request) {
  std::unique_ptr<Workload> workload = domain.open(request);
  for (const std::string& warning : workload->summary().warnings) context.warn(warning);
  return workload;
}

std::string describe(const WorkloadSummary& summary) {
  std::vector<std::string> facts;
  for (const auto& [name, value] : summary.facts) facts.push_back(fmt::format("{} {}", name, value));
  return facts.empty() ? summary.name : fmt::format("{}: {}", summary.name, fmt::join(facts, ", "));
}

Json workload_json(const WorkloadSummary& summary) {
  Json facts = Json::object();
  for (const auto& [name, value] : summary.facts) facts.set(name, value);
  return Json::object()
      .set("name", summary.name)
      .set("facts", std::move(facts))
      .set("warnings", json_array(summary.warnings));
}

std::vector<ScenarioPtr> watched(const std::vector<ScenarioPtr>& scenarios,
                                 const std::function<void(std::uint64_t events)>& done) {
  std::vector<ScenarioPtr> result;
  for (const ScenarioPtr& scenario : scenarios) result.push_back(std::make_shared<WatchedScenario>(scenario, done));
  return result;
}

}  // namespace syswright::app
