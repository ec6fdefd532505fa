#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "optimize/notebook.h"
#include "optimize/search.h"

namespace syswright::optimize {

/// A stop token that fires when another does, or at a time.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline(const std::stop_token& other, Clock::time_point time);
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> other_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: ends before what it uses
};

/// What a search may still spend: its budget, less what the last choice on validation instances needs.
class Allowance {
 public:
  /// Texts that are compared on validation, beside the original.
  static constexpr std::size_t finalists = 3;

  /// Throws InputError if the budget does not pay for the original, the last choice and one proposal.
  Allowance(const Task& task, const Notebook& notebook);

  /// Evaluations of the last choice.
  std::uint64_t held_back() const;
  /// Evaluations that the search may spend now; the largest number where there is no limit.
  std::uint64_t affordable() const;
  /// Evaluations that the last choice may spend.
  std::uint64_t left() const;

  /// Begins to watch the clock, with what evaluations took so far as the measure of what the last choice will take.
  void watch();
  /// Ends it: the last choice has its time.
  void release() { deadline_.reset(); }
  /// Of the task; of the clock as well while it is watched.
  std::stop_token stop() const { return deadline_ ? deadline_->token() : task_.stop; }
  bool over() const { return stop().stop_requested() || affordable() == 0; }

  /// Tells the task's progress.
  void report(std::optional<double> best, std::string note) const;

 private:
  double search_seconds() const;

  const Task& task_;
  const Notebook& notebook_;
  Deadline::Clock::time_point begin_ = Deadline::Clock::now();
  std::optional<Deadline> deadline_;
};

}  // namespace syswright::optimize
