#include "domains/spot/auditor.h"

#include <fmt/format.h>

#include <algorithm>

// Keeps its own books, in other words than job.h: work that is left instead of work done, deadlines in ticks. Shares
// the raw series and the setting with the market, and nothing else.
namespace syswright::spot {
namespace {

constexpr double ask_spot = 0;
constexpr double ask_nothing = 1;
constexpr double ask_on_demand = 2;

class Auditor {
 public:
  Auditor(const Setup& setup, const DecisionLog& log) : setup_(setup), setting_(setup.setting), log_(log.records) {}

  Audit run() {
    for (job_ = 0; job_ < setup_.instances.size(); ++job_) follow(setup_.instances[job_]);
    for (; at_ < log_.size(); ++at_) complain(log_[at_], "is about no job, or stands out of order");
    if (unlisted_ > 0) violations_.push_back(fmt::format("and {} more", unlisted_));
    const auto jobs = static_cast<double>(setup_.instances.size());
    const double tick = static_cast<double>(setting_.tick) / 1000;
    return {{cost_ / jobs, late_, spend_ / jobs, on_demand_ticks_ * tick / jobs, spot_ticks_ * tick / jobs,
             preemptions_ / jobs},
            std::move(violations_)};
  }

 private:
  using Record = DecisionLog::Record;
  enum class Runs { nothing, spot, on_demand };

  static Milliseconds up_to_ticks(Milliseconds time, Milliseconds tick) {
    const Milliseconds rest = time % tick;
    return rest == 0 ? time : time + tick - rest;
  }

  void follow(const Instance& instance) {
    const Milliseconds end = setting_.deadline / setting_.tick * setting_.tick;
    Milliseconds now = 0;
    Milliseconds work = setting_.job;
    Milliseconds starting = 0;
    Runs before = Runs::nothing;
    double spend = 0;
    while (work > 0) {
      const std::size_t place = instance.start + static_cast<std::size_t>(now / setting_.tick);
      const std::vector<std::uint8_t>& market = instance.series->available;
      const bool offered = place < market.size() && market[place] == 1;
      const Runs still = before == Runs::spot && !offered ? Runs::nothing : before;
      if (before == Runs::spot && still == Runs::nothing) ++preemptions_;

      double asked = ask_on_demand;
      if (now + up_to_ticks(work + setting_.overhead, setting_.tick) >= end) {
        const Runs kept = setting_.net == Net::strict ? still : before;
        if (kept == Runs::spot && starting == 0) asked = ask_spot;
      } else {
        asked = next_answer(now / setting_.tick);
      }

      Runs now_runs = Runs::nothing;
      if (asked == ask_on_demand) now_runs = Runs::on_demand;
      if (asked == ask_spot && offered) now_runs = Runs::spot;
      if (now_runs != Runs::nothing) {
        if (now_runs != still) starting = setting_.overhead;
        const Milliseconds lost = std::min(starting, setting_.tick);
        starting -= lost;
        work -= std::min(work, setting_.tick - lost);
        spend += price(instance, place, now_runs);
        (now_runs == Runs::spot ? spot_ticks_ : on_demand_ticks_) += 1;
      }
      before = now_runs;
      now += setting_.tick;
    }
    const bool late = now > setting_.deadline;
    late_ += late ? 1 : 0;
    spend_ += spend;
    cost_ += spend + (late ? 10 * price(instance, 0, Runs::on_demand) *
                                 static_cast<double>(up_to_ticks(setting_.job, setting_.tick) / setting_.tick)
                           : 0);
  }

  double price(const Instance& instance, std::size_t place, Runs runs) const {
    double hour = setup_.spot_price;
    const Series& series = *instance.series;
    if (runs == Runs::on_demand) {
      hour = series.on_demand_price > 0 ? series.on_demand_price : setup_.on_demand_price;
    } else if (!series.spot_prices.empty()) {
      hour = series.spot_prices[std::min(place, series.spot_prices.size() - 1)];
    }
    return hour * (static_cast<double>(setting_.tick) / 3'600'000);
  }

  /// The logged answer of this tick. Where there is none, nothing is asked for.
  double next_answer(Milliseconds tick) {
    const std::uint64_t event =
        job_ * static_cast<std::uint64_t>(setting_.deadline / setting_.tick) + static_cast<std::uint64_t>(tick);
    for (; at_ < log_.size() && log_[at_].event < event; ++at_) {
      complain(log_[at_], "was given where nothing was asked: the safety net ruled, the job was done, or it is old");
    }
    if (at_ == log_.size() || log_[at_].event != event) {
      add_violation(fmt::format("event {}: no answer to 'instance' of job {}", event, job_));
      return ask_nothing;
    }
    const Record& record = log_[at_++];
    if (record.decision != 0) complain(record, "is none of the market's decisions, 0 (instance)");
    if (record.subject != job_) complain(record, fmt::format("is about another job than {}", job_));
    if (record.answer != ask_spot && record.answer != ask_nothing && record.answer != ask_on_demand) {
      complain(record, fmt::format("answers {}, where 0 is spot, 1 idle and 2 on demand", record.answer));
      return ask_nothing;
    }
    return record.answer;
  }

  void complain(const Record& record, const std::string& what) {
    add_violation(fmt::format("event {}: the answer for job {} {}", record.event, record.subject, what));
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
  const std::vector<Record>& log_;
  std::size_t job_ = 0;
  std::size_t at_ = 0;
  double cost_ = 0;
  double spend_ = 0;
  double late_ = 0;
  double on_demand_ticks_ = 0;
  double spot_ticks_ = 0;
  double preemptions_ = 0;
  std::vector<std::string> violations_;
  std::uint64_t unlisted_ = 0;
};

}  // namespace

Audit audit(const Setup& setup, const DecisionLog& log) { return Auditor(setup, log).run(); }

}  // namespace syswright::spot
