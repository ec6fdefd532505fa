#include "domains/flash_cache/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "base/random.h"
#include "domain/instances.h"
#include "domains/flash_cache/wear.h"

namespace syswright::flash_cache {
namespace {

using Key = std::uint64_t;

class Auditor {
 public:
  Auditor(const Setup& setup, const DecisionLog& log)
      : setup_(setup),
        records_(log.records),
        set_cost_(4096 * random_write_amplification(setup.spare)),
        log_(setup.regions),
        sets_(setup.sets) {}

  Audit run() {
    for (event_ = setup_.begin; event_ < setup_.end; ++event_) {
      for (; at_ < records_.size() && records_[at_].event < event_; ++at_) {
        object("is of an event that nobody asks about any more", records_[at_]);
      }
      arrive();
      for (; at_ < records_.size() && records_[at_].event == event_; ++at_) {
        object("answers what nobody asked", records_[at_]);
      }
    }
    for (; at_ < records_.size(); ++at_) object("lies beyond the window", records_[at_]);
    return {metrics(), violations_.take()};
  }

 private:
  struct OnFlash {
    std::uint64_t bytes;
    bool in_set;
  };

  void object(const std::string& what, const DecisionLog::Record& record) {
    violations_.add(fmt::format("event {}: the decision {} about object {} {}", record.event, record.decision,
                                record.subject, what));
  }

  /// The next record, if it is of this event and decision; else an objection.
  const DecisionLog::Record* due(std::uint32_t decision, const std::string& about) {
    static constexpr std::string_view names[] = {"evict", "admit", "keep"};
    if (at_ < records_.size() && records_[at_].event == event_ && records_[at_].decision == decision) {
      return &records_[at_++];
    }
    violations_.add(fmt::format("event {}: a decision '{}' {} is not there", event_, names[decision], about));
    return nullptr;
  }

  bool yes(std::uint32_t decision, Key key) {
    const DecisionLog::Record* record = due(decision, fmt::format("about object {}", key));
    if (record == nullptr) return false;
    if (record->subject != key) object(fmt::format("should be about {}", key), *record);
    if (record->answer != 0 && record->answer != 1) object(fmt::format("answers {}", record->answer), *record);
    return record->answer == 1;
  }

  double now() const { return setup_.requests->time(event_) - setup_.requests->time(setup_.begin); }
  bool counted() const { return event_ >= setup_.counted; }

  void arrive() {
    const Key key = setup_.requests->trace.keys[event_];
    const std::uint64_t asked = setup_.requests->trace.sizes[event_];
    if (counted()) {
      ++requests_;
      bytes_ += asked;
    }
    if (dram_.contains(key)) {
      dram_hits_ += counted() ? 1 : 0;
      return;
    }
    const auto copy = flash_.find(key);
    const std::uint64_t bytes = copy == flash_.end() ? asked : copy->second.bytes;
    if (counted()) {
      flash_hits_ += copy == flash_.end() ? 0 : 1;
      missed_bytes_ += copy == flash_.end() ? asked : 0;
    }
    if (bytes > setup_.dram) return;
    while (in_dram_ + bytes > setup_.dram) {
      if (!evict()) break;
    }
    dram_[key] = bytes;
    in_dram_ += bytes;
  }

  bool evict() {
    const DecisionLog::Record* record = due(0, "that makes room in DRAM");
    if (record == nullptr) return false;
    if (record->answer != 1) object(fmt::format("answers {}", record->answer), *record);
    const auto leaving = dram_.find(record->subject);
    if (leaving == dram_.end()) {
      object("evicts what is not in DRAM", *record);
      return true;
    }
    const auto [key, bytes] = *leaving;
    in_dram_ -= bytes;
    dram_.erase(leaving);
    if (flash_.contains(key)) return true;
    const bool small = setup_.sets > 0 && bytes <= 2048;
    if (!small && bytes > setup_.region / 2) return true;
    if (!allowed(small ? set_cost_ : static_cast<double>(bytes))) return true;
    if (yes(1, key)) write(key, bytes, small);
    return true;
  }

