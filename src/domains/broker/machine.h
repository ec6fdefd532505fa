#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "domain/stepping.h"
#include "domains/broker/job.h"

namespace syswright::broker {

/// One decision, `place`: which offer runs the next task.
const std::shared_ptr<const policy::Signature>& broker_signature();

enum Measure : std::size_t { bill_measure, cost_measure, egress_measure, finish_measure, retries_measure };

/// The mechanism: tasks come in topological order, and of each it asks which of the offers that are not known to be
/// unavailable is tried. Where the try fails, time is lost, the offer is known to be unavailable from then on, and the
/// question is asked again. One event a task; tries that fail have the event of their task.
class Machine {
 public:
  /// The job outlives the machine.
  explicit Machine(const Instance& job);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// What adds least to the bill, moving data from the parents included.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// In the order of Measure, of the tasks placed so far: dollars, dollars, dollars, seconds, tries that failed.
  std::vector<double> metrics() const;

  const Instance& job() const { return *job_; }
  /// The task that is asked for.
  std::size_t task() const { return plan_.size(); }
  /// Of the tasks placed so far.
  const Plan& plan() const { return plan_; }
  /// [offers] 1: tried, and not to be had.
  std::span<const std::uint8_t> known_blocked() const { return known_blocked_; }
  /// Places in Task::candidates of the offers that are asked about.
  std::span<const std::uint32_t> open() const { return open_; }
  /// [tasks placed, and the one asked for] hours lost by tries that failed.
  std::span<const double> lost() const { return lost_; }

 private:
  /// What a region means for the task that is asked for.
  struct Here {
    double moving = 0;  ///< dollars, from the parents
    double start = 0;   ///< hours: when their data is there
    bool all = true;    ///< every parent and input lies there
  };
  Here here(std::uint32_t region) const;
  void open_task();
  void fill(Ask& ask);
  double projected_end() const;
  const Ahead& ahead() const { return *ahead_; }

  const Instance* job_;
  Plan plan_;
  std::vector<double> end_;  ///< [tasks placed] hours
  std::vector<double> lost_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint8_t> known_blocked_;
  std::vector<std::uint16_t> failed_in_;  ///< [regions] tries that failed
  Bill bill_;
  std::uint64_t retries_ = 0;
  std::shared_ptr<const Ahead> ahead_;  ///< by what was known after ahead_of_ tries had failed
  std::uint64_t ahead_of_ = 0;
  std::vector<double> news_;  ///< [signals] to be reported; empty: none
  bool failed_now_ = false;
};

}  // namespace syswright::broker
