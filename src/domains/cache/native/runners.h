#pragma once

#include "domains/cache/native.h"
#include "domains/cache/native/setup.h"

/// One function a native policy, behind which its templates are compiled.
namespace syswright::cache::native {

using Runner = ReplayResult (*)(const Requests&, const Window&, const Capacity&, const NativeOptions&);

ReplayResult run_fifo(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lru(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_clock(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_sieve(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_random(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lfu(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_slru(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_twoq(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_arc(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_s3fifo(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_gdsf(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_wtinylfu(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lhd(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lfuda(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lruk(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lirs(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_hyperbolic(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_qdlp(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_mq(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lecar(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_second_hit(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_car(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_clock_pro(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_cacheus(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_s4fifo(const Requests&, const Window&, const Capacity&, const NativeOptions&);
ReplayResult run_lrb(const Requests&, const Window&, const Capacity&, const NativeOptions&);

template <typename Sizes, typename Policy>
ReplayResult run_with_listener(const Requests& requests, const Window& window, Policy policy,
                               const NativeOptions& options) {
  if (options.front != nullptr) {
    return replay_fronted<Sizes::in_bytes>(*options.front, policy,
                                           {.log = options.log, .outcomes = options.outcomes, .stop = options.stop});
  }
  if (options.log != nullptr) {
    LogListener listener(requests, *options.log);
    return detail::replay<Sizes::in_bytes>(requests, window, policy, listener, options.stop);
  }
  NoListener listener;
  return detail::replay<Sizes::in_bytes>(requests, window, policy, listener, options.stop);
}

template <template <typename> typename Policy>
ReplayResult run(const Requests& requests, const Window& window, const Capacity& capacity,
                 const NativeOptions& options) {
  const Setup setup{requests.object_count(), capacity.amount, options.seed};
  return capacity.in_bytes ? run_with_listener<StoredSizes>(requests, window, Policy<StoredSizes>(setup), options)
                           : run_with_listener<UnitSizes>(requests, window, Policy<UnitSizes>(setup), options);
}

}  // namespace syswright::cache::native
