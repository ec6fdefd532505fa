#include "domains/multi_region/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

// Keeps its own books, in other words than rules.h: work that is left instead of work done, time instead of ticks.
// Shares the raw recordings, the fleet's tables and the setting with the market, and nothing else.
namespace syswright::multi_region {
namespace {

using Record = DecisionLog::Record;

constexpr std::uint32_t asks_order = 0;
constexpr std::uint32_t asks_instance = 1;
constexpr std::uint32_t asks_probe = 2;
constexpr std::size_t nowhere = ~std::size_t{0};
constexpr double say_spot = 0;
constexpr double say_on_demand = 1;
constexpr double say_idle = 2;
constexpr double say_keep = 3;
constexpr double say_next = 4;

/// What runs.
struct Held {
  enum Kind { nothing, spot, on_demand } kind = nothing;
  std::size_t where = nowhere;
  friend bool operator==(const Held&, const Held&) = default;
};

class Auditor {
 public:
  Auditor(const Setup& setup, const DecisionLog& log)
      : setup_(setup), setting_(setup.setting), regions_(setup.fleet.regions), log_(log.records) {}

  Audit run() {
    for (job_ = 0; job_ < setup_.instances.size(); ++job_) follow(setup_.instances[job_]);
    for (; at_ < log_.size(); ++at_) complain(log_[at_], "is about no job, or stands out of order");
    if (unlisted_ > 0) violations_.push_back(fmt::format("and {} more", unlisted_));
    const auto jobs = static_cast<double>(setup_.instances.size());
    const double tick = static_cast<double>(setting_.tick) / 1000;
    return {{cost_ / jobs, late_, compute_ / jobs, egress_ / jobs, probing_ / jobs,
             static_cast<double>(on_demand_ticks_) * tick / jobs, static_cast<double>(spot_ticks_) * tick / jobs,
             static_cast<double>(moves_) / jobs, static_cast<double>(preemptions_) / jobs},
            std::move(violations_)};
  }

 private:
  bool offered(const Instance& instance, std::size_t region) const {
    const auto& market = instance.recording->available[region];
    const std::size_t at = instance.start + static_cast<std::size_t>(now_ / setting_.tick);
    return at < market.size() && market[at] == 1;
  }
  double spot_hour(const Instance& instance, std::size_t region) const {
    const auto& prices = instance.recording->spot_prices[region];
    return prices[std::min(prices.size() - 1, instance.start + static_cast<std::size_t>(now_ / setting_.tick))];
  }
  double of_hour(Milliseconds time) const { return static_cast<double>(time) / 3'600'000; }
  double egress(std::size_t from, std::size_t to) const {
    return from == nowhere ? 0 : setup_.fleet.egress[from * regions_.size() + to];
  }
  Milliseconds delay(std::size_t from, std::size_t to) const {
    return from == nowhere ? 0 : setup_.fleet.transfers[from * regions_.size() + to];
  }

  void follow(const Instance& instance) {
    const Milliseconds end = setting_.deadline - setting_.deadline % setting_.tick;
    now_ = 0;
    Milliseconds work = setting_.job;
    Milliseconds starting = 0;
    Held held;
    std::size_t checkpoint = nowhere;
    bool saved = false;
    double compute = 0;
    double egress_paid = 0;
    double probes_paid = 0;
    while (work > 0) {
      if (held.kind == Held::spot && !offered(instance, held.where)) {
        ++preemptions_;
        held = {};
      }
      const Milliseconds needed = (work + setting_.overhead + setting_.tick - 1) / setting_.tick * setting_.tick;
      saved = saved || now_ + needed >= end;
      Held wanted = held;
      double probes = 0;
      if (saved) {
        const bool finishes = now_ + (work + starting + setting_.tick - 1) / setting_.tick * setting_.tick <= end;
        const bool stays = held.kind == Held::on_demand && finishes;
        const bool at_home = held.kind != Held::nothing && delay(checkpoint, held.where) == 0;
        wanted = {Held::on_demand, stays || at_home ? held.where : cheapest(checkpoint, work)};
      } else {
        wanted = replay(instance, held);
        probes = replay_probes(instance, wanted);
      }
      double paid = 0;
      double moved = 0;
      if (wanted.kind != Held::nothing) {
        if (!(wanted == held)) {
          starting = setting_.overhead + delay(checkpoint, wanted.where);
          moved = egress(checkpoint, wanted.where);
          moves_ += checkpoint != nowhere && checkpoint != wanted.where ? 1 : 0;
        }
        const Milliseconds lost = std::min(starting, setting_.tick);
        starting -= lost;
        work -= std::min(work, setting_.tick - lost);
        const bool spot = wanted.kind == Held::spot;
        paid = (spot ? spot_hour(instance, wanted.where) : regions_[wanted.where].on_demand_price) *
               of_hour(setting_.tick);
        (spot ? spot_ticks_ : on_demand_ticks_) += 1;
        if (starting == 0 || delay(checkpoint, wanted.where) == 0) checkpoint = wanted.where;
      }
      compute += paid;
      egress_paid += moved;
      probes_paid += probes;
      held = wanted;
      now_ += setting_.tick;
    }
    double cost = compute + egress_paid + probes_paid;
    if (now_ > setting_.deadline) {
      late_ += 1;
      double dearest = 0;
      for (const Region& region : regions_) dearest = std::max(dearest, region.on_demand_price);
      cost += 10 * dearest * of_hour(setting_.job);
    }
    cost_ += cost;
    compute_ += compute;
    egress_ += egress_paid;
    probing_ += probes_paid;
  }

