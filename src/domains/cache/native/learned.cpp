#include "domains/cache/native/cacheus.h"
#include "domains/cache/native/lecar.h"
#include "domains/cache/native/lrb.h"
#include "domains/cache/native/runners.h"
#include "domains/cache/native/s4fifo.h"

namespace syswright::cache::native {

ReplayResult run_lecar(const Requests& requests, const Window& window, const Capacity& capacity,
                       const NativeOptions& options) {
  return run<LeCar>(requests, window, capacity, options);
}
ReplayResult run_cacheus(const Requests& requests, const Window& window, const Capacity& capacity,
                         const NativeOptions& options) {
  return run<Cacheus>(requests, window, capacity, options);
}
ReplayResult run_s4fifo(const Requests& requests, const Window& window, const Capacity& capacity,
                        const NativeOptions& options) {
  return run<S4Fifo>(requests, window, capacity, options);
}
ReplayResult run_lrb(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Lrb>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
