#include <fmt/format.h>

#include <algorithm>

#include "app/policies.h"
#include "app/scenarios.h"
#include "base/error.h"
#include "domain/aggregate.h"
#include "src/bindings.h"

namespace syswright::python {
namespace {

/// A workload with the domain that opened it.
struct BoundWorkload {
  const Domain* domain;
  std::shared_ptr<const Workload> workload;

  std::vector<BoundScenario> bound(const std::vector<ScenarioPtr>& scenarios) const {
    std::vector<BoundScenario> all;
    for (const ScenarioPtr& scenario : scenarios) all.push_back({domain, scenario});
    return all;
  }
};

/// A value of an option as Python has it: texts as they are, True and False as yes and no, lists with commas.
std::string option_text(const py::handle& value) {
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>() ? "yes" : "no";
  if (!py::isinstance<py::list>(value) && !py::isinstance<py::tuple>(value)) return py::str(value).cast<std::string>();
  std::string text;
  for (const py::handle& item : value) text += (text.empty() ? "" : ",") + option_text(item);
  return text;
}

BoundWorkload open(const std::string& domain_name, const std::string& workload, const std::string& format,
                   std::uint64_t seed, const py::kwargs& options) {
  const Domain& domain = registries().domains.find(domain_name);
  ScenarioRequest request{.workload = workload, .format = format, .seed = seed};
  for (const auto& [name, value] : options) {
    std::string key = name.cast<std::string>();
    std::replace(key.begin(), key.end(), '_', '-');
    request.options[key] = option_text(value);
  }
  return interruptible(
      [&](std::stop_token) { return BoundWorkload{&domain, std::shared_ptr<const Workload>(domain.open(request))}; });
}

py::list described_features(const policy::Decision& decision) {
  py::list features;
  for (const policy::Feature& feature : decision.features) {
    py::dict one = described(feature);
    one["scope"] = feature.scope == policy::Scope::global ? "global" : "candidate";
    one["length"] = feature.length;
    features.append(one);
  }
  return features;
}

py::list described_decisions(const Domain& domain) {
  py::list decisions;
  for (const policy::Decision& decision : domain.signature()->decisions) {
    py::dict one;
    one["name"] = decision.name;
    one["kind"] = decision.kind == policy::DecisionKind::rank ? "rank" : "value";
    one["actions"] = decision.actions;
    one["modes"] = decision.modes;
    one["doc"] = decision.doc;
    one["features"] = described_features(decision);
    decisions.append(one);
  }
  return decisions;
}

template <typename Named>
py::dict documented(const Named& items) {
  py::dict all;
  for (const auto& item : items) all[py::str(item.name)] = item.doc;
  return all;
}

py::dict describe(const std::string& name) {
  const Domain& domain = registries().domains.find(name);
  py::dict all;
  all["name"] = domain.name();
  all["summary"] = domain.summary();
  all["decisions"] = described_decisions(domain);
  all["metrics"] = documented(domain.metrics());
  all["baselines"] = documented(domain.baselines());
  all["options"] = documented(domain.options());
  all["exemplars"] = std::vector<std::string>(domain.exemplars().begin(), domain.exemplars().end());
  return all;
}

Evaluation evaluate(const BoundScenario& bound, const PolicyLike& named) {
  const std::vector<Policy> policies = find_policies(*bound.domain, {named});
  if (policies.size() != 1) throw InputError("one policy is meant");
  return interruptible(
      [&](std::stop_token stop) { return evaluate_checked(*bound.scenario, policies.front(), {.stop = stop}); });
}

py::list bounds(const BoundScenario& bound) {
  py::list all;
  for (const Bound& one : interruptible([&](std::stop_token) { return bound.scenario->bounds(); })) {
    py::dict said;
    said["name"] = one.name;
    said["metric"] = bound.domain->metrics()[one.metric].name;
    said["value"] = one.value;
    said["provable"] = one.provable;
    said["doc"] = one.doc;
    all.append(said);
  }
  return all;
}

py::object miniature(const BoundScenario& bound, double fraction) {
  const ScenarioPtr small = bound.scenario->miniature(fraction);
  return small == nullptr ? py::none() : py::cast(BoundScenario{bound.domain, small});
}

void add_scenario(py::module_& module) {
  py::class_<BoundScenario>(module, "Scenario", "A workload with parameters and a seed: everything but the policy.")
      .def_property_readonly("domain", [](const BoundScenario& bound) { return bound.domain->name(); })
      .def_property_readonly("label", [](const BoundScenario& bound) { return bound.scenario->label(); })
      .def_property_readonly(
          "setting", [](const BoundScenario& bound) { return bound.scenario->setting(); },
          "What sets it apart from its neighbours in a suite.")
      .def_property_readonly(
          "events", [](const BoundScenario& bound) { return bound.scenario->events(); },
          "That one evaluation simulates: its cost.")
      .def_property_readonly("digest", [](const BoundScenario& bound) { return bound.scenario->digest().hex(); })
      .def(
          "evaluate",
          [](const BoundScenario& bound, const PolicyLike& policy) {
            return evaluation_dict(*bound.domain, evaluate(bound, policy));
          },
          py::arg("policy"), "Runs one policy: a Program, a baseline by name, or a program's file.")
      .def("bounds", &bounds, "What no policy (provable), or none that is known, can beat.")
      .def("miniature", &miniature, py::arg("fraction"),
           "A cheaper scenario that predicts this one; None where there is none.")
      .def("__repr__", [](const BoundScenario& bound) {
        return fmt::format("<syswright.Scenario {}: {}>", bound.domain->name(), bound.scenario->label());
      });
}

void add_workload(py::module_& module) {
  py::class_<BoundWorkload>(module, "Workload", "A workload once read, from which scenarios are cut.")
      .def_property_readonly("domain", [](const BoundWorkload& bound) { return bound.domain->name(); })
      .def_property_readonly("name", [](const BoundWorkload& bound) { return bound.workload->summary().name; })
      .def_property_readonly("facts",
                             [](const BoundWorkload& bound) {
                               py::dict facts;
                               for (const auto& [name, value] : bound.workload->summary().facts) {
                                 facts[py::str(name)] = value;
                               }
                               return facts;
                             })
      .def_property_readonly("warnings", [](const BoundWorkload& bound) { return bound.workload->summary().warnings; })
      .def(
          "scenarios", [](const BoundWorkload& bound) { return bound.bound(bound.workload->scenarios()); },
          "The whole workload, a scenario for each combination of the options' values.")
      .def(
          "suite",
          [](const BoundWorkload& bound) {
            const Suite suite = bound.workload->suite();
            py::dict parts;
            parts["train"] = bound.bound(suite.train);
            parts["validation"] = bound.bound(suite.validation);
            parts["test"] = bound.bound(suite.test);
            return parts;
          },
          "The same in three parts, by name: train, validation, test. A designer never sees test.")
      .def("__repr__", [](const BoundWorkload& bound) {
        return fmt::format("<syswright.Workload {}: {}>", bound.domain->name(),
                           app::describe(bound.workload->summary()));
      });
}

}  // namespace

std::vector<Policy> find_policies(const Domain& domain, const std::vector<PolicyLike>& named) {
  std::vector<Policy> policies;
  const auto add = [&](const Policy& policy) {
    const auto same = [&](const Policy& other) { return other.digest() == policy.digest(); };
    if (std::ranges::none_of(policies, same)) policies.push_back(policy);
  };
  for (const PolicyLike& one : named) {
    if (const auto* name = std::get_if<std::string>(&one)) {
      for (const Policy& policy : app::find_policies({*name}, domain, registries().domains)) add(policy);
      continue;
    }
    const policy::ProgramPtr& program = std::get<BoundProgram>(one).program;
    if (program->signature().domain != domain.name()) {
      throw InputError(fmt::format("policy '{}' is for the domain '{}', not for '{}'", program->name(),
                                   program->signature().domain, domain.name()));
    }
    add(Policy::of(program));
  }
  if (policies.empty()) throw InputError("no policy is named: give programs, baselines, or 'all' baselines");
  return policies;
}

const Domain& domain_of(const std::vector<BoundScenario>& scenarios) {
  if (scenarios.empty()) throw InputError("no scenarios are given");
  for (const BoundScenario& one : scenarios) {
    if (one.domain == scenarios.front().domain) continue;
    throw InputError(fmt::format("scenarios of '{}' and of '{}' do not go together", scenarios.front().domain->name(),
                                 one.domain->name()));
  }
  return *scenarios.front().domain;
}

std::vector<ScenarioPtr> bare(const std::vector<BoundScenario>& scenarios) {
  std::vector<ScenarioPtr> all;
  for (const BoundScenario& one : scenarios) all.push_back(one.scenario);
  return all;
}

py::dict metrics_dict(const Domain& domain, const std::vector<double>& metrics) {
  py::dict all;
  for (std::size_t i = 0; i < metrics.size(); ++i) all[py::str(domain.metrics()[i].name)] = metrics[i];
  return all;
}

py::dict evaluation_dict(const Domain& domain, const Evaluation& evaluation) {
  py::dict all;
  all["status"] = evaluation.status == Evaluation::Status::ok       ? "ok"
                  : evaluation.status == Evaluation::Status::failed ? "failed"
                                                                    : "cancelled";
  if (!evaluation.failure.empty()) all["failure"] = evaluation.failure;
  all["objective"] = evaluation.objective();
  all["metrics"] = metrics_dict(domain, evaluation.metrics);
  py::array_t<double> blocks({static_cast<py::ssize_t>(evaluation.blocks.size()), py::ssize_t{2}});
  for (std::size_t i = 0; i < evaluation.blocks.size(); ++i) {
    blocks.mutable_at(i, 0) = evaluation.blocks[i].cost;
    blocks.mutable_at(i, 1) = evaluation.blocks[i].weight;
  }
  all["blocks"] = blocks;
  py::dict details;
  for (const auto& [name, value] : evaluation.details) details[py::str(name)] = value;
  all["details"] = details;
  all["events"] = evaluation.events;
  return all;
}

void add_domains(py::module_& module) {
  add_scenario(module);
  add_workload(module);
  module.def(
      "domains",
      [] {
        py::dict all;
        for (const auto& domain : registries().domains.items()) all[py::str(domain->name())] = domain->summary();
        return all;
      },
      "Every domain, with what it is in one line.");
  module.def("describe", &describe, py::arg("domain"),
             "A domain's decisions with their features, its metrics, baselines, options and exemplars.");
  module.def("open", &open, py::arg("domain"), py::arg("workload") = "", py::kw_only(), py::arg("format") = "",
             py::arg("seed") = 1,
             "Opens a workload: a file, or without one what the domain brings along.\n\n"
             "Options of the domain are given by name, with '_' for '-'; describe() lists them.");
}

}  // namespace syswright::python
