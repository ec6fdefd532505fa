#include "farm/thread_farm.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <numeric>
#include <utility>

#include "domain/aggregate.h"

namespace syswright {

/// The jobs of one evaluate(), shared by the threads that work on it. Spans and results stay valid until every thread
/// has left, which finish() waits for.
class ThreadFarm::Batch {
 public:
  Batch(std::span<const Job> jobs, std::stop_token stop)
      : jobs_(jobs),
        stop_(std::move(stop)),
        results_(jobs.size()),
        errors_(jobs.size()),
        out_of_memory_(jobs.size(), 0),
        order_(jobs.size()),
        first_error_(jobs.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::vector<std::uint64_t> costs;
    costs.reserve(jobs.size());
    for (const Job& job : jobs) costs.push_back(job.scenario->events());
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  }

  /// Takes jobs until none is left. Called by every thread.
  void take_part() {
    active_.fetch_add(1);
    for (;;) {
      const std::size_t next = next_.fetch_add(1);
      if (next >= order_.size()) break;
      run(order_[next]);
    }
    if (active_.fetch_sub(1) == 1) active_.notify_all();
  }

  /// Called by the owner after its own part: no job is left, but some may still run.
  std::vector<Evaluation> finish() {
    for (int active = active_.load(); active != 0; active = active_.load()) active_.wait(active);
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (out_of_memory_[i] != 0 && i < first_error_) try_again(i);
    }
    if (first_error_ < jobs_.size()) std::rethrow_exception(errors_[first_error_]);
    return std::move(results_);
  }

 private:
  void run(std::size_t i) {
    if (i > first_error_.load(std::memory_order_relaxed)) return;
    if (stop_.stop_requested()) {
      results_[i].status = Evaluation::Status::cancelled;
      return;
    }
    try {
      results_[i] = evaluate_checked(*jobs_[i].scenario, jobs_[i].policy, {.stop = stop_});
    } catch (const std::bad_alloc&) {
      out_of_memory_[i] = 1;
    } catch (...) {
      errors_[i] = std::current_exception();
      note_error(i);
    }
  }

  void note_error(std::size_t i) {
    std::size_t first = first_error_.load();
    while (i < first && !first_error_.compare_exchange_weak(first, i)) {
    }
  }

  void try_again(std::size_t i) {
    out_of_memory_[i] = 0;
    run(i);
    if (out_of_memory_[i] == 0) return;
    results_[i] = Evaluation{.status = Evaluation::Status::failed,
                             .failure = "the machine ran out of memory; use fewer threads or a smaller workload"};
  }

  std::span<const Job> jobs_;
  std::stop_token stop_;
  std::vector<Evaluation> results_;
  std::vector<std::exception_ptr> errors_;
  std::vector<char> out_of_memory_;
  std::vector<std::size_t> order_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> first_error_;
  std::atomic<int> active_ = 0;
};

ThreadFarm::ThreadFarm(unsigned threads) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  workers_.reserve(threads - 1);
  for (unsigned i = 1; i < threads; ++i) {
    workers_.emplace_back([this](const std::stop_token& quit) { work(quit); });
  }
}

// The threads are asked to stop and joined before anything that they use goes.
ThreadFarm::~ThreadFarm() { workers_.clear(); }

std::vector<Evaluation> ThreadFarm::evaluate(std::span<const Job> jobs, std::stop_token stop) {
  const std::lock_guard turn(turn_);
  const auto batch = std::make_shared<Batch>(jobs, std::move(stop));
  if (jobs.size() > 1) publish(batch);
  batch->take_part();
  if (jobs.size() > 1) publish(nullptr);
  return batch->finish();
}

void ThreadFarm::publish(std::shared_ptr<Batch> batch) {
  {
    const std::lock_guard lock(mutex_);
    batch_ = std::move(batch);
  }
  batch_changed_.notify_all();
}

void ThreadFarm::work(const std::stop_token& quit) {
  std::shared_ptr<Batch> done;
  for (;;) {
    std::shared_ptr<Batch> batch;
    {
      std::unique_lock lock(mutex_);
      if (!batch_changed_.wait(lock, quit, [&] { return batch_ != done && batch_ != nullptr; })) return;
      batch = batch_;
    }
    batch->take_part();
    done = std::move(batch);
  }
}

}  // namespace syswright
