#include "farm/scaling.h"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <set>

namespace syswright {
namespace {

constexpr std::size_t leader = 0;
/// How often the leader looks for stragglers while nothing comes.
constexpr double look_seconds = 0.001;

/// One batch, from the moment at which the search asks for it.
class BatchRun {
 public:
  BatchRun(const RecordedBatch& batch, const ClusterModel& model, double begin)
      : batch_(batch),
        model_(model),
        dispatcher_(jobs(), threads(), model.dispatch),
        leader_free_(begin),
        workers_(model.ranks) {}

  /// When it is done.
  double run() {
    give_orders(leader_free_);
    while (!dispatcher_.done()) {
      const double look = std::max(leader_free_, looked_ + look_seconds);
      if (events_.top().time > look) {
        looked_ = look;
        give_orders(look);
        continue;
      }
      const Event event = events_.top();
      events_.pop();
      if (event.kind == Kind::arrived) arrive(event);
      if (event.kind == Kind::ended) end(event);
      if (event.kind == Kind::answer) take(event);
    }
    return leader_free_;
  }

  double busy = 0;
  std::uint64_t letters = 0;
  std::uint64_t copies() const { return dispatcher_.stolen() + dispatcher_.reissued(); }

 private:
  enum class Kind { arrived, ended, answer };
  struct Event {
    double time = 0;
    std::uint64_t number = 0;  // of equal times, the first comes first
    Kind kind = Kind::arrived;
    std::size_t worker = 0;
    std::size_t job = 0;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : number > other.number; }
  };
  struct Worker {
    std::deque<std::size_t> waiting;
    unsigned running = 0;
    std::set<std::size_t> cancelled;
  };

  std::vector<Dispatcher::Job> jobs() const {
    std::vector<Dispatcher::Job> jobs;
    for (const double seconds : batch_.seconds) jobs.push_back({.cost = seconds});
    return jobs;
  }
  std::vector<unsigned> threads() const { return std::vector<unsigned>(model_.ranks, model_.threads); }

  void at(double time, Kind kind, std::size_t worker, std::size_t job) {
    events_.push({time, number_++, kind, worker, job});
  }

  /// The leader handles a letter, once it is free; returns when that is done.
  double handle_letter(double time) {
    leader_free_ = std::max(leader_free_, time) + model_.leader_seconds;
    busy += model_.leader_seconds;
    ++letters;
    return leader_free_;
  }

  void give_orders(double now) {
    looked_ = now;
    for (const Dispatcher::Order& order : dispatcher_.orders(now)) {
      if (order.worker == leader) {
        at(now, Kind::arrived, leader, order.job);
      } else {
        at(handle_letter(now) + model_.latency, Kind::arrived, order.worker, order.job);
      }
    }
  }

  void arrive(const Event& event) {
    workers_[event.worker].waiting.push_back(event.job);
    start(event.worker, event.time);
  }

  void start(std::size_t w, double now) {
    Worker& worker = workers_[w];
    while (worker.running < model_.threads && !worker.waiting.empty()) {
      const std::size_t job = worker.waiting.front();
      worker.waiting.pop_front();
      if (worker.cancelled.contains(job)) continue;
      ++worker.running;
      const double slowness = model_.slow_rank != 0 && w == model_.slow_rank ? model_.slowness : 1;
      const double overhead = w == leader ? 0 : model_.worker_seconds;
      at(now + slowness * batch_.seconds[job] + overhead, Kind::ended, w, job);
    }
  }

  void end(const Event& event) {
    Worker& worker = workers_[event.worker];
    --worker.running;
    start(event.worker, event.time);
    if (worker.cancelled.contains(event.job)) return;
    at(event.worker == leader ? event.time : event.time + model_.latency, Kind::answer, event.worker, event.job);
  }

  void take(const Event& event) {
    const double now = event.worker == leader ? std::max(leader_free_, event.time) : handle_letter(event.time);
    leader_free_ = now;
    std::vector<std::size_t> cancel;
    dispatcher_.answered(event.worker, event.job, batch_.seconds[event.job], cancel);
    for (const std::size_t worker : cancel) {
      workers_[worker].cancelled.insert(event.job);
      if (worker != leader) handle_letter(now);
    }
    give_orders(leader_free_);
  }

  const RecordedBatch& batch_;
  const ClusterModel& model_;
  Dispatcher dispatcher_;
  double leader_free_;
  double looked_ = 0;
  std::vector<Worker> workers_;
  std::priority_queue<Event> events_;
  std::uint64_t number_ = 0;
};

}  // namespace

ScalingResult simulate_scaling(const std::vector<RecordedBatch>& batches, const ClusterModel& model) {
  ScalingResult result;
  double busy = 0;
  for (const RecordedBatch& batch : batches) {
    result.seconds += batch.thinking;
    result.thinking += batch.thinking;
    BatchRun run(batch, model, result.seconds);
    result.seconds = run.run();
    busy += run.busy;
    result.letters += run.letters;
    result.copies += run.copies();
  }
  result.leader_share = result.seconds > 0 ? busy / result.seconds : 0;
  return result;
}

}  // namespace syswright
