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

Spending::Spending(const Budget& budget, std::stop_token user, double held_back, const Paid& paid)
    : budget_(budget), user_(user), held_back_(held_back), paid_(paid) {
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
  set_alarm();
}

void Spending::set_alarm() {
  if (!budget_.seconds || catching_up()) return;
  const std::chrono::duration<double> length(std::min(*budget_.seconds - held_back_seconds_ - paid_.seconds, 1e8));
  alarm_->set(begin_ + std::chrono::duration_cast<Alarm::Clock::duration>(length));
}

void Spending::charge(double evaluations) {
  const bool was_catching_up = catching_up();
  spent_ += evaluations;
  if (!was_catching_up || catching_up()) return;
  begin_ = Alarm::Clock::now();
  set_alarm();
}

double Spending::affordable() const {
  if (!budget_.evaluations) return std::numeric_limits<double>::infinity();
  return std::max(0.0, *budget_.evaluations - held_back_ - spent_);
}

bool Spending::may_go_on() const { return !exhausted_ && !alarm_->token().stop_requested() && affordable() > 0; }

void Spending::hold_back_seconds(double seconds) {
  if (!budget_.seconds) return;
  held_back_seconds_ = std::min(seconds, *budget_.seconds / 4);
  set_alarm();
}

void Spending::release() {
  held_back_ = 0;
  held_back_seconds_ = 0;
  exhausted_ = false;
  alarm_.emplace(user_);
  set_alarm();
}

double Spending::elapsed_seconds() const {
  if (catching_up()) return paid_.seconds * spent_ / paid_.evaluations;
  return paid_.seconds + std::chrono::duration<double>(Alarm::Clock::now() - begin_).count();
}

double Spending::fraction() const {
  double fraction = 0;
  if (budget_.evaluations) fraction = spent_ / *budget_.evaluations;
  if (budget_.seconds) fraction = std::max(fraction, elapsed_seconds() / *budget_.seconds);
  return std::min(1.0, fraction);
}

}  // namespace syswright::design
