#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "farm/dispatcher.h"

namespace syswright {

/// A batch of a search as it was recorded: what each evaluation took, and how long the search thought before it asked
/// for them.
struct RecordedBatch {
  double thinking = 0;          ///< seconds, in the leading process alone
  std::vector<double> seconds;  ///< [jobs]
};

/// A cluster as far as the time of a search depends on it.
struct ClusterModel {
  std::size_t ranks = 1;      ///< the leader among them, which evaluates too
  unsigned threads = 1;       ///< of each
  double leader_seconds = 0;  ///< that the leader works for each letter it sends or reads
  double latency = 0;         ///< seconds until a letter is there
  double worker_seconds = 0;  ///< that a worker spends on each job beside evaluating it
  std::size_t slow_rank = 0;  ///< 0: none; else its evaluations take
  double slowness = 1;        ///< so many times as long
  DispatchOptions dispatch;
};

struct ScalingResult {
  double seconds = 0;       ///< of the whole search
  double leader_share = 0;  ///< of them, that the leader was busy with letters
  double thinking = 0;      ///< seconds
  std::uint64_t letters = 0;
  std::uint64_t copies = 0;  ///< jobs that were given to a second worker
};

/// How long the recorded search would take there: the dispatcher of real runs, in simulated time. O(letters × log).
ScalingResult simulate_scaling(const std::vector<RecordedBatch>& batches, const ClusterModel& model);

}  // namespace syswright
