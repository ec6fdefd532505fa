#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/policies.h"
#include "base/file.h"
#include "domain/compiled.h"
#include "policy/compile.h"
#include "policy/export.h"
#include "src/bindings.h"

namespace syswright::python {
namespace {

using policy::Decision;
using policy::ProgramPtr;
using policy::Rule;

/// Native code of one rule, called with arrays by the names of its inputs.
class Answer {
 public:
  Answer(ProgramPtr program, const std::string& decision) : program_(std::move(program)) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < program_->rules().size(); ++i) {
      const Rule& rule = program_->rules()[i];
      const Decision& one = program_->signature().decisions[rule.decision];
      names.push_back(one.name);
      if (one.name == decision || (decision.empty() && i == 0)) place_ = i;
    }
    if (!place_) {
      throw InputError(fmt::format("policy '{}' has no rule for '{}'{} (it has: {})", program_->name(), decision,
                                   did_you_mean(decision, names), fmt::join(names, ", ")));
    }
    code_ = compiled(*program_, policy::JitParts::both);
    for (const policy::Input& input : rule().inputs) {
      names_.push_back(policy::input_name(input, this->decision(), program_->statistics()));
    }
  }

  const Rule& rule() const { return program_->rules()[*place_]; }
  const Decision& decision() const { return program_->signature().decisions[rule().decision]; }
  const std::vector<std::string>& inputs() const { return names_; }

  py::object call(const py::kwargs& given) const {
    refuse_unknown(given);
    std::vector<Array> arrays;
    py::ssize_t length = -1;
    for (const std::string& name : names_) {
      if (!given.contains(name)) {
        throw InputError(fmt::format("'{}' needs {}; '{}' is missing", decision().name, fmt::join(names_, ", "), name));
      }
      arrays.push_back(Array::ensure(given[name.c_str()]));
      const Array& array = arrays.back();
      if (!array) {
        PyErr_Clear();
        throw InputError(fmt::format("'{}' is no array of numbers", name));
      }
      if (array.ndim() == 0) continue;
      if (array.ndim() != 1 || (length >= 0 && array.shape(0) != length)) {
        throw InputError(fmt::format("'{}' must be a number, or an array of one axis and as long as the others", name));
      }
      length = array.shape(0);
    }
    py::array_t<double> out(length < 0 ? 1 : length);
    evaluate(arrays, static_cast<std::size_t>(out.size()), out.mutable_data());
    return shaped(out, length < 0);
  }

 private:
  void refuse_unknown(const py::kwargs& given) const {
    for (const auto& item : given) {
      const auto name = item.first.cast<std::string>();
      // What the simplifier removed may still be given.
      const bool known = std::ranges::find(names_, name) != names_.end() ||
                         decision().find_feature(name.substr(0, name.find('['))).has_value();
      if (known) continue;
      throw InputError(fmt::format("'{}' is no input of '{}'{} (there are: {})", name, decision().name,
                                   did_you_mean(name, names_), fmt::join(names_, ", ")));
    }
  }

  void evaluate(const std::vector<Array>& arrays, std::size_t count, double* out) const {
    std::vector<const double*> data;
    std::vector<std::size_t> steps;
    bool globals_vary = false;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      data.push_back(arrays[i].data());
      steps.push_back(arrays[i].ndim() == 0 ? 0 : 1);
      globals_vary = globals_vary || (i < rule().global_inputs && steps[i] != 0);
    }
    check_finite(data, steps, count);
    const py::gil_scoped_release released;
    const policy::CompiledRule& code = code_->rules()[*place_];
    globals_vary || rule().inputs.size() == rule().global_inputs ? one_by_one(code, data, steps, out, count)
                                                                 : batch(code, data, steps, out, count);
    clamp(out, count);
  }

  /// Nothing says what a program answers to anything else.
  void check_finite(const std::vector<const double*>& data, const std::vector<std::size_t>& steps,
                    std::size_t count) const {
    for (std::size_t i = 0; i < data.size(); ++i) {
      const auto values = std::span(data[i], steps[i] == 0 ? 1 : count);
      if (std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) continue;
      throw InputError(fmt::format("'{}' holds a value that is not finite", names_[i]));
    }
  }

  /// One call of the batch kernel; a candidate input that is a number is spread over a column.
  void batch(const policy::CompiledRule& code, const std::vector<const double*>& data,
             const std::vector<std::size_t>& steps, double* out, std::size_t count) const {
    std::vector<double> globals;
    std::vector<std::vector<double>> spread;
    spread.reserve(data.size());
    std::vector<const double*> columns;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (i < rule().global_inputs) {
        globals.push_back(*data[i]);
      } else {
        if (steps[i] == 0) spread.emplace_back(count, *data[i]);
        columns.push_back(steps[i] == 0 ? spread.back().data() : data[i]);
      }
    }
    code.batch(globals.data(), columns.data(), out, count);
  }

  static void one_by_one(const policy::CompiledRule& code, const std::vector<const double*>& data,
                         const std::vector<std::size_t>& steps, double* out, std::size_t count) {
    std::vector<double> inputs(data.size());
    for (std::size_t row = 0; row < count; ++row) {
      for (std::size_t i = 0; i < data.size(); ++i) inputs[i] = data[i][row * steps[i]];
      out[row] = code.scalar(inputs.data());
    }
  }

  /// As mechanisms do with a number that answers a value decision.
  void clamp(double* out, std::size_t count) const {
    if (decision().kind != policy::DecisionKind::value || !decision().actions.empty()) return;
    for (std::size_t i = 0; i < count; ++i) out[i] = std::clamp(out[i], decision().low, decision().high);
  }

  py::object shaped(const py::array_t<double>& out, bool single) const {
    const bool acts = decision().kind == policy::DecisionKind::value && !decision().actions.empty();
    if (single) return acts ? py::cast(static_cast<std::int64_t>(out.at(0))) : py::cast(out.at(0));
    if (acts) return out.attr("astype")("int64");
    return out;
  }

  ProgramPtr program_;
  std::optional<std::size_t> place_;
  std::shared_ptr<const policy::CompiledProgram> code_;
  std::vector<std::string> names_;
};

