#include "domains/cache/native/clock.h"
#include "domains/cache/native/fifo.h"
#include "domains/cache/native/lru.h"
#include "domains/cache/native/random.h"
#include "domains/cache/native/runners.h"
#include "domains/cache/native/sieve.h"

namespace syswright::cache::native {

ReplayResult run_fifo(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<Fifo>(requests, window, capacity, options);
}
ReplayResult run_lru(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Lru>(requests, window, capacity, options);
}
ReplayResult run_clock(const Requests& requests, const Window& window, const Capacity& capacity,
                       const NativeOptions& options) {
  return run<Clock>(requests, window, capacity, options);
}
ReplayResult run_sieve(const Requests& requests, const Window& window, const Capacity& capacity,
                       const NativeOptions& options) {
  return run<Sieve>(requests, window, capacity, options);
}
ReplayResult run_random(const Requests& requests, const Window& window, const Capacity& capacity,
                        const NativeOptions& options) {
  return run<RandomEviction>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
