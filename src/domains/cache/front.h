#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "domains/cache/admission/admission.h"
#include "domains/cache/requests.h"

/// What may stand in front of a policy: a rule of admission, and the lifetimes of objects. Runs without either do not
/// pay for it: they take another way (replay.h).
///
/// Admission. At a miss the rule is asked first. What it refuses is bypassed, and the policy is told nothing of that
/// request. What is larger than the whole cache goes to the policy, which bypasses it.
///
/// Lifetimes. An object expires when the lifetime of the request that wrote it has passed since: the trace's own, where
/// the request states none the last that its object had, and failing that the default. A request for an expired object
/// is a miss: it is fetched and written anew in its place. That is how caches expire on look-up (memcached, Redis,
/// CacheLib). To the policy such a request is a hit, and the object still counts the bytes with which it came in. What
/// has expired and is not asked for keeps its space until the policy evicts it: there is no crawler.
namespace syswright::cache {

/// What a scenario sets of it.
struct FrontRule {
  AdmissionRule admission;
  bool trace_lifetimes = true;                                        ///< those that the trace states count
  double default_lifetime = std::numeric_limits<double>::infinity();  ///< seconds

  /// Whether objects can expire.
  bool expires(const Requests& requests) const {
    return (trace_lifetimes && !requests.trace.ttls.empty()) ||
           default_lifetime < std::numeric_limits<double>::infinity();
  }
  /// Whether a run is one without a front.
  bool idle(const Requests& requests) const { return admission.kind == AdmissionRule::Kind::all && !expires(requests); }
};

/// What a run borrows for its front.
struct FrontSetup {
  const Requests& requests;
  Window window;
  Capacity capacity;
  std::uint64_t seed = 0;
  const FrontRule& rule;
  std::span<const std::uint32_t> positions{};  ///< of a miniature: see HostSetup
};

/// A front at work. Copying forks it. O(1) a request. Memory: a bit for each object of the trace with an admission, 8
/// bytes if objects expire, 4 more if the trace has lifetimes.
class Front {
 public:
  explicit Front(const FrontSetup& setup);

  /// Every request, first of all.
  void meet(std::uint64_t request, Object object) {
    if (ttls_ != nullptr && ttls_[request] != 0) last_ttls_[object] = ttls_[request];
    if (admits_) admission_.meet(object, requests_->request_bytes(request));
  }
  /// Whether a request is for an object that is not in the cache, and is refused.
  bool refuses(std::uint64_t request, Object object, std::uint32_t size) {
    if (!admits_ || resident_[object] || size > capacity_) return false;
    return !admission_.takes(request, requests_->keys[object], requests_->request_bytes(request));
  }
  /// Of an object in the cache.
  bool expired(std::uint64_t request, Object object) const {
    return !expires_.empty() && time(request) >= expires_[object];
  }
  /// The object was taken in, or fetched anew.
  void written(std::uint64_t request, Object object) {
    if (admits_) resident_[object] = true;
    if (!expires_.empty()) expires_[object] = time(request) + lifetime(object);
  }
  void left(Object object) {
    if (admits_) resident_[object] = false;
  }

 private:
  double time(std::uint64_t request) const {
    if (times_ != nullptr) return times_[request];
    return positions_.empty() ? static_cast<double>(request - begin_) : positions_[request - begin_];
  }
  double lifetime(Object object) const {
    return ttls_ != nullptr && last_ttls_[object] != 0 ? last_ttls_[object] : default_lifetime_;
  }

  const Requests* requests_;
  const double* times_;        // nullptr: one request a second
  const std::uint32_t* ttls_;  // nullptr: none that count
  std::span<const std::uint32_t> positions_;
  std::uint64_t begin_;
  std::uint64_t capacity_;
  double default_lifetime_;
  bool admits_;  // there is a rule to ask
  AdmissionGate admission_;
  std::vector<bool> resident_;
  std::vector<double> expires_;
  std::vector<std::uint32_t> last_ttls_;
};

}  // namespace syswright::cache
