#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace syswright::judge {

/// Calls work(i) for each i below count, on so many threads (0: as many as the machine runs at once), the caller's
/// among them. The first exception in the order of i is thrown again once all have ended; no call begins after an
/// exception.
void for_each_index(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace syswright::judge
