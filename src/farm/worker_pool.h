#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "domain/evaluator.h"

namespace syswright {

/// Threads that evaluate jobs as they come, in their order; each job may be cancelled, and answers are fetched.
class WorkerPool {
 public:
  /// threads  at least 1
  explicit WorkerPool(unsigned threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(threads_.size()); }

  struct Done {
    std::uint64_t ticket = 0;
    double seconds = 0;
    Evaluation evaluation;
    std::exception_ptr error;  ///< that the evaluation threw, std::bad_alloc among them; null if it did not
  };

  /// ticket: chosen by the caller, different for each job.
  void submit(std::uint64_t ticket, Job job);
  /// One that waits is dropped, one that runs is stopped; neither is answered. Nothing for a ticket that is not there.
  void cancel(std::uint64_t ticket);
  /// Everything that waits or runs.
  void cancel_all();
  /// The same, and waits until nothing runs any more, nor is there to fetch: what jobs refer to may go.
  void drain();
  /// What was done since the last call, in the order done.
  std::vector<Done> fetch();
  /// Whether a job waits or runs, or an answer was not fetched yet.
  bool busy();
  /// Waits for something to fetch, so many seconds at most.
  void wait(double seconds);

 private:
  struct Waiting {
    std::uint64_t ticket = 0;
    Job job;
  };
  void work(const std::stop_token& quit);
  std::optional<Waiting> next(const std::stop_token& quit);

  std::mutex mutex_;
  std::condition_variable_any came_;
  std::condition_variable done_changed_;
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, std::stop_source> running_;
  std::vector<Done> done_;
  std::vector<std::jthread> threads_;  // last: end before what they use
};

}  // namespace syswright
