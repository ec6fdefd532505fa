#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "domains/tiering/trace_reader.h"

/// Whatever is read as recorded accesses, in either format: it becomes a run whose accesses are no more than the
/// trace's, or an error of ours.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syswright;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  for (const char* format : {"", "lackey", "perf"}) {
    try {
      const tiering::AccessTrace trace = tiering::parse_access_trace(content, "fuzz", format);
      const tiering::PageRun run = tiering::run_of_trace(trace, 64, 0);
      if (run.accesses() > trace.accesses.size() || run.pages() > trace.accesses.size()) __builtin_trap();
    } catch (const Error&) {
    }
  }
  return 0;
}
