#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "design/designer.h"

namespace syswright::design {

/// A stop token that fires when another does, or at a time that may be moved.
class Alarm {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Alarm(std::stop_token other);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void set(Clock::time_point time);
  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait(const std::stop_token& quit);

  std::stop_source source_;
  std::stop_callback<std::function<void()>> other_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Clock::time_point> time_;
  std::jthread thread_;  // last: ends before what it uses
};

/// Keeps a budget. A part is held back from the search for the comparison of finalists, and released for it.
/// Evaluations are never overspent: ask affordable() before a batch. Seconds end a batch through token(); they decide
/// when a search stops and nothing else.
class Spending {
 public:
  /// paid: until so much is spent again, the clock stands between 0 and where it was left.
  /// Throws InputError if no limit is set, a limit is not positive, or `held_back` leaves nothing for the search.
  Spending(const Budget& budget, std::stop_token user, double held_back, const Paid& paid = {});

  /// Evaluations that the current phase may still spend; infinite without a limit.
  double affordable() const;
  void charge(double evaluations);
  /// Called when a batch had to be cut for want of budget: the phase is over.
  void exhaust() { exhausted_ = true; }
  /// False once the phase is over: spent, out of time, or stopped.
  bool may_go_on() const;
  bool stopped_by_user() const { return user_.stop_requested(); }
  /// For Evaluator::evaluate: fires when the phase is out of time, or when a stop is asked for.
  std::stop_token token() const { return alarm_->token(); }

  /// Seconds to hold back, as far as the budget has a limit in seconds; at most a quarter of it.
  void hold_back_seconds(double seconds);
  /// Begins the last phase, in which what was held back may be spent.
  void release();

  double spent() const { return spent_; }
  double elapsed_seconds() const;
  /// Of the budget, 0 to 1: of the limit that is nearer.
  double fraction() const;

 private:
  /// Whether what was paid for before is being gone through again.
  bool catching_up() const { return spent_ < paid_.evaluations; }
  void set_alarm();

  Budget budget_;
  std::stop_token user_;
  double held_back_;
  Paid paid_;
  double held_back_seconds_ = 0;
  double spent_ = 0;
  bool exhausted_ = false;
  Alarm::Clock::time_point begin_ = Alarm::Clock::now();  // of the clock, once all that was paid for is caught up with
  std::optional<Alarm> alarm_;
};

}  // namespace syswright::design
