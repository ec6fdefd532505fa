#include <fmt/format.h>

#include "src/bindings.h"
#include "trace/cache_trace.h"

namespace syswright::python {
namespace {

using trace::CacheTrace;
using TracePtr = std::shared_ptr<CacheTrace>;

/// A view of a column, which keeps the trace alive; not writable. None for a column that the trace does not have.
template <typename T>
py::object column(const TracePtr& trace, const std::vector<T>& values) {
  if (values.empty()) return py::none();
  py::array_t<T> view(static_cast<py::ssize_t>(values.size()), values.data(), py::cast(trace));
  view.attr("flags").attr("writeable") = false;
  return view;
}

}  // namespace

void add_traces(py::module_& module) {
  py::class_<CacheTrace, TracePtr>(module, "Trace", "Requests to a cache, as columns of one length in arrival order.")
      .def_readonly("name", &CacheTrace::name)
      .def_readonly("format", &CacheTrace::format, "Format that it was read from.")
      .def_readonly("warnings", &CacheTrace::warnings, "What was repaired or passed over on reading, counted.")
      .def_property_readonly(
          "keys", [](const TracePtr& trace) { return column(trace, trace->keys); }, "uint64, a view.")
      .def_property_readonly(
          "sizes", [](const TracePtr& trace) { return column(trace, trace->sizes); },
          "Bytes, uint32, a view; None where the trace has none.")
      .def_property_readonly(
          "times", [](const TracePtr& trace) { return column(trace, trace->times); },
          "Seconds, float64, a view; None where the trace has none.")
      .def("__len__", &CacheTrace::size)
      .def("__repr__",
           [](const CacheTrace& trace) {
             return fmt::format("<syswright.Trace {}: {} requests, {}>", trace.name, trace.size(), trace.format);
           })
      .def(
          "write",
          [](const CacheTrace& trace, const std::string& path, const std::string& format) {
            const py::gil_scoped_release released;
            return trace::write_cache_trace(trace, path, format.empty() ? trace::cache_trace_format_of(path) : format);
          },
          py::arg("path"), py::arg("format") = "",
          "Writes it to a file, compressed if the name ends in .zst; returns what the format had no room for.");
  module.def(
      "load_trace",
      [](const std::string& path, const std::string& format, std::uint64_t limit) {
        return interruptible([&](std::stop_token) {
          return std::make_shared<CacheTrace>(trace::read_cache_trace(path, {.format = format, .limit = limit}));
        });
      },
      py::arg("path"), py::kw_only(), py::arg("format") = "", py::arg("limit") = 0,
      "Reads a cache trace, plain or compressed, in any known format.\n\n"
      "format: one of trace_formats(); empty: told from the content. limit: requests at most; 0: all.");
  module.def("trace_formats", [] { return trace::cache_trace_formats(); }, "Names of the formats of cache traces.");
}

}  // namespace syswright::python