  bool allowed(double cost) const {
    return setup_.writes_a_day <= 0 || device_ + cost <= write_allowance(setup_, now());
  }

  void write(Key key, std::uint64_t bytes, bool small) {
    if (counted()) admitted_ += bytes;
    if (small) {
      std::deque<Key>& set = sets_[mix64(key) % setup_.sets];
      const auto held = [&] {
        std::uint64_t sum = 0;
        for (const Key one : set) sum += flash_.at(one).bytes;
        return sum;
      };
      while (held() + bytes > 4096) {
        flash_.erase(set.front());
        set.pop_front();
      }
      set.push_back(key);
      flash_[key] = {bytes, true};
      device_ += set_cost_;
      if (counted()) ++set_writes_;
      return;
    }
    if (open_bytes_ + bytes > setup_.region) turn();
    append(key, bytes);
  }

  void append(Key key, std::uint64_t bytes) {
    log_.back().push_back(key);
    open_bytes_ += bytes;
    device_ += static_cast<double>(bytes);
    flash_[key] = {bytes, false};
  }

  /// The open region, at the back, is written; the one at the front makes place for a new one.
  void turn() {
    if (counted()) ++region_writes_;
    const std::vector<Key> old = std::move(log_.front());
    log_.pop_front();
    log_.emplace_back();
    open_bytes_ = 0;
    std::uint64_t kept = 0;
    for (const Key key : old) {
      const std::uint64_t bytes = flash_.at(key).bytes;
      const bool asked = kept + bytes <= setup_.region / 2 && allowed(static_cast<double>(bytes));
      if (asked && yes(2, key)) {
        kept += bytes;
        append(key, bytes);
      } else {
        flash_.erase(key);
      }
    }
  }

  std::vector<double> metrics() const {
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    const double asked = number(requests_);
    const double log = number(region_writes_ * setup_.region);
    const double sets = number(set_writes_ * 4096);
    const double written = log + sets;
    const double device = log + number(set_writes_) * set_cost_;
    const trace::CacheTrace& trace = setup_.requests->trace;
    const double seconds = trace.times.empty()
                               ? setup_.requests->time(setup_.end - 1) - setup_.requests->time(setup_.counted)
                               : trace.times[setup_.end - 1] - trace.times[setup_.counted];
    return {number(requests_ - dram_hits_ - flash_hits_) / asked,
            number(missed_bytes_) / number(bytes_),
            number(dram_hits_) / asked,
            number(flash_hits_) / asked,
            written,
            admitted_ == 0 ? 1 : written / number(admitted_),
            written == 0 ? 1 : device / written,
            device / number(setup_.region * setup_.regions + 4096 * setup_.sets) / (std::max(seconds, 1.0) / 86400)};
  }

  const Setup& setup_;
  const std::vector<DecisionLog::Record>& records_;
  double set_cost_;
  std::size_t at_ = 0;
  std::uint64_t event_ = 0;
  std::unordered_map<Key, std::uint64_t> dram_;  ///< → bytes
  std::uint64_t in_dram_ = 0;
  std::unordered_map<Key, OnFlash> flash_;
  std::deque<std::vector<Key>> log_;  ///< regions, the oldest first, the open one last
  std::uint64_t open_bytes_ = 0;
  std::vector<std::deque<Key>> sets_;
  double device_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t dram_hits_ = 0;
  std::uint64_t flash_hits_ = 0;
  std::uint64_t missed_bytes_ = 0;
  std::uint64_t admitted_ = 0;
  std::uint64_t region_writes_ = 0;
  std::uint64_t set_writes_ = 0;
  Violations violations_;
};

}  // namespace

Audit audit(const Setup& setup, const DecisionLog& log) {
  check(setup);
  return Auditor(setup, log).run();
}

}  // namespace syswright::flash_cache
