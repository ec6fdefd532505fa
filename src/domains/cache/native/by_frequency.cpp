#include "domains/cache/native/lfu.h"
#include "domains/cache/native/runners.h"

namespace syswright::cache::native {

ReplayResult run_lfu(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Lfu>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
