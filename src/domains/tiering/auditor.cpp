#include "domains/tiering/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

// Keeps its own books: fast memory is a set of pages, heat and seen accesses are taken page by page and tick by tick,
// costs are added device by device.
namespace syswright::tiering {
namespace {

constexpr std::uint32_t says_promote = 0;
constexpr std::uint32_t says_interval = 1;
constexpr std::uint32_t says_threshold = 2;

class Auditor {
 public:
  Auditor(const Setup& setup, const DecisionLog& log) : setup_(setup), run_(*setup.run), log_(log.records) {}

  Audit run() {
    place_first();
    std::uint64_t round_at = 0;
    std::uint64_t last_round = 0;
    for (std::uint64_t now = 0; now < setup_.ticks(); ++now) {
      settle_births(now);
      if (now == round_at) {
        round_at = now + hold_round(now, now - last_round);
        last_round = now;
        ++rounds_;
      }
      pass(now);
    }
    for (; at_ < log_.size(); ++at_) complain(log_[at_], "was given where nothing was asked");
    if (unlisted_ > 0) violations_.push_back(fmt::format("and {} more", unlisted_));
    const double par = static_cast<double>(setup_.costs.parallelism) * 1e12;
    const auto accesses = static_cast<double>(accesses_);
    return {{static_cast<double>(time_) / par / accesses, static_cast<double>(time_) / static_cast<double>(ideal_),
             static_cast<double>(fast_accesses_) / accesses, static_cast<double>(swaps_),
             static_cast<double>(stopped_) / par},
            std::move(violations_)};
  }

 private:
  using Record = DecisionLog::Record;

  /// Who would be put into fast memory on first touch: by the tick of birth, then by number.
  void place_first() {
    std::set<std::pair<std::uint32_t, Page>> order;
    for (Page page = 0; page < run_.pages(); ++page) order.emplace(run_.born[page], page);
    for (const auto& [born, page] : order) {
      if (lucky_.size() == setup_.fast) break;
      lucky_.insert(page);
    }
    heat_.assign(run_.pages(), 0);
    seen_.assign(run_.pages(), 0);
    touched_.assign(run_.pages(), 0);
    alive_.assign(run_.pages(), false);
  }

  void settle_births(std::uint64_t now) {
    for (Page page = 0; page < run_.pages(); ++page) {
      if (alive_[page] || run_.born[page] > setup_.from + now) continue;
      alive_[page] = true;
      if (lucky_.contains(page)) fast_.insert(page);
    }
  }

  /// Returns the ticks up to the next round.
  std::uint64_t hold_round(std::uint64_t now, std::uint64_t passed) {
    const double halves = static_cast<double>(passed) / heat_half_life;
    const auto factor = static_cast<std::uint64_t>(std::lround(65536 * std::exp2(-halves)));
    if (setup_.visibility == Visibility::bits && passed > 0) {
      for (Page page = 0; page < run_.pages(); ++page) {
        seen_[page] = (touched_[page] >= 1 ? 1 : 0) + (touched_[page] == 2 ? 1 : 0);
        touched_[page] = 0;
      }
      scans_due_ += run_.pages();
    }
    for (Page page = 0; page < run_.pages(); ++page) {
      heat_[page] = ((heat_[page] * factor) >> 16) + (std::uint64_t{seen_[page]} << 16);
      seen_[page] = 0;
    }
    const double threshold = value(now, says_threshold, 0, 1e6);
    rank(now, passed, threshold);
    const double ticks = value(now, says_interval, 1, longest_interval);
    return static_cast<std::uint64_t>(std::min(std::max(std::floor(ticks + 0.5), 1.0), double{longest_interval}));
  }

  void rank(std::uint64_t now, std::uint64_t passed, double threshold) {
    std::set<Page> contenders;
    for (Page page = 0; page < run_.pages(); ++page) {
      const double heat = static_cast<double>(heat_[page]) / 65536;
      if (alive_[page] && !fast_.contains(page) && heat > 0 && heat >= threshold) contenders.insert(page);
    }
    if (contenders.empty() || passed == 0 || setup_.budget == 0) return;
    const std::size_t wanted = std::min<std::size_t>(setup_.fast, fast_.size() + contenders.size());
    std::set<Page> chosen;
    std::vector<Page> rising;
    for (; at_ < log_.size() && log_[at_].event == now && log_[at_].decision == says_promote; ++at_) {
      const Record& record = log_[at_];
      const auto page = static_cast<Page>(record.subject);
      if (record.subject >= run_.pages() || !(fast_.contains(page) || contenders.contains(page))) {
        complain(record, "takes a page that is no candidate");
      } else if (!chosen.insert(page).second) {
        complain(record, "takes a page twice");
      } else if (contenders.contains(page)) {
        rising.push_back(page);
      }
    }
    if (chosen.size() != wanted) {
      add_violation(fmt::format("event {}: {} pages are taken, where {} fit", now, chosen.size(), wanted));
    }
    exchange(rising, chosen, setup_.budget * passed);
  }

