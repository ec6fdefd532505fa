#include "base/error.h"
#include "policy/compile.h"
#include "src/bindings.h"

namespace syswright::python {
namespace {

/// Made once, and kept for the life of the process: what an exception translator may refer to.
struct Kinds {
  PyObject* error = nullptr;
  PyObject* input = nullptr;
  PyObject* program = nullptr;
  PyObject* system = nullptr;
};
Kinds kinds;

PyObject* make(py::module_& module, const char* name, const char* doc, const py::tuple& bases) {
  const std::string whole = std::string("syswright.") + name;
  PyObject* made = PyErr_NewExceptionWithDoc(whole.c_str(), doc, bases.ptr(), nullptr);
  if (made == nullptr) throw py::error_already_set();
  module.add_object(name, py::reinterpret_borrow<py::object>(made));
  return made;
}

}  // namespace

void add_errors(py::module_& module) {
  const auto handle = [](PyObject* object) { return py::reinterpret_borrow<py::object>(object); };
  kinds.error = make(module, "Error", "Root of what Syswright raises for a reason outside the program.",
                     py::make_tuple(handle(PyExc_Exception)));
  kinds.input =
      make(module, "InputError", "What was given cannot be used; the message says what, where, and how to mend it.",
           py::make_tuple(handle(kinds.error), handle(PyExc_ValueError)));
  kinds.program = make(module, "ProgramError", "Text of a policy program that does not compile, with the place in it.",
                       py::make_tuple(handle(kinds.input)));
  kinds.system = make(module, "SystemError", "The system refused: a file cannot be opened or written, a disk is full.",
                      py::make_tuple(handle(kinds.error), handle(PyExc_OSError)));
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const policy::ProgramError& error) {
      PyErr_SetString(kinds.program, error.what());
    } catch (const InputError& error) {
      PyErr_SetString(kinds.input, error.what());
    } catch (const SystemError& error) {
      PyErr_SetString(kinds.system, error.what());
    } catch (const Error& error) {
      PyErr_SetString(kinds.error, error.what());
    }
  });
}

}  // namespace syswright::python