std::vector<std::string> decisions_of(const BoundProgram& bound) {
  std::vector<std::string> names;
  for (const Rule& rule : bound.program->rules()) {
    names.push_back(bound.program->signature().decisions[rule.decision].name);
  }
  return names;
}

std::string exported(const BoundProgram& bound, const std::string& language) {
  return policy::find_exporter(language).write(*bound.program);
}

void add_answer(py::module_& module) {
  py::class_<Answer>(module, "Answer",
                     "Native code of a program's answer to one decision: call it with its inputs by name, as numbers "
                     "or arrays (one axis, one length). Scores come back as float64, actions as int64 indices into "
                     "`actions`; where all inputs are numbers, one number. May be called from any thread.")
      .def_property_readonly("inputs", &Answer::inputs, "Names of what must be given; statistics among them.")
      .def_property_readonly("decision", [](const Answer& answer) { return answer.decision().name; })
      .def_property_readonly(
          "actions", [](const Answer& answer) { return answer.decision().actions; },
          "Names of the actions; empty for scores and numbers.")
      .def("__call__", &Answer::call);
}

}  // namespace

void add_programs(py::module_& module) {
  add_answer(module);
  py::class_<BoundProgram>(module, "Program", "A checked policy program. Immutable.")
      .def_property_readonly("name", [](const BoundProgram& bound) { return bound.program->name(); })
      .def_property_readonly("domain", [](const BoundProgram& bound) { return bound.program->signature().domain; })
      .def_property_readonly(
          "source", [](const BoundProgram& bound) { return policy::to_source(*bound.program); },
          "Text that compiles to an equal program.")
      .def_property_readonly(
          "digest", [](const BoundProgram& bound) { return bound.program->digest().hex(); },
          "Equal for programs of equal meaning, up to the simplifier's identities.")
      .def_property_readonly(
          "size", [](const BoundProgram& bound) { return bound.program->size(); }, "Nodes of its expressions.")
      .def_property_readonly("decisions", &decisions_of, "Those that it answers.")
      .def(
          "answer",
          [](const BoundProgram& bound, const std::string& decision) { return Answer(bound.program, decision); },
          py::arg("decision") = "", "Native code of its answer to a decision; without a name, to its first.")
      .def("export", &exported, py::arg("language"), "Its text in another language: 'c', 'cpp', 'python', …")
      .def(
          "renamed",
          [](const BoundProgram& bound, const std::string& name) { return BoundProgram{bound.program->renamed(name)}; },
          py::arg("name"))
      .def(
          "__eq__",
          [](const BoundProgram& a, const BoundProgram& b) { return a.program->digest() == b.program->digest(); },
          py::is_operator())
      .def("__hash__", [](const BoundProgram& bound) { return bound.program->digest().low >> 1; })
      .def("__repr__", [](const BoundProgram& bound) {
        return fmt::format("<syswright.Program {} for {}: {} nodes>", bound.program->name(),
                           bound.program->signature().domain, bound.program->size());
      });
  module.def(
      "compile",
      [](const std::string& text, const std::string& file) {
        return BoundProgram{policy::compile(text, file, app::signatures(registries().domains))};
      },
      py::arg("text"), py::arg("file") = "<string>",
      "Compiles the text of a policy program; `file` names it in errors.");
  module.def(
      "load_program",
      [](const std::string& path) { return BoundProgram{app::load_program(path, registries().domains)}; },
      py::arg("path"), "Reads and compiles the file of a program.");
}

}  // namespace syswright::python
