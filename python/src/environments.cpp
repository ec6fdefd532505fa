#include "farm/environments.h"

#include <fmt/format.h>

#include "base/error.h"
#include "src/bindings.h"

namespace syswright::python {
namespace {

using PlanPtr = std::shared_ptr<EnvironmentPlan>;
/// Written to in place: never converted.
using Doubles = py::array_t<double, py::array::c_style>;
using Bytes = py::array_t<std::uint8_t, py::array::c_style>;
using Indices = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

Rewards rewards_named(const std::string& name) {
  if (name == "automatic") return Rewards::automatic;
  if (name == "terminal") return Rewards::terminal;
  if (name == "increments") return Rewards::increments;
  throw InputError(fmt::format("unknown rewards '{}' (there are: automatic, terminal, increments)", name));
}

PlanPtr make_plan(const std::vector<BoundScenario>& scenarios, const std::string& decision, std::size_t candidates,
                  bool scores, const std::string& rewards, const std::optional<BoundProgram>& program, bool in_order) {
  const Domain& domain = domain_of(scenarios);
  EnvironmentOptions options{.decision = decision,
                             .candidates = candidates,
                             .scores = scores,
                             .rewards = rewards_named(rewards),
                             .program = program ? program->program : nullptr,
                             .in_order = in_order};
  return interruptible(
      [&](std::stop_token) { return std::make_shared<EnvironmentPlan>(domain, bare(scenarios), std::move(options)); });
}

py::list all_described(const std::vector<ObservedInput>& inputs) {
  py::list all;
  for (const ObservedInput& input : inputs) all.append(described(input));
  return all;
}

py::dict space_dict(const EnvironmentPlan& plan) {
  static constexpr const char* kinds[] = {"choice", "number", "place", "scores"};
  const EnvironmentSpace& space = plan.space();
  py::dict all;
  all["domain"] = space.domain;
  all["decision"] = space.decision;
  all["globals"] = all_described(space.globals);
  all["columns"] = all_described(space.columns);
  all["candidates"] = space.candidates;
  all["action"] = kinds[static_cast<std::size_t>(space.action)];
  all["actions"] = space.actions;
  all["low"] = space.low;
  all["high"] = space.high;
  all["dimension"] = to_string(space.dimension);
  all["dense"] = space.dense;
  all["reward"] = space.reward;
  return all;
}

template <typename T>
std::span<T> writable(py::array_t<T, py::array::c_style>& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

/// Environments with the arrays that they write to, which Python owns and shows as they are.
class Many {
 public:
  Many(const PlanPtr& plan, std::size_t count, unsigned threads) : environments_(plan, count, threads) {
    const EnvironmentSpace& space = plan->space();
    const auto n = static_cast<py::ssize_t>(count);
    const auto rows = static_cast<py::ssize_t>(space.candidates);
    globals = Doubles({n, static_cast<py::ssize_t>(space.globals.size())});
    columns = Doubles({n, rows, static_cast<py::ssize_t>(space.columns.size())});
    mask = Bytes({n, rows});
    rewards = Doubles(n);
    ended = Bytes(n);
    metrics = Doubles({n, static_cast<py::ssize_t>(plan->metrics().size())});
    std::ranges::fill(writable(metrics), 0.0);
    buffers_ = {writable(globals), writable(columns), writable(mask),
                writable(rewards), writable(ended),   writable(metrics)};
  }

  void reset(std::uint64_t seed) {
    const py::gil_scoped_release released;
    environments_.reset(seed, buffers_);
  }

  /// Indices as int64 and numbers as float64 are taken as they lie; others are converted.
  void step(const py::array& actions) {
    if (environments_.plan().space().indexed()) {
      const auto given = Indices::ensure(actions);
      if (!given) refuse();
      const std::span<const std::int64_t> indices(given.data(), static_cast<std::size_t>(given.size()));
      const py::gil_scoped_release released;
      environments_.step(indices, buffers_);
    } else {
      const auto given = Array::ensure(actions);
      if (!given) refuse();
      const std::span<const double> numbers(given.data(), static_cast<std::size_t>(given.size()));
      const py::gil_scoped_release released;
      environments_.step(numbers, buffers_);
    }
  }

  std::vector<std::size_t> scenarios() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < environments_.size(); ++i) all.push_back(environments_[i].scenario());
    return all;
  }

