#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "domain/evaluator.h"

namespace syswright {

/// Evaluates on the threads of this machine. The jobs of a batch are handed out one by one, those with the most events
/// first (Scenario::events), so that no thread is left with a long one at the end.
///
/// Results stand in the order of the jobs and are the same for any number of threads, since evaluations are pure.
/// - A stop: jobs not yet begun are cancelled at once; those running end when their scenario notices.
/// - An Error from an evaluation is thrown again here, the first in the order of the jobs; whatever comes after it in
///   that order is not begun. Any other exception is the policy's failure: see evaluate_checked().
/// - Memory: a job that ran out of it (std::bad_alloc) is tried once more when no other runs. If it fails again it
/// comes
///   back as Status::failed without metrics: that says something of the machine, nothing of the policy.
///
/// The calling thread works too: a farm of one starts no thread. evaluate() may be called from several threads, which
/// take turns, but not from within an evaluation. Overhead: about a microsecond a job.
class ThreadFarm : public Evaluator {
 public:
  /// threads  0: as many as the machine runs at once
  explicit ThreadFarm(unsigned threads = 0);
  ~ThreadFarm() override;
  ThreadFarm(const ThreadFarm&) = delete;
  ThreadFarm& operator=(const ThreadFarm&) = delete;

  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override;
  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

 private:
  class Batch;
  void work(const std::stop_token& quit);
  void publish(std::shared_ptr<Batch> batch);

  std::mutex turn_;  // held by the evaluate() whose batch runs
  std::mutex mutex_;
  std::condition_variable_any batch_changed_;
  std::shared_ptr<Batch> batch_;
  std::vector<std::jthread> workers_;
};

}  // namespace syswright
