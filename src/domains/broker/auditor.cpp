#include "domains/broker/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace syswright::broker {
namespace {

class Auditor {
 public:
  Auditor(const Instance& job, Violations& violations)
      : job_(job), market_(*job.catalogue), violations_(violations), placed_(job.tasks.size()) {}

  void read(std::span<const DecisionLog::Record> records) {
    for (const DecisionLog::Record& record : records) {
      if (record.decision != 0) {
        object(fmt::format("there is no decision {}", record.decision));
      } else if (record.subject >= market_.offers.size()) {
        object(fmt::format("there is no offer {}", record.subject));
      } else {
        attempt(record.event, record.subject);
      }
    }
    if (at_ < job_.tasks.size()) {
      object(fmt::format("{} of {} tasks are never placed", job_.tasks.size() - at_, job_.tasks.size()));
    }
  }

  std::vector<double> metrics() const {
    const double hours = end_;
    const double charged = (job_.objective.dollars ? rent_and_egress_ : 0) + job_.objective.hour * hours;
    return {charged, rent_and_egress_, egress_, hours * 3600, static_cast<double>(failures_)};
  }

 private:
  struct Placed {
    std::uint32_t region = 0;
    double end = 0;  ///< hours
  };

  void object(const std::string& what) { violations_.add(job_.name + ": " + what); }

  void attempt(std::uint64_t event, std::uint64_t offer) {
    if (event != at_) return object(fmt::format("a decision for task {} comes when task {} is due", event, at_));
    const Task& task = job_.tasks[event];
    if (gone_.contains(offer)) {
      object(fmt::format("{} is tried for task '{}' after it was found unavailable", market_.offer_name(offer),
                         task.name));
    }
    const auto found = std::find_if(task.candidates.begin(), task.candidates.end(),
                                    [&](const Candidate& candidate) { return candidate.offer == offer; });
    if (found == task.candidates.end()) {
      object(fmt::format("task '{}' cannot run on {}", task.name, market_.offer_name(offer)));
    }
    if (job_.blocked[offer] != 0) {
      gone_.insert(offer);
      ++failures_;
      lost_ += job_.retry_hours;
      return;
    }
    settle(task, offer, found == task.candidates.end() ? 0 : found->hours);
    lost_ = 0;
    ++at_;
  }

  /// Bills a task that runs.
  void settle(const Task& task, std::uint64_t offer, double run) {
    const std::uint32_t region = market_.offers[offer].region;
    double start = 0;
    double from_parents = 0;
    for (const Edge& edge : task.parents) {
      if (!placed_[edge.parent]) continue;
      const Placed& parent = *placed_[edge.parent];
      from_parents += edge.gb * price(parent.region, region);
      start = std::max(start, parent.end + hours(parent.region, region, edge.gb));
    }
    double stores = 0;
    double fetch = 0;
    double store = 0;
    for (const Store& input : task.inputs) {
      stores += input.gb * price(input.region, region);
      fetch = std::max(fetch, hours(input.region, region, input.gb));
    }
    for (const Store& output : task.outputs) {
      stores += output.gb * price(region, output.region);
      store = std::max(store, hours(region, output.region, output.gb));
    }
    const double moving = from_parents + stores;
    egress_ += moving;
    rent_and_egress_ += market_.offers[offer].price * run + moving;
    const double end = start + lost_ + (run + (fetch + store));
    placed_[at_] = Placed{region, end};
    end_ = std::max(end_, end);
  }

  double price(std::uint32_t from, std::uint32_t to) const {
    return from == to ? 0 : market_.egress[from * market_.regions.size() + to];
  }
  double hours(std::uint32_t from, std::uint32_t to, double gb) const {
    return from == to ? 0 : gb * 8 / market_.gbps / 3600;
  }

  const Instance& job_;
  const Catalogue& market_;
  Violations& violations_;
  std::vector<std::optional<Placed>> placed_;
  std::uint64_t at_ = 0;          ///< task that is due
  std::set<std::uint64_t> gone_;  ///< offers that were tried, and are not to be had
  double lost_ = 0;
  double rent_and_egress_ = 0;
  double egress_ = 0;
  double end_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace

std::vector<double> audit_job(const Instance& job, std::span<const DecisionLog::Record> records,
                              Violations& violations) {
  Auditor auditor(job, violations);
  auditor.read(records);
  return auditor.metrics();
}

}  // namespace syswright::broker
