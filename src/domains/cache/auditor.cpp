#include "domains/cache/auditor.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "base/error.h"

// Shares no code with replay.h and the policies, so that a mistake there is not repeated here.
namespace syswright::cache {

namespace {

using Record = DecisionLog::Record;

class Auditor {
 public:
  Auditor(const trace::CacheTrace& trace, const Window& window, const Capacity& capacity, const FrontRule& front)
      : trace_(trace), window_(window), capacity_(capacity), front_(front) {
    states_ = front.trace_lifetimes && !trace.ttls.empty();
    expires_ = states_ || std::isfinite(front.default_lifetime);
  }

  CacheAudit run(const DecisionLog& log) {
    std::size_t at = 0;
    for (std::uint64_t event = window_.begin; event < window_.end; ++event) {
      begin_event(event);
      for (; at < log.records.size() && log.records[at].event <= event; ++at) apply_in_order(log.records[at], event);
      end_event(event);
    }
    for (; at < log.records.size(); ++at) {
      violation(log.records[at], fmt::format("lies beyond the window, which ends at event {}", window_.end));
    }
    return finish();
  }

 private:
  std::uint64_t bytes(std::uint64_t event) const { return trace_.sizes.empty() ? 1 : trace_.sizes[event]; }

  void begin_event(std::uint64_t event) {
    key_ = trace_.keys[event];
    if (states_ && trace_.ttls[event] > 0) stated_[key_] = trace_.ttls[event];
    was_in_ = held_.contains(key_);
    answered_ = false;
    refused_ = false;
  }

  /// A record of an earlier event was not met in its turn, so that a later one stands before it.
  void apply_in_order(const Record& record, std::uint64_t event) {
    if (record.event < window_.begin) {
      violation(record, fmt::format("lies before the window, which begins at event {}", window_.begin));
    } else if (record.event < event) {
      violation(record, fmt::format("stands behind one of event {}", event));
    } else {
      apply(record);
    }
  }

  void apply(const Record& record) {
    if (record.decision == 0) {
      evict(record);
    } else if (record.decision == 1) {
      admit(record);
    } else {
      violation(record, "is none of the cache's decisions, 0 (evict) and 1 (admit)");
    }
  }

  void evict(const Record& record) {
    if (record.answer != 1)
      return violation(record, fmt::format("answers {}, where an eviction answers 1", record.answer));
    if (record.subject == key_) return violation(record, "evicts the object that is being asked for");
    const auto found = held_.find(record.subject);
    if (found == held_.end()) return violation(record, "evicts an object that is not in the cache");
    used_ -= found->second;
    held_.erase(found);
  }

  void admit(const Record& record) {
    if (record.answer != 0 && record.answer != 1) {
      return violation(record, fmt::format("answers {}, where 0 refuses and 1 takes", record.answer));
    }
    if (record.subject != key_)
      return violation(record, fmt::format("is about another object than the one asked for, {}", key_));
    if (was_in_) return violation(record, "answers a miss, but the object is in the cache");
    if (answered_) return violation(record, "is the second answer about one miss");
    answered_ = true;
    refused_ = record.answer == 0;
  }

  void end_event(std::uint64_t event) {
    const std::uint64_t size = capacity_.in_bytes ? bytes(event) : 1;
    const bool counted = event >= window_.counted;
    if (counted) {
      ++requests_;
      bytes_requested_ += bytes(event);
    }
    const bool too_old = expires_ && was_in_ && age(event) >= lives_.at(key_);
    if (was_in_ && !too_old) return;
    if (counted) {
      ++misses_;
      bytes_missed_ += bytes(event);
      expired_misses_ += too_old ? 1 : 0;
    }
    if (refused_) return;
    if (counted) bytes_written_ += bytes(event);
    if (expires_) {
      written_[key_] = time(event);
      lives_[key_] = lifetime();
    }
    if (too_old) return;
    if (front_.admission.kind == AdmissionRule::Kind::size &&
        static_cast<double>(bytes(event)) > front_.admission.parameter) {
      add_violation(fmt::format("event {}: object {} of {} bytes is taken in, but the admission is {}", event, key_,
                                bytes(event), front_.admission.text));
    }
    held_.emplace(key_, size);
    used_ += size;
    if (used_ > capacity_.amount) {
      add_violation(fmt::format("event {}: object {} brings the cache to {} of {} {}", event, key_, used_,
                                capacity_.amount, capacity_.in_bytes ? "bytes" : "objects"));
    }
  }

  double time(std::uint64_t event) const {
    return trace_.times.empty() ? static_cast<double>(event) : trace_.times[event];
  }
  double age(std::uint64_t event) const { return time(event) - written_.at(key_); }
  double lifetime() const {
    const auto stated = stated_.find(key_);
    return stated == stated_.end() ? front_.default_lifetime : stated->second;
  }

  void violation(const Record& record, const std::string& what) {
    add_violation(fmt::format("event {}: the decision '{}' about object {} {}", record.event,
                              record.decision == 0   ? "evict"
                              : record.decision == 1 ? "admit"
                                                     : std::to_string(record.decision),
                              record.subject, what));
  }
  void add_violation(std::string text) {
    constexpr std::size_t most = 20;
    if (violations_.size() < most) {
      violations_.push_back(std::move(text));
    } else {
      ++unlisted_;
    }
  }

  CacheAudit finish() {
    if (unlisted_ > 0) violations_.push_back(fmt::format("and {} more", unlisted_));
    const auto count = [](std::uint64_t n) { return static_cast<double>(n); };
    return {{{count(misses_) / count(requests_), count(bytes_missed_) / count(bytes_requested_), count(bytes_written_)},
             std::move(violations_)},
            expired_misses_};
  }

  const trace::CacheTrace& trace_;
  Window window_;
  Capacity capacity_;
  FrontRule front_;
  bool states_;   ///< the trace states lifetimes that count
  bool expires_;  ///< there are any lifetimes

  std::unordered_map<std::uint64_t, std::uint64_t> held_;  ///< key → what it counts
  std::unordered_map<std::uint64_t, double> written_;      ///< key → time
  std::unordered_map<std::uint64_t, double> lives_;        ///< key → seconds from then
  std::unordered_map<std::uint64_t, double> stated_;       ///< key → seconds that the trace stated last
  std::uint64_t used_ = 0;

  std::uint64_t key_ = 0;  ///< asked for by the current event
  bool was_in_ = false;
  bool answered_ = false;
  bool refused_ = false;

  std::uint64_t requests_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t bytes_requested_ = 0;
  std::uint64_t bytes_missed_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t expired_misses_ = 0;
  std::vector<std::string> violations_;
  std::uint64_t unlisted_ = 0;
};

}  // namespace

CacheAudit audit(const Requests& requests, const Window& window, const Capacity& capacity, const DecisionLog& log,
                 const FrontRule& front) {
  check(requests, window, capacity);
  return Auditor(requests.trace, window, capacity, front).run(log);
}

}  // namespace syswright::cache
