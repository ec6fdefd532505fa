#include "domains/cache/native/arc.h"
#include "domains/cache/native/runners.h"
#include "domains/cache/native/s3fifo.h"
#include "domains/cache/native/slru.h"
#include "domains/cache/native/twoq.h"

namespace syswright::cache::native {

ReplayResult run_slru(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<Slru>(requests, window, capacity, options);
}
ReplayResult run_twoq(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<TwoQ>(requests, window, capacity, options);
}
ReplayResult run_arc(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Arc>(requests, window, capacity, options);
}
ReplayResult run_s3fifo(const Requests& requests, const Window& window, const Capacity& capacity,
                        const NativeOptions& options) {
  return run<S3Fifo>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