  Doubles globals;
  Doubles columns;
  Bytes mask;
  Doubles rewards;
  Bytes ended;
  Doubles metrics;

 private:
  [[noreturn]] static void refuse() {
    PyErr_Clear();
    throw InputError("actions must be an array of numbers");
  }

  Environments environments_;
  EnvironmentBuffers buffers_;
};

/// One environment, which waits at the end of an episode.
class One {
 public:
  explicit One(const PlanPtr& plan) : plan_(plan), environment_(plan, 0) {
    const EnvironmentSpace& space = plan->space();
    const auto rows = static_cast<py::ssize_t>(space.candidates);
    globals = Doubles(static_cast<py::ssize_t>(space.globals.size()));
    columns = Doubles({rows, static_cast<py::ssize_t>(space.columns.size())});
    mask = Bytes(rows);
  }

  void reset(std::optional<std::uint64_t> seed) {
    seed ? environment_.reset(*seed, view()) : environment_.reset(view());
  }
  py::tuple step(const Array& action) {
    const auto wanted = plan_->space().action_width();
    if (static_cast<std::size_t>(action.size()) != wanted) {
      throw InputError(fmt::format("{} numbers as an action, where {} are needed", action.size(), wanted));
    }
    const Environment::Step step = environment_.step({action.data(), wanted}, view());
    return py::make_tuple(step.reward, step.ended);
  }
  std::size_t scenario() const { return environment_.scenario(); }
  std::size_t candidates() const { return environment_.candidates(); }
  const Evaluation& result() const { return environment_.result(); }

  Doubles globals;
  Doubles columns;
  Bytes mask;

 private:
  ObservationView view() { return {writable(globals), writable(columns), writable(mask)}; }
  PlanPtr plan_;
  Environment environment_;
};

}  // namespace

void add_environments(py::module_& module) {
  py::class_<EnvironmentPlan, PlanPtr>(module, "EnvironmentPlan", "What all environments of one kind share.")
      .def_property_readonly("space", &space_dict)
      .def_property_readonly("metrics", &EnvironmentPlan::metrics)
      .def_property_readonly("labels", [](const EnvironmentPlan& plan) {
        std::vector<std::string> labels;
        for (const ScenarioPtr& scenario : plan.scenarios()) labels.push_back(scenario->label());
        return labels;
      });
  module.def("make_plan", &make_plan, py::arg("scenarios"), py::arg("decision"), py::arg("candidates"),
             py::arg("scores"), py::arg("rewards"), py::arg("program"), py::arg("in_order"));
  py::class_<Many>(module, "Environments", "Many environments, and the arrays that they write to.")
      .def(py::init<const PlanPtr&, std::size_t, unsigned>(), py::arg("plan"), py::arg("count"), py::arg("threads"))
      .def("reset", &Many::reset, py::arg("seed"))
      .def("step", &Many::step, py::arg("actions"))
      .def_property_readonly("scenarios", &Many::scenarios)
      .def_readonly("globals", &Many::globals)
      .def_readonly("columns", &Many::columns)
      .def_readonly("mask", &Many::mask)
      .def_readonly("rewards", &Many::rewards)
      .def_readonly("ended", &Many::ended)
      .def_readonly("metrics", &Many::metrics);
  py::class_<One>(module, "Environment", "One environment, and the arrays that it writes to.")
      .def(py::init<const PlanPtr&>(), py::arg("plan"))
      .def("reset", &One::reset, py::arg("seed"))
      .def("step", &One::step, py::arg("action"))
      .def_property_readonly("scenario", &One::scenario)
      .def_property_readonly("candidates", &One::candidates)
      .def_property_readonly("result",
                             [](const One& one) {
                               const Evaluation& result = one.result();
                               return py::make_tuple(result.status == Evaluation::Status::ok, result.metrics);
                             })
      .def_readonly("globals", &One::globals)
      .def_readonly("columns", &One::columns)
      .def_readonly("mask", &One::mask);
}

}  // namespace syswright::python
