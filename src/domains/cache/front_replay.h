#pragma once

#include <cstdint>
#include <stop_token>

#include "domains/cache/front.h"
#include "domains/cache/replay.h"

/// A replay with something in front of the policy, or with an account of every request.
namespace syswright::cache {

/// What became of a request, for whoever keeps accounts.
enum class Outcome : std::uint8_t {
  hit,
  inserted,  ///< a miss that was taken in
  bypassed,  ///< a miss that was not
  expired,   ///< a miss of an object that was there and too old; it was fetched anew
};

/// Keeps the front informed, and the log, if there is one.
class FrontListener {
 public:
  FrontListener(Front& front, const Requests& requests, DecisionLog* log)
      : front_(&front), keys_(requests.keys.data()), log_(log) {}
  void evicted(std::uint64_t request, Object object) {
    front_->left(object);
    if (log_ != nullptr) log_->records.push_back({request, evict_decision, keys_[object], 1});
  }
  void refused(std::uint64_t request, Object object) {
    if (log_ != nullptr) log_->records.push_back({request, admit_decision, keys_[object], 0});
  }

 private:
  Front* front_;
  const std::uint64_t* keys_;
  DecisionLog* log_;
};

/// One request through the front to the policy.
template <typename Policy>
Outcome fronted_request(std::uint64_t request, Object object, std::uint32_t size, Policy& policy, Front& front,
                        FrontListener& listener) {
  front.meet(request, object);
  if (front.refuses(request, object, size)) return Outcome::bypassed;
  switch (policy.request(request, object, size, listener)) {
    case Reply::bypassed:
      return Outcome::bypassed;
    case Reply::inserted:
      front.written(request, object);
      return Outcome::inserted;
    case Reply::hit:
      break;
  }
  if (!front.expired(request, object)) return Outcome::hit;
  front.written(request, object);
  return Outcome::expired;
}

/// Adds a request to the counts.
inline void count(Outcome outcome, std::uint64_t bytes, Counts& counts) {
  ++counts.requests;
  counts.bytes_requested += bytes;
  if (outcome == Outcome::hit) return;
  ++counts.misses;
  counts.bytes_missed += bytes;
  if (outcome != Outcome::bypassed) counts.bytes_written += bytes;
  if (outcome == Outcome::expired) ++counts.expired_misses;
}

struct FrontReplayOptions {
  DecisionLog* log = nullptr;
  Outcome* outcomes = nullptr;  ///< [requests of the window], if given
  std::stop_token stop;
};

template <bool InBytes, typename Policy>
ReplayResult replay_fronted(const FrontSetup& setup, Policy& policy, const FrontReplayOptions& options) {
  const Requests& requests = setup.requests;
  Front front(setup);
  FrontListener listener(front, requests, options.log);
  const auto part = [&](std::uint64_t from, std::uint64_t to) {
    Counts counts;
    for (std::uint64_t i = from; i < to; ++i) {
      const Object object = requests.objects[i];
      const std::uint32_t bytes = requests.request_bytes(i);
      const Outcome outcome = fronted_request(i, object, InBytes ? bytes : 1, policy, front, listener);
      if (outcome == Outcome::bypassed) listener.refused(i, object);
      if (options.outcomes != nullptr) options.outcomes[i - setup.window.begin] = outcome;
      count(outcome, bytes, counts);
    }
    return counts;
  };
  return detail::replay_window(setup.window, part, options.stop);
}

}  // namespace syswright::cache
