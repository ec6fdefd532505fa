#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "domain/stepping.h"
#include "domains/multi_region/drawing.h"
#include "domains/multi_region/features.h"
#include "domains/multi_region/knowledge.h"
#include "domains/multi_region/rules.h"

namespace syswright::multi_region {

/// What came of one job. Dollars are added in the order of the ticks.
struct Account {
  double compute = 0;
  double egress = 0;
  double probing = 0;
  double last_tick = 0;  ///< of all these, what the last tick cost
  std::int64_t spot_ticks = 0;
  std::int64_t on_demand_ticks = 0;
  std::int64_t migrations = 0;  ///< starts in another region than the checkpoint was in
  std::int64_t preemptions = 0;
  std::int64_t probes = 0;  ///< that found spot, and were paid
  bool late = false;

  double spend() const { return compute + egress + probing; }
};

/// Metrics of the domain, in its order.
enum class Measure : std::size_t {
  cost,
  deadline_misses,
  compute,
  egress_spend,
  probing,
  on_demand_time,
  spot_time,
  migrations,
  preemptions,
};
inline constexpr std::size_t measure_count = 9;

/// The mechanism (domain/stepping.h): jobs one after another, tick by tick. Event of a question: job * ticks() + tick;
/// candidates and subjects: places of regions in the fleet.
///
/// A tick: (1) a spot instance is gone where there is no spot now; (2) the safety net may rule, and then nothing is
/// asked; (3) `region` orders the regions, (4) `instance` is asked of them until an answer can be carried out, and once
/// more if none could; (5) `probe` is asked of every region without the job; (6) the tick is run and paid.
class Market {
 public:
  /// timeline: borrowed; nullptr: nothing is drawn. A copy draws on the same one.
  explicit Market(std::shared_ptr<const Setup> setup, Timeline* timeline = nullptr);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  void default_answers(const Ask& ask, std::span<double> answers) const;
  Evaluation result() const;
  Evaluation failed(std::string why) const;

  // For native policies, which must not look ahead.
  const Setup& setup() const { return *setup_; }
  const Setting& setting() const { return setup_->setting; }
  const Fleet& fleet() const { return setup_->fleet; }
  const Job& job() const { return job_; }
  std::size_t job_number() const { return accounts_.size(); }
  double spot_price(int region) const { return instance().spot_price(static_cast<std::size_t>(region), job_.tick); }
  const std::vector<Event>& events() const { return events_; }  ///< of this job
  bool exhausted() const { return phase_ == Phase::again; }
  std::size_t asked() const { return asked_; }
  /// What this tick will run: known when probes are asked for.
  Mode settled_mode() const { return mode_; }
  int settled_region() const { return region_; }
  const std::vector<Sight>& sights() const { return sights_; }
  /// Of the job that runs now. A policy that reads ahead in it is a reference, not a policy.
  const Instance& instance() const { return setup_->instances[accounts_.size()]; }
  const std::vector<Account>& accounts() const { return accounts_; }

 private:
  enum class Phase : std::uint8_t { begin, region, first, again, probe };

  bool begin_tick(ProgramState& state);
  void pose(Ask& ask, Question question, int subject, ProgramState& state);
  void answer_instance(Action action);
  bool start_spot(int region);
  void settle(Mode mode, int region);
  void answer_probe(bool probe);
  bool next_probe();
  void run();
  void finish_job();
  void see(int region, bool available, bool sample);
  void note(Event::Kind kind, int region);

  // Features (market_features.cpp).
  void fill(Ask& ask, int subject, const ProgramState& state);
  double job_fact(JobFact fact) const;
  double region_fact(RegionFact fact, int region) const;
  void learn_masks(const ProgramState& state);
  void grow_lifetimes();
  double lifetime(int region) const;

  std::size_t regions() const { return setup_->fleet.size(); }
  double hours(Milliseconds time) const { return static_cast<double>(time) / 3'600'000; }

  std::shared_ptr<const Setup> setup_;
  std::vector<Account> accounts_;  ///< of the jobs that are done
  Account account_;
  Job job_;
  std::int64_t started_at_ = 0;
  bool preempted_ = false;
  std::vector<Sight> sights_;
  std::vector<Event> events_;

  Phase phase_ = Phase::begin;
  std::vector<std::uint32_t> order_;
  std::size_t asked_ = 0;      ///< place in order_, or the region that a probe is asked of
  std::uint64_t refused_ = 0;  ///< regions in this tick, a bit each
  Mode mode_ = Mode::idle;     ///< what this tick will run, once settled
  int region_ = -1;
  double probe_spend_ = 0;  ///< of this tick

  bool masks_known_ = false;
  bool reporting_ = false;
  bool estimating_ = false;
  std::uint64_t wanted_[3] = {0, 0, 0};  ///< features that are read, a bit each
  std::vector<Lifetimes> lifetimes_;
  std::vector<int> new_losses_;
  std::vector<std::pair<std::size_t, double>> pending_reports_;  ///< signal * 64 + region, value
  std::shared_ptr<Drawing> drawing_;                             ///< nullptr: none
};

/// Metrics and blocks of finished jobs.
Evaluation evaluation_of(const Setup& setup, std::span<const Account> accounts);
/// The worst that any policy could have.
Evaluation failed_evaluation(const Setup& setup, std::string why);

}  // namespace syswright::multi_region