  std::size_t cheapest(std::size_t checkpoint, Milliseconds work) const {
    std::size_t best = nowhere;
    double least = 0;
    for (std::size_t region = 0; region < regions_.size(); ++region) {
      if (delay(checkpoint, region) > 0) continue;
      const double cost = regions_[region].on_demand_price * of_hour(work) + egress(checkpoint, region);
      if (best != nowhere && cost >= least) continue;
      best = region;
      least = cost;
    }
    return best;
  }

  /// What the logged answers of this tick come to.
  Held replay(const Instance& instance, const Held& held) {
    skip_older();
    std::vector<std::size_t> order;
    while (const Record* record = take(asks_order)) {
      const bool known = record->subject < regions_.size();
      if (!known || record->answer != 1 ||
          std::find(order.begin(), order.end(), static_cast<std::size_t>(record->subject)) != order.end()) {
        complain(*record, "is no place in an order of the regions");
      } else {
        order.push_back(static_cast<std::size_t>(record->subject));
      }
      if (order.size() == regions_.size()) break;
    }
    if (order.size() < regions_.size()) {
      add_violation(fmt::format("event {}: no answer to 'region', or not of all regions", event()));
      return held;
    }
    for (const bool again : {false, true}) {
      for (const std::size_t region : order) {
        const Record* record = take(asks_instance);
        if (record == nullptr) {
          add_violation(fmt::format("event {}: no answer to 'instance' of region {}", event(), region));
          return held;
        }
        if (record->subject != region) complain(*record, fmt::format("is about another region than {}", region));
        if (record->answer == say_spot) {
          if (held == Held{Held::spot, region}) return held;
          if (!again && offered(instance, region)) return {Held::spot, region};
        } else if (record->answer == say_on_demand) {
          return {Held::on_demand, region};
        } else if (record->answer == say_idle) {
          return {};
        } else if (record->answer == say_keep) {
          return held;
        } else if (record->answer != say_next) {
          complain(*record, fmt::format("answers {}, where 0 to 4 are the actions", record->answer));
          return held;
        }
      }
    }
    return held;
  }

  /// Dollars for the probes of this tick.
  double replay_probes(const Instance& instance, const Held& runs) {
    double paid = 0;
    for (std::size_t region = 0; region < regions_.size(); ++region) {
      if (runs == Held{Held::spot, region}) continue;
      const Record* record = take(asks_probe);
      if (record == nullptr) {
        add_violation(fmt::format("event {}: no answer to 'probe' of region {}", event(), region));
        return paid;
      }
      if (record->subject != region) complain(*record, fmt::format("is about another region than {}", region));
      if (record->answer != 0 && record->answer != 1) complain(*record, "is neither yes nor no");
      if (record->answer == 1 && offered(instance, region)) {
        paid += spot_hour(instance, region) * of_hour(setting_.probe_charge);
      }
    }
    return paid;
  }

  std::uint64_t event() const {
    return job_ * static_cast<std::uint64_t>(setting_.deadline / setting_.tick) +
           static_cast<std::uint64_t>(now_ / setting_.tick);
  }
  void skip_older() {
    for (; at_ < log_.size() && log_[at_].event < event(); ++at_) {
      complain(log_[at_], "was given where nothing was asked: the safety net ruled, all was settled, or it is old");
    }
  }
  /// The next record, if it answers this question in this tick.
  const Record* take(std::uint32_t decision) {
    if (at_ == log_.size() || log_[at_].event != event() || log_[at_].decision != decision) return nullptr;
    return &log_[at_++];
  }

  void complain(const Record& record, const std::string& what) {
    add_violation(fmt::format("event {}: the answer about region {} {}", record.event, record.subject, what));
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
  const Setting& setting_;
  const std::vector<Region>& regions_;
  const std::vector<Record>& log_;
  std::size_t job_ = 0;
  std::size_t at_ = 0;
  Milliseconds now_ = 0;
  double cost_ = 0;
  double compute_ = 0;
  double egress_ = 0;
  double probing_ = 0;
  double late_ = 0;
  std::int64_t on_demand_ticks_ = 0;
  std::int64_t spot_ticks_ = 0;
  std::int64_t moves_ = 0;
  std::int64_t preemptions_ = 0;
  std::vector<std::string> violations_;
  std::uint64_t unlisted_ = 0;
};

}  // namespace

Audit audit(const Setup& setup, const DecisionLog& log) { return Auditor(setup, log).run(); }

}  // namespace syswright::multi_region
