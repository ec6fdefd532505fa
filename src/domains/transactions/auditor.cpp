#include "domains/transactions/auditor.h"

#include <fmt/format.h>

#include <map>

namespace syswright::transactions {
namespace {

/// The operations on one key so far, by tick: whether one of them writes.
using Timeline = std::map<std::int64_t, bool>;

/// The first tick that an operation may have behind those already there.
std::int64_t first_tick(const Timeline& timeline, bool write) {
  if (timeline.empty()) return 0;
  const auto& [last, last_writes] = *timeline.rbegin();
  if (last_writes || write) return last + 1;
  for (auto at = timeline.rbegin(); at != timeline.rend(); ++at) {
    if (at->second) return at->first + 1;
  }
  return 0;
}

class Replay {
 public:
  explicit Replay(const Instance& batch) : timelines_(batch.keys.size()) {}

  void place(const Transaction& transaction) {
    std::int64_t start = 1;
    for (const Operation& operation : transaction.operations) {
      const std::int64_t first = first_tick(timelines_[operation.key], operation.write);
      start = std::max<std::int64_t>(start, first - operation.position + 1);
    }
    for (const Operation& operation : transaction.operations) {
      bool& writes = timelines_[operation.key][start + operation.position - 1];
      writes = writes || operation.write;
    }
    const std::int64_t end = start + transaction.length - 1;
    makespan_ = std::max(makespan_, end);
    longest_wait_ = std::max(longest_wait_, start - 1);
    ends_ += end;
    ++placed_;
  }

  std::vector<double> metrics() const {
    const double placed = placed_ == 0 ? 1 : static_cast<double>(placed_);
    return {static_cast<double>(makespan_), static_cast<double>(ends_) / placed, static_cast<double>(longest_wait_)};
  }

 private:
  std::vector<Timeline> timelines_;
  std::int64_t makespan_ = 0;
  std::int64_t longest_wait_ = 0;
  std::int64_t ends_ = 0;
  std::uint64_t placed_ = 0;
};

}  // namespace

std::vector<double> audit_order(const Instance& batch, std::span<const DecisionLog::Record> records,
                                Violations& violations) {
  Replay replay(batch);
  std::vector<bool> placed(batch.transactions.size());
  std::uint64_t expected = 0;
  for (const DecisionLog::Record& record : records) {
    const auto object = [&](const std::string& what) {
      violations.add(fmt::format("{}, place {}: {}", batch.name, record.event + 1, what));
    };
    if (record.event != expected++) object("is filled out of order, or twice");
    if (record.decision != 0 || record.answer != 1) object("the record is no placing of a transaction");
    if (record.subject >= batch.transactions.size()) {
      object(fmt::format("there is no transaction {}", record.subject));
      continue;
    }
    if (placed[record.subject]) {
      object(fmt::format("transaction {} is placed a second time", record.subject));
      continue;
    }
    placed[record.subject] = true;
    replay.place(batch.transactions[record.subject]);
  }
  std::size_t left = 0;
  for (const bool one : placed) left += one ? 0 : 1;
  if (left > 0)
    violations.add(fmt::format("{}: {} of {} transactions are never placed", batch.name, left, placed.size()));
  return replay.metrics();
}

}  // namespace syswright::transactions
