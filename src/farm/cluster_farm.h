#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "domain/domain.h"
#include "domain/evaluator.h"
#include "farm/address_book.h"
#include "farm/dispatcher.h"
#include "farm/messages.h"
#include "farm/transport.h"
#include "farm/worker_pool.h"

namespace syswright {

/// Of a suite's scenarios and their code: equal in processes whose evaluations are equal.
Digest digest_of(const Suite& suite);

/// Evaluates in all processes of a run, for the one that leads it: its own threads, and those of the others, each of
/// which runs work_for_leader(). Results do not depend on how many there are; see Dispatcher for who does what.
///
/// - Nothing but jobs and answers is sent: every process opens the workload itself, once for all its threads. A job
///   whose scenario is not in the address book runs here.
/// - An evaluation's Error is thrown again, the first in the order of the jobs; a worker that runs out of memory, or
///   takes a program for another, has its job run here.
/// - A worker that hangs holds nothing up but its own jobs, until they are given to others.
/// Overhead: about 40 microseconds a remote job, most of them in parallel to evaluations.
class ClusterFarm : public Evaluator {
 public:
  /// All must outlive it. Tells every worker to begin, and waits until each has opened the workload.
  /// Throws InputError if one cannot open the workload, or opened another.
  ClusterFarm(Transport& transport, const messages::Begin& begin, const AddressBook& book, const Digest& workload,
              unsigned threads, const DispatchOptions& options = {});
  ClusterFarm(const ClusterFarm&) = delete;
  ClusterFarm& operator=(const ClusterFarm&) = delete;

  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop = {}) override;

  /// Of all processes.
  unsigned threads() const;
  struct Counts {
    std::uint64_t jobs = 0;
    std::uint64_t remote = 0;    ///< answered by other processes
    std::uint64_t stolen = 0;    ///< given to another that was idle, before they had begun
    std::uint64_t reissued = 0;  ///< given to another because they took too long
  };
  const Counts& counts() const { return counts_; }

 private:
  class Batch;
  void greet(const messages::Begin& begin, const Digest& workload);

  Transport& transport_;
  const AddressBook& book_;
  DispatchOptions options_;
  std::vector<unsigned> threads_;  // [rank]
  WorkerPool own_;
  std::uint64_t next_ticket_ = 0;  // of the next batch: late answers to earlier ones are told apart
  Counts counts_;
};

/// In every process but the leader, first: what it is to share the work of; nullopt if it is told to leave.
std::optional<messages::Begin> wait_to_begin(Transport& transport);

/// Then: evaluates what it is told to, until it is told to leave. domain, suite: as in the leader.
void work_for_leader(Transport& transport, const Domain& domain, const Suite& suite, unsigned threads);

/// Instead of work_for_leader(), in a process that cannot: says why, and waits until it is told to leave.
void excuse_from_work(Transport& transport, const std::string& problem);

/// In the leader, once, at its end, whatever it did. Waits for their last words: what they had sent before is read, so
/// that nobody is left with a letter that nobody takes.
void tell_all_to_leave(Transport& transport);

}  // namespace syswright
