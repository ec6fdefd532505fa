#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "domain/stepping.h"
#include "domain/timeline.h"
#include "domains/spot/features.h"
#include "domains/spot/job.h"

namespace syswright::spot {

/// What may be known of availability at a tick: what was seen since the job was given.
struct Seen {
  std::int64_t ticks = 0;
  std::int64_t available = 0;
  std::int64_t spell = 0;  ///< ticks, of the present state
  std::int64_t changes = 0;
  std::int64_t spells[2] = {0, 0};       ///< that are over: without spot, with it
  std::int64_t spell_ticks[2] = {0, 0};  ///< in all of these
  bool now = false;

  void see(bool available_now);
};

/// What came of one job.
struct Account {
  double spend = 0;  ///< dollars, in the order of the ticks
  std::int64_t spot_ticks = 0;
  std::int64_t on_demand_ticks = 0;
  std::int64_t preemptions = 0;
  bool late = false;
};

/// Metrics of the domain, in its order.
enum class Measure : std::size_t { cost, deadline_misses, spend, on_demand_time, spot_time, preemptions };
inline constexpr std::size_t measure_count = 6;

/// The mechanism (domain/stepping.h): jobs one after another, tick by tick. Event of a question: job * ticks() + tick;
/// its subject: the number of the job.
class Market {
 public:
  /// timeline: borrowed; nullptr: nothing is drawn. It gets two rows a job: what ran, and when there was spot, from the
  /// start of the job.
  explicit Market(std::shared_ptr<const Setup> setup, Timeline* timeline = nullptr);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply) { run(static_cast<Mode>(static_cast<int>(reply.value))); }
  void default_answers(const Ask&, std::span<double> answers) const { answers[0] = static_cast<double>(Mode::spot); }
  Evaluation result() const;
  Evaluation failed(std::string why) const;

  const Setting& setting() const { return setup_->setting; }
  const Job& job() const { return job_; }
  bool available() const { return available_; }
  Mode held() const { return surviving(job_, available_); }
  const std::vector<Account>& accounts() const { return accounts_; }
  /// Dollars, of the jobs that are done and the one that runs (domain/running_cost.h).
  double cost_so_far() const { return settled_ + account_.spend; }

 private:
  const Instance& instance() const { return setup_->instances[accounts_.size()]; }
  void run(Mode asked);
  void finish_job();
  void draw(Mode ran, std::int64_t tick);
  void observe(ProgramState& state);
  void fill(std::vector<double>& globals, const ProgramState& state);

  std::shared_ptr<const Setup> setup_;
  Prices prices_;
  std::vector<Account> accounts_;  ///< of the jobs that are done
  Job job_;
  Seen seen_;
  Account account_;
  double settled_ = 0;  ///< cost of the jobs that are done, with penalties
  bool available_ = false;
  bool observed_ = false;     ///< the tick that begins
  std::uint32_t wanted_ = 0;  ///< features that are read, a bit each
  bool wanted_known_ = false;
  Timeline* timeline_ = nullptr;
  std::vector<StateRow> drawn_;  ///< of the job that runs: what ran, and when there was spot
};

/// Metrics and blocks of finished jobs: what Market and nothing else makes of its accounts.
Evaluation evaluation_of(const Setup& setup, std::span<const Account> accounts);
/// The worst that any policy could have.
Evaluation failed_evaluation(const Setup& setup, std::string why);

}  // namespace syswright::spot
