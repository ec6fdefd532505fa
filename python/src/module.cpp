#include "src/bindings.h"

namespace syswright::python {

const app::Registries& registries() {
  // Never destroyed: Python may still hold scenarios when the process ends.
  static const auto* const all = new app::Registries(app::built_in());
  return *all;
}

}  // namespace syswright::python

PYBIND11_MODULE(_syswright, module) {
  using namespace syswright::python;
  module.doc() = "The native part of the package syswright.";
  add_errors(module);
  add_traces(module);
  add_programs(module);
  add_domains(module);
  add_judges(module);
  add_designs(module);
  add_environments(module);
}
