#include "farm/worker_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/aggregate.h"

namespace syswright {

WorkerPool::WorkerPool(unsigned threads) {
  for (unsigned i = 0; i < std::max(1u, threads); ++i) {
    threads_.emplace_back([this](const std::stop_token& quit) { work(quit); });
  }
}

WorkerPool::~WorkerPool() {
  cancel_all();
  threads_.clear();
}

void WorkerPool::submit(std::uint64_t ticket, Job job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({ticket, std::move(job)});
  }
  came_.notify_one();
}

void WorkerPool::cancel(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [ticket](const Waiting& one) { return one.ticket == ticket; });
  const auto running = running_.find(ticket);
  if (running != running_.end()) running->second.request_stop();
}

void WorkerPool::cancel_all() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  for (auto& [ticket, stop] : running_) stop.request_stop();
}

void WorkerPool::drain() {
  cancel_all();
  std::unique_lock lock(mutex_);
  done_changed_.wait(lock, [this] { return running_.empty(); });
  done_.clear();
}

std::vector<WorkerPool::Done> WorkerPool::fetch() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

bool WorkerPool::busy() {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty() || !running_.empty() || !done_.empty();
}

void WorkerPool::wait(double seconds) {
  std::unique_lock lock(mutex_);
  done_changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return !done_.empty(); });
}

std::optional<WorkerPool::Waiting> WorkerPool::next(const std::stop_token& quit) {
  std::unique_lock lock(mutex_);
  if (!came_.wait(lock, quit, [this] { return !waiting_.empty(); })) return std::nullopt;
  Waiting one = std::move(waiting_.front());
  waiting_.pop_front();
  running_.try_emplace(one.ticket);
  return one;
}

void WorkerPool::work(const std::stop_token& quit) {
  using Clock = std::chrono::steady_clock;
  while (std::optional<Waiting> one = next(quit)) {
    std::stop_token stop;
    {
      const std::lock_guard lock(mutex_);
      stop = running_.at(one->ticket).get_token();
    }
    const Clock::time_point begin = Clock::now();
    Done done{.ticket = one->ticket, .seconds = 0, .evaluation = {}, .error = nullptr};
    try {
      done.evaluation = evaluate_checked(*one->job.scenario, one->job.policy, {.stop = stop});
    } catch (...) {
      done.error = std::current_exception();
    }
    done.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    {
      const std::lock_guard lock(mutex_);
      running_.erase(one->ticket);
      if (!stop.stop_requested()) done_.push_back(std::move(done));
    }
    done_changed_.notify_all();
  }
}

}  // namespace syswright
