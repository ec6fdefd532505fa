#include "design/spending.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace syswright::design {

Alarm::Alarm(std::stop_token other)
    : other_(std::move(other), [this] { source_.request_stop(); }),
      thread_([this](const std::stop_token& quit) { wait(quit); }) {}

Alarm::~Alarm() { thread_.request_stop(); }

void Alarm::set(Clock::time_point time) {
  const std::scoped_lock lock(mutex_);
  time_ = time;
  changed_.notify_all();
}

void Alarm::wait(const std::stop_token& quit) {
  std::unique_lock lock(mutex_);
  while (!quit.stop_requested()) {
    if (!time_) {
      changed_.wait(lock, quit, [this] { return time_.has_value(); });
      continue;
    }
    const Clock::time_point time = *time_;
    if (Clock::now() >= time) {
      source_.request_stop();
      return;
    }
    changed_.wait_until(lock, quit, time, [&] { return time_ != time; });
  }
}

Spending::Spending(const Budget& budget, std::stop_token user, double held_back)
    : budget_(budget), user_(user), held_back_(held_back) {
  if (!budget.evaluations && !budget.seconds) throw InputError("a search needs a budget, in evaluations or in seconds");
  for (const auto& limit : {budget.evaluations, budget.seconds}) {
    if (limit && !(*limit > 0 && std::isfinite(*limit))) {
      throw InputError(fmt::format("the budget of a search must be positive, but is {}", *limit));
    }
  }
  if (budget.evaluations && *budget.evaluations <= held_back) {
    throw InputError(
        fmt::format("a budget of {:g} evaluations is too small: judging one program on the training and "
                    "validation scenarios takes {:g} of them; give a multiple of that",
                    *budget.evaluations, held_back));
  }
  alarm_.emplace(user);
  if (budget.seconds) alarm_->set(deadline(0));
}

Alarm::Clock::time_point Spending::deadline(double held_back) const {
  const std::chrono::duration<double> length(std::min(*budget_.seconds - held_back, 1e8));
  return begin_ + std::chrono::duration_cast<Alarm::Clock::duration>(length);
}

double Spending::affordable() const {
  if (!budget_.evaluations) return std::numeric_limits<double>::infinity();
  return std::max(0.0, *budget_.evaluations - held_back_ - spent_);
}

bool Spending::may_go_on() const { return !exhausted_ && !alarm_->token().stop_requested() && affordable() > 0; }

void Spending::hold_back_seconds(double seconds) {
  if (budget_.seconds) alarm_->set(deadline(std::min(seconds, *budget_.seconds / 4)));
}

void Spending::release() {
  held_back_ = 0;
  exhausted_ = false;
  alarm_.emplace(user_);
  if (budget_.seconds) alarm_->set(deadline(0));
}

double Spending::elapsed_seconds() const { return std::chrono::duration<double>(Alarm::Clock::now() - begin_).count(); }

double Spending::fraction() const {
  double fraction = 0;
  if (budget_.evaluations) fraction = spent_ / *budget_.evaluations;
  if (budget_.seconds) fraction = std::max(fraction, elapsed_seconds() / *budget_.seconds);
  return std::min(1.0, fraction);
}

}  // namespace syswright::design
