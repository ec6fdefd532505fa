#pragma once

#include "domains/cache/native/filtered_fifo.h"

namespace syswright::cache {

/// S3-FIFO: a small FIFO queue (a tenth of the capacity) filters arrivals for a main one; two hits there, or a request
/// while remembered, let an object through.
/// Source: Yang, Zhang, Qiu, Yue and Rashmi, "FIFO Queues are All You Need for Cache Eviction", SOSP 2023, algorithm
/// 1; threshold of two hits and a memory of 9/10 of the capacity as in its authors' simulator.
template <typename Sizes>
class S3Fifo : public FilteredFifo<Sizes, false> {
 public:
  using FilteredFifo<Sizes, false>::FilteredFifo;
};

}  // namespace syswright::cache
