#pragma once

#include "domain/evaluation.h"
#include "domains/cache/front.h"
#include "domains/cache/requests.h"

namespace syswright::cache {

struct CacheAudit : Audit {
  std::uint64_t expired_misses = 0;  ///< of the counted misses: the object was in the cache, and too old
};

/// Recomputes the metrics of a run (request miss ratio, byte miss ratio, bytes written) from the trace as read and the
/// run's decisions, by code of its own: it keeps the set of objects that the decisions imply, and looks no policy up.
///
/// The log holds, in order of events (indices into the trace): `evict` (decision 0) with answer 1, subject the key that
/// leaves, before the requested object comes in; `admit` (decision 1) with answer 0, subject the requested key, for
/// each miss that is not taken in, an object larger than the cache included. An `admit` with answer 1 may stand for a
/// miss that is taken in; a miss without a record is taken in.
///
/// `front` says after what time objects expire: a request for one that has is a miss, which the log does not mention,
/// and writes it anew. Of rules of admission it is only seen whether the log takes in what a size threshold forbids.
///
/// Violations: an event outside the window or out of order, a decision or answer that the domain does not have,
/// evicting what is not in the cache or the object just asked for, refusing another object than the one asked for or
/// one that is in the cache, two answers about one miss, and holding more than the capacity. A record that breaks a
/// rule is passed over. At most 20 are spelt out; a last line counts the rest. O(requests + records) time. Throws
/// InputError as check() does.
CacheAudit audit(const Requests& requests, const Window& window, const Capacity& capacity, const DecisionLog& log,
                 const FrontRule& front = {});

}  // namespace syswright::cache
