#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "trace/cache_trace.h"

/// Whatever the bytes, reading them as a trace ends with columns of one length, or with an InputError. The first byte
/// chooses the format: detected, or one of the known ones.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syswright;
  if (size == 0) return 0;
  trace::ReadOptions options;
  options.limit = 1 << 16;  // lis lines and zstd frames can stand for far more than they hold
  const auto& formats = trace::cache_trace_formats();
  const std::size_t choice = data[0] % (formats.size() + 1);
  if (choice < formats.size()) options.format = formats[choice];
  try {
    const auto content = std::as_bytes(std::span(data, size).subspan(1));
    const trace::CacheTrace trace = trace::read_cache_trace_from_memory(content, "fuzz", options);
    const bool sound = !trace.keys.empty() && trace.size() <= options.limit &&
                       (trace.sizes.empty() || trace.sizes.size() == trace.size()) &&
                       (trace.times.empty() || trace.times.size() == trace.size()) &&
                       (trace.ttls.empty() || trace.ttls.size() == trace.size()) &&
                       (trace.tenants.empty() || trace.tenants.size() == trace.size());
    if (!sound) std::abort();
    for (std::size_t i = 1; i < trace.times.size(); ++i) {
      if (!(trace.times[i] >= trace.times[i - 1])) std::abort();
    }
    for (const std::uint16_t tenant : trace.tenants) {
      if (tenant >= trace.tenant_names.size()) std::abort();
    }
    for (std::uint32_t bytes : trace.sizes) {
      if (bytes == 0) std::abort();
    }
  } catch (const InputError&) {
  }
  return 0;
}
