#include <fmt/format.h>

#include <chrono>
#include <mutex>

#include "app/policies.h"
#include "app/report.h"
#include "app/version.h"
#include "base/error.h"
#include "domain/aggregate.h"
#include "farm/thread_farm.h"
#include "src/bindings.h"
#include "studies/budget.h"
#include "studies/design_run.h"

namespace syswright::python {
namespace {

/// What the package hands over; it has the defaults and the documentation.
struct Wish {
  std::vector<BoundScenario> train;
  std::vector<BoundScenario> validation;
  std::vector<BoundScenario> test;
  std::string designer;
  std::string budget;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::vector<PolicyLike> start;
  std::string name;
  py::object progress;
};

/// A search as Python gets it.
struct Design {
  BoundProgram program;
  std::string report;  ///< JSON
};

std::vector<policy::ProgramPtr> starting_programs(const Domain& domain, const std::vector<PolicyLike>& start) {
  std::vector<policy::ProgramPtr> programs;
  for (const PolicyLike& one : start) {
    const auto* name = std::get_if<std::string>(&one);
    if (name != nullptr && *name == "exemplars") {
      for (policy::ProgramPtr& program : app::exemplar_programs(domain)) programs.push_back(std::move(program));
      continue;
    }
    for (const Policy& policy : find_policies(domain, {one})) {
      if (policy.program() == nullptr) {
        throw InputError(
            fmt::format("'{}' is native: a search starts from programs, or from 'exemplars'", policy.name()));
      }
      programs.push_back(policy.program());
    }
  }
  return programs;
}

/// Calls back into Python from whatever thread the search is on. What the callback raises ends the search.
class Progress {
 public:
  Progress(const py::object& callback, std::stop_source& stop) : callback_(callback), stop_(stop) {}

  void operator()(const design::Progress& now) {
    const py::gil_scoped_acquire held;
    if (raised_) return;
    try {
      py::dict said;
      said["evaluations"] = now.spent_evaluations;
      said["seconds"] = now.elapsed_seconds;
      said["fraction"] = now.fraction;
      said["best"] = now.best ? py::cast(*now.best) : py::none();
      said["note"] = now.note;
      callback_(said);
    } catch (py::error_already_set& error) {
      raised_ = std::move(error);
      stop_.request_stop();
    }
  }
  /// With the lock held.
  void rethrow() {
    if (raised_) throw std::move(*raised_);
  }

 private:
  const py::object& callback_;
  std::stop_source& stop_;
  std::optional<py::error_already_set> raised_;
};

Design design(const Wish& wish) {
  const Domain& domain = domain_of(wish.train);
  domain_of(wish.validation);
  domain_of(wish.test);
  const Suite suite{"", bare(wish.train), bare(wish.validation), bare(wish.test)};
  const design::Designer& designer = registries().designers.find(wish.designer);
  if (designer.needs_chat()) {
    throw InputError(fmt::format("designer '{}' asks a language model; use it from the command line{}", designer.name(),
                                 designer.without_chat().empty()
                                     ? ""
                                     : fmt::format(", or '{}', which works alike without", designer.without_chat())));
  }
  std::stop_source stop;
  Progress progress(wish.progress, stop);
  studies::DesignPlan plan{.domain = domain,
                           .suite = suite,
                           .designer = designer,
                           .budget = studies::parse_budget(wish.budget, "budget"),
                           .seed = wish.seed,
                           .seeds = starting_programs(domain, wish.start),
                           .name = wish.name};
  if (!wish.progress.is_none()) plan.progress = [&](const design::Progress& now) { progress(now); };
  const auto began = std::chrono::steady_clock::now();
  studies::DesignRun run;
  unsigned threads = 0;
  interruptible([&](std::stop_token interrupted) {
    const std::stop_callback pass_on(interrupted, [&] { stop.request_stop(); });
    ThreadFarm farm(wish.threads);
    threads = farm.threads();
    run = studies::run_design(plan, farm, stop.get_token(), interrupted);
    return true;
  });
  progress.rethrow();
  const app::DesignReport report{
      .domain = domain,
      .workload = {},
      .suite = suite,
      .run = run,
      .command = "",
      .designer = designer.name(),
      .budget = wish.budget,
      .seed = wish.seed,
      .threads = threads,
      .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(),
      .version = std::string(app::version())};
  return {{run.outcome.best}, app::report_json(report).text()};
}

}  // namespace

void add_designs(py::module_& module) {
  module.def(
      "design",
      [](std::vector<BoundScenario> train, std::vector<BoundScenario> validation, std::vector<BoundScenario> test,
         std::string designer, std::string budget, std::uint64_t seed, unsigned threads, std::vector<PolicyLike> start,
         std::string name, py::object progress) {
        Design made =
            design({std::move(train), std::move(validation), std::move(test), std::move(designer), std::move(budget),
                    seed, threads, std::move(start), std::move(name), std::move(progress)});
        return py::make_tuple(made.program, made.report);
      },
      py::arg("train"), py::arg("validation"), py::arg("test"), py::arg("designer"), py::arg("budget"), py::arg("seed"),
      py::arg("threads"), py::arg("start"), py::arg("name"), py::arg("progress"));
  module.def(
      "designers",
      [] {
        py::dict all;
        for (const auto& designer : registries().designers.items()) {
          all[py::str(designer->name())] = designer->summary();
        }
        return all;
      },
      "Every designer, with how it searches in one line.");
  module.def("version", [] { return std::string(app::version()); });
}

}  // namespace syswright::python
