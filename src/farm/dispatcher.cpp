#include "farm/dispatcher.h"

#include <algorithm>

namespace syswright {
namespace {

/// How much of a moving average the latest answer is.
constexpr double weight_of_latest = 0.2;

void take_into(double& average, double latest) {
  average = average == 0 ? latest : (1 - weight_of_latest) * average + weight_of_latest * latest;
}

}  // namespace

Dispatcher::Dispatcher(std::span<const Job> jobs, std::span<const unsigned> threads, const DispatchOptions& options)
    : jobs_(jobs.begin(), jobs.end()),
      options_(options),
      workers_(threads.size()),
      copies_(jobs.size(), 0),
      answered_(jobs.size(), 0),
      open_(jobs.size()) {
  for (std::size_t w = 0; w < threads.size(); ++w) {
    workers_[w].threads = threads[w];
    open_workers_.insert(w);
  }
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    if (jobs_[j].pinned != none) ++pinned_left_;
    (jobs_[j].pinned == none ? order_ : workers_[jobs_[j].pinned].pinned).push_back(j);
  }
  const auto costlier = [this](std::size_t a, std::size_t b) { return jobs_[a].cost > jobs_[b].cost; };
  std::stable_sort(order_.begin(), order_.end(), costlier);
  for (Worker& worker : workers_) std::stable_sort(worker.pinned.begin(), worker.pinned.end(), costlier);
}

std::vector<Dispatcher::Order> Dispatcher::orders(double now) {
  now_ = now;
  std::vector<Order> orders;
  hand_out(now, orders);
  if (next_ == order_.size() && !done()) hand_copies(now, orders);
  return orders;
}

/// Round by round, so that each worker has one to run before any has one in reserve.
void Dispatcher::hand_out(double now, std::vector<Order>& orders) {
  for (bool gave = true; gave;) {
    gave = false;
    const std::vector<std::size_t> open(open_workers_.begin(), open_workers_.end());
    for (const std::size_t w : open) {
      const std::optional<std::size_t> job = next_for(workers_[w]);
      if (!job) {
        if (pinned_left_ == 0) return;
        continue;
      }
      give(w, *job, now);
      orders.push_back({w, *job});
      gave = true;
    }
  }
}

void Dispatcher::hand_copies(double now, std::vector<Order>& orders) {
  std::vector<std::size_t> idle;
  for (const std::size_t w : open_workers_) {
    if (workers_[w].held.size() < workers_[w].threads) idle.push_back(w);
  }
  if (idle.empty()) return;
  std::size_t next = 0;
  for (const Copyable& one : copyable(now)) {
    if (next == idle.size()) return;
    const std::size_t thief = idle[next];
    if (thief == one.holder || holds(workers_[thief], one.job) || copies_[one.job] >= options_.copies) continue;
    give(thief, one.job, now);
    orders.push_back({thief, one.job});
    ++(one.waits ? stolen_ : reissued_);
    ++next;
  }
}

std::optional<std::size_t> Dispatcher::next_for(Worker& worker) {
  if (worker.next_pinned < worker.pinned.size()) {
    --pinned_left_;
    return worker.pinned[worker.next_pinned++];
  }
  if (next_ < order_.size()) return order_[next_++];
  return std::nullopt;
}

bool Dispatcher::holds(const Worker& worker, std::size_t job) const {
  return std::any_of(worker.held.begin(), worker.held.end(), [job](const Held& held) { return held.job == job; });
}

/// What is worth giving to another worker too: first those that wait, the one that would be done last before the
/// others; then those that run for suspiciously long.
std::vector<Dispatcher::Copyable> Dispatcher::copyable(double now) const {
  std::vector<Copyable> found;
  for (const std::size_t w : busy_workers_) {
    const Worker& worker = workers_[w];
    double costs = 0;
    for (std::size_t place = 0; place < worker.held.size(); ++place) {
      const auto [job, since] = worker.held[place];
      costs += jobs_[job].cost;
      if (jobs_[job].pinned != none || copies_[job] >= options_.copies) continue;
      if (place >= worker.threads) {
        found.push_back({job, w, true, costs});
        continue;
      }
      const double expected = seconds_per_cost_ * jobs_[job].cost;
      const double limit = std::max(options_.straggler_factor * expected, options_.straggler_seconds);
      if (expected > 0 && now - since >= limit) found.push_back({job, w, false, now - since});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Copyable& a, const Copyable& b) {
    return a.waits != b.waits ? a.waits : a.urgency > b.urgency;
  });
  return found;
}

void Dispatcher::give(std::size_t w, std::size_t job, double now) {
  workers_[w].held.push_back({job, now});
  ++copies_[job];
  busy_workers_.insert(w);
  if (full(workers_[w])) open_workers_.erase(w);
}

bool Dispatcher::take_back(std::size_t w, std::size_t job) {
  std::vector<Held>& held = workers_[w].held;
  const auto found = std::find_if(held.begin(), held.end(), [job](const Held& one) { return one.job == job; });
  if (found == held.end()) return false;
  const bool ran = static_cast<std::size_t>(found - held.begin()) < workers_[w].threads;
  held.erase(found);
  --copies_[job];
  // The next in the row begins.
  if (ran && held.size() >= workers_[w].threads) held[workers_[w].threads - 1].since = now_;
  open_workers_.insert(w);
  if (held.empty()) busy_workers_.erase(w);
  return true;
}

bool Dispatcher::answered(std::size_t worker, std::size_t job, double seconds, std::vector<std::size_t>& cancel) {
  cancel.clear();
  take_back(worker, job);
  if (seconds > 0 && jobs_[job].cost > 0) take_into(seconds_per_cost_, seconds / jobs_[job].cost);
  if (answered_[job] != 0) return false;
  answered_[job] = 1;
  --open_;
  if (copies_[job] == 0) return true;
  const std::vector<std::size_t> busy(busy_workers_.begin(), busy_workers_.end());
  for (const std::size_t other : busy) {
    if (take_back(other, job)) cancel.push_back(other);
  }
  return true;
}

}  // namespace syswright
