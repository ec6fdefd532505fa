#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <future>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "app/registries.h"
#include "domain/domain.h"
#include "domain/policy.h"

/// python/: the package `syswright`. The sources here make its native module, which only converts: what it does is done
/// by src/. python/syswright/ has what is written in Python: the environments, and the documentation of the package.
namespace syswright::python {

namespace py = pybind11;

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

// One a source file; each adds its part to the module.
void add_errors(py::module_& module);
void add_traces(py::module_& module);
void add_programs(py::module_& module);
void add_domains(py::module_& module);
void add_judges(py::module_& module);
void add_designs(py::module_& module);
void add_environments(py::module_& module);

/// All that is built in; made once, at the first call.
const app::Registries& registries();

/// What Python holds of a scenario: its domain goes with it.
struct BoundScenario {
  const Domain* domain;
  ScenarioPtr scenario;
};

/// What Python holds of a program.
struct BoundProgram {
  policy::ProgramPtr program;
};

/// A program, the name of a baseline, or the file of a program.
using PolicyLike = std::variant<BoundProgram, std::string>;
/// As the command line finds them; what is named twice counts once. Throws InputError that names the nearest valid
/// choice.
std::vector<Policy> find_policies(const Domain& domain, const std::vector<PolicyLike>& named);
/// The domain that all of them share. Throws InputError for none, and for scenarios of several domains.
const Domain& domain_of(const std::vector<BoundScenario>& scenarios);
std::vector<ScenarioPtr> bare(const std::vector<BoundScenario>& scenarios);

/// What a number is: of a feature, or of an observation.
template <typename Input>
py::dict described(const Input& input) {
  py::dict all;
  all["name"] = input.name;
  all["kind"] = input.kind == policy::ValueKind::boolean ? "boolean" : "number";
  all["dimension"] = to_string(input.dimension);
  all["low"] = input.low;
  all["high"] = input.high;
  all["doc"] = input.doc;
  return all;
}

/// {"metric": value}, in the domain's order.
py::dict metrics_dict(const Domain& domain, const std::vector<double>& metrics);
/// Everything that an evaluation says.
py::dict evaluation_dict(const Domain& domain, const Evaluation& evaluation);

/// Runs `work(stop)` on a thread of its own, without the interpreter's lock, and looks for Ctrl-C meanwhile: it stops
/// the work and becomes a KeyboardInterrupt.
template <typename Work>
auto interruptible(Work work) {
  std::stop_source stop;
  auto result = std::async(std::launch::async, [&] { return work(stop.get_token()); });
  {
    const py::gil_scoped_release released;
    while (result.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
      const py::gil_scoped_acquire held;
      if (PyErr_CheckSignals() == 0) continue;
      py::error_already_set interrupted;
      stop.request_stop();
      {
        const py::gil_scoped_release waiting;
        result.wait();
      }
      throw interrupted;
    }
  }
  return result.get();
}

}  // namespace syswright::python
