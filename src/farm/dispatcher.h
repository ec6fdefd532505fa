#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace syswright {

/// How jobs are given to workers.
struct DispatchOptions {
  /// Jobs that a worker may hold, for each of its threads: one that runs, and others so that it need not wait for the
  /// next. More would only be stolen back: this is the back-pressure.
  std::size_t held_per_thread = 2;
  /// A running job is given to another worker too once it takes so many times as long as expected.
  double straggler_factor = 3;
  double straggler_seconds = 0.01;  ///< but not before
  std::size_t copies = 2;           ///< of a job at once, at most
};

/// Decides which worker runs which job of a batch. Jobs are pure, so that one may be run twice: the first answer
/// counts. Long ones are given out first. When none is left, a worker that is idle gets a copy of one that waits behind
/// others elsewhere (work stealing), the one that would be done last; or of one that runs for suspiciously long (a
/// straggler). Knows no clock and sends nothing: it is told the time and says what to do, in a simulation as in a run.
class Dispatcher {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Job {
    double cost = 1;            ///< relative: events
    std::size_t pinned = none;  ///< the only worker that can run it
  };
  struct Order {
    std::size_t worker = 0;
    std::size_t job = 0;
  };

  /// threads: of each worker.
  Dispatcher(std::span<const Job> jobs, std::span<const unsigned> threads, const DispatchOptions& options = {});

  /// What to send now, at `now` seconds. O(log workers) an order while jobs are left; once none is, O(outstanding).
  std::vector<Order> orders(double now);
  /// A worker answered; `seconds`: that the job took there. True for the first answer of the job. `cancel` is filled
  /// with the workers that still hold copies of it.
  bool answered(std::size_t worker, std::size_t job, double seconds, std::vector<std::size_t>& cancel);
  bool done() const { return open_ == 0; }
  std::size_t stolen() const { return stolen_; }
  std::size_t reissued() const { return reissued_; }

 private:
  struct Held {
    std::size_t job = 0;
    double since = 0;  ///< when it was sent, or moved up to where a thread takes it
  };
  struct Worker {
    unsigned threads = 1;
    std::vector<Held> held;  ///< in the order sent; the first `threads` of them run
    std::size_t next_pinned = 0;
    std::vector<std::size_t> pinned;
  };

  struct Copyable {
    std::size_t job = 0;
    std::size_t holder = 0;
    bool waits = false;  ///< has not begun
    double urgency = 0;  ///< of those that wait: costs until it is done; of those that run: seconds so far
  };

  bool full(const Worker& worker) const { return worker.held.size() >= worker.threads * options_.held_per_thread; }
  std::optional<std::size_t> next_for(Worker& worker);
  void hand_out(double now, std::vector<Order>& orders);
  void hand_copies(double now, std::vector<Order>& orders);
  std::vector<Copyable> copyable(double now) const;
  bool holds(const Worker& worker, std::size_t job) const;
  void give(std::size_t worker, std::size_t job, double now);
  bool take_back(std::size_t worker, std::size_t job);

  std::vector<Job> jobs_;
  DispatchOptions options_;
  std::vector<Worker> workers_;
  std::set<std::size_t> open_workers_;  // that are not full
  std::set<std::size_t> busy_workers_;  // that hold something
  std::vector<std::size_t> order_;      // jobs that any worker may run, costly ones first
  std::size_t next_ = 0;
  std::size_t pinned_left_ = 0;
  std::vector<std::uint8_t> copies_;
  std::vector<std::uint8_t> answered_;
  std::size_t open_;
  double now_ = 0;
  double seconds_per_cost_ = 0;  // over all workers; 0: not yet known
  std::size_t stolen_ = 0;
  std::size_t reissued_ = 0;
};

}  // namespace syswright