  void exchange(std::vector<Page>& rising, const std::set<Page>& chosen, std::uint64_t allowed) {
    if (rising.size() > allowed) rising.resize(allowed);
    std::set<std::pair<std::uint64_t, Page>> leaving;
    for (const Page page : fast_) {
      if (!chosen.contains(page)) leaving.emplace(heat_[page], page);
    }
    for (const Page page : rising) {
      if (leaving.empty()) break;
      fast_.erase(leaving.begin()->second);
      leaving.erase(leaving.begin());
      fast_.insert(page);
      ++swaps_due_;
    }
  }

  double value(std::uint64_t now, std::uint32_t decision, double low, double high) {
    const char* name = decision == says_interval ? "interval" : "threshold";
    for (;
         at_ < log_.size() && (log_[at_].event < now || (log_[at_].event == now && log_[at_].decision == says_promote));
         ++at_) {
      complain(log_[at_], "was given where nothing was asked");
    }
    if (at_ == log_.size() || log_[at_].event != now || log_[at_].decision != decision) {
      add_violation(fmt::format("event {}: no answer to '{}'", now, name));
      return high;
    }
    const Record& record = log_[at_++];
    if (record.subject != rounds_) complain(record, fmt::format("is of another round than {}", rounds_));
    if (!(record.answer >= low && record.answer <= high)) {
      complain(record, fmt::format("answers {} to '{}', which lies in {} to {}", record.answer, name, low, high));
      return high;
    }
    return record.answer;
  }

  /// A tick passes: its accesses, and what the round before it left to pay.
  void pass(std::uint64_t now) {
    const std::uint64_t tick = setup_.from + now;
    const Device& quick = setup_.costs.hardware.fast;
    const Device& slow = setup_.costs.hardware.slow;
    std::uint64_t waiting = 0;
    std::uint64_t work[2] = {0, 0};  // of the fast device and of the slow one
    std::uint64_t ideal_waiting = 0;
    std::uint64_t ideal_work = 0;
    for (std::uint64_t i = run_.start[tick]; i < run_.start[tick + 1]; ++i) {
      const bool lies_fast = fast_.contains(run_.page[i]);
      const Device& device = lies_fast ? quick : slow;
      waiting += run_.reads[i] * device.read_latency + run_.writes[i] * device.write_latency;
      work[lies_fast ? 0 : 1] += run_.reads[i] * device.read_line + run_.writes[i] * device.write_line;
      ideal_waiting += run_.reads[i] * quick.read_latency + run_.writes[i] * quick.write_latency;
      ideal_work += run_.reads[i] * quick.read_line + run_.writes[i] * quick.write_line;
      const std::uint64_t count = std::uint64_t{run_.reads[i]} + run_.writes[i];
      accesses_ += count;
      fast_accesses_ += lies_fast ? count : 0;
      touched_[run_.page[i]] = std::max<std::uint8_t>(touched_[run_.page[i]], run_.writes[i] > 0 ? 2 : 1);
    }
    const std::uint64_t lines = swaps_due_ * (page_bytes / line_bytes);
    work[0] += lines * (quick.read_line + quick.write_line);
    work[1] += lines * (slow.read_line + slow.write_line);
    const std::uint64_t par = setup_.costs.parallelism;
    const std::uint64_t stop = par * (swaps_due_ * setup_.costs.move * 2 + scans_due_ * setup_.costs.scan);
    time_ += std::max(waiting, par * std::max(work[0], work[1])) + stop;
    ideal_ += std::max(ideal_waiting, par * ideal_work);
    stopped_ += stop;
    swaps_ += swaps_due_;
    swaps_due_ = scans_due_ = 0;
    if (setup_.visibility == Visibility::bits) return;
    for (std::uint64_t i = setup_.samples->start[tick]; i < setup_.samples->start[tick + 1]; ++i) {
      ++seen_[setup_.samples->sample[i].page];
    }
  }

  void complain(const Record& record, const std::string& what) {
    add_violation(fmt::format("event {}: the answer about {} {}", record.event, record.subject, what));
  }
  void add_violation(std::string text) {
    constexpr std::size_t most = 20;
    if (violations_.size() < most) {
      violations_.push_back(std::move(text));
    } else {
      ++unlisted_;
    }
  }

  const Setup& setup_;
  const PageRun& run_;
  const std::vector<Record>& log_;
  std::size_t at_ = 0;
  std::uint64_t rounds_ = 0;
  std::set<Page> lucky_;
  std::set<Page> fast_;
  std::vector<std::uint64_t> heat_;
  std::vector<std::uint32_t> seen_;
  std::vector<std::uint8_t> touched_;  ///< 0: not since the last round; 1: accessed; 2: written
  std::vector<bool> alive_;
  std::uint64_t swaps_due_ = 0;
  std::uint64_t scans_due_ = 0;
  std::uint64_t time_ = 0;
  std::uint64_t ideal_ = 0;
  std::uint64_t stopped_ = 0;
  std::uint64_t swaps_ = 0;
  std::uint64_t accesses_ = 0;
  std::uint64_t fast_accesses_ = 0;
  std::vector<std::string> violations_;
  std::uint64_t unlisted_ = 0;
};

}  // namespace

Audit audit(const Setup& setup, const DecisionLog& log) { return Auditor(setup, log).run(); }

}  // namespace syswright::tiering
