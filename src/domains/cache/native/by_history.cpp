#include "domains/cache/native/car.h"
#include "domains/cache/native/clock_pro.h"
#include "domains/cache/native/hyperbolic.h"
#include "domains/cache/native/lfuda.h"
#include "domains/cache/native/lirs.h"
#include "domains/cache/native/lruk.h"
#include "domains/cache/native/mq.h"
#include "domains/cache/native/qdlp.h"
#include "domains/cache/native/runners.h"
#include "domains/cache/native/second_hit.h"

namespace syswright::cache::native {

ReplayResult run_lfuda(const Requests& requests, const Window& window, const Capacity& capacity,
                       const NativeOptions& options) {
  return run<LfuDa>(requests, window, capacity, options);
}
ReplayResult run_lruk(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<LruK>(requests, window, capacity, options);
}
ReplayResult run_lirs(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<Lirs>(requests, window, capacity, options);
}
ReplayResult run_hyperbolic(const Requests& requests, const Window& window, const Capacity& capacity,
                            const NativeOptions& options) {
  return run<Hyperbolic>(requests, window, capacity, options);
}
ReplayResult run_qdlp(const Requests& requests, const Window& window, const Capacity& capacity,
                      const NativeOptions& options) {
  return run<QdLp>(requests, window, capacity, options);
}
ReplayResult run_mq(const Requests& requests, const Window& window, const Capacity& capacity,
                    const NativeOptions& options) {
  return run<Mq>(requests, window, capacity, options);
}
ReplayResult run_second_hit(const Requests& requests, const Window& window, const Capacity& capacity,
                            const NativeOptions& options) {
  return run<SecondHit>(requests, window, capacity, options);
}
ReplayResult run_car(const Requests& requests, const Window& window, const Capacity& capacity,
                     const NativeOptions& options) {
  return run<Car>(requests, window, capacity, options);
}
ReplayResult run_clock_pro(const Requests& requests, const Window& window, const Capacity& capacity,
                           const NativeOptions& options) {
  return run<ClockPro>(requests, window, capacity, options);
}

}  // namespace syswright::cache::native
