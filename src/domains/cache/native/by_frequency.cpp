#include "domains/cache/native/gdsf.h"
#include "domains/cache/native/lfu.h"
#include "domains/cache/native/lhd.h"
#include "domains/cache/native/runners.h"
#include "domains/cache/native/wtinylfu.h"

namespace syswright::cache::native {

ReplayResult run_lfu(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Lfu>(requests, window, capacity, options);
}
ReplayResult run_gdsf(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<Gdsf>(requests, window, capacity, options);
}
ReplayResult run_wtinylfu(const Requests& requests, const Window& window, const Capacity& capacity,
                          const NativeOptions& options) {
  return run<WTinyLfu>(requests, window, capacity, options);
}
ReplayResult run_lhd(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Lhd>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
