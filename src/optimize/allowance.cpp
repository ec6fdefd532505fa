#include "optimize/allowance.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace syswright::optimize {

Deadline::Deadline(const std::stop_token& other, Clock::time_point time)
    : other_(other, [this] { source_.request_stop(); }), thread_([this, time](const std::stop_token& quit) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, quit, time, [] { return false; });
        if (!quit.stop_requested()) source_.request_stop();
      }) {}

Allowance::Allowance(const Task& task, const Notebook& notebook) : task_(task), notebook_(notebook) {
  if (!task.evaluations) return;
  const std::uint64_t least = task.train.size() + 2 * task.validation.size() + 1;
  if (*task.evaluations >= least) return;
  throw InputError(fmt::format(
      "a budget of {} evaluations is too small: the original on {} training {}{} and one "
      "proposal need {}",
      *task.evaluations, task.train.size(), task.train.size() == 1 ? "instance" : "instances",
      task.validation.empty() ? "" : fmt::format(", two texts on {} for validation", task.validation.size()), least));
}

std::uint64_t Allowance::held_back() const {
  const std::uint64_t all = (finalists + 1) * task_.validation.size();
  if (!task_.evaluations || all <= *task_.evaluations / 2) return all;
  return 2 * task_.validation.size();
}

std::uint64_t Allowance::affordable() const {
  if (!task_.evaluations) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t kept = notebook_.spent() + held_back();
  return *task_.evaluations > kept ? *task_.evaluations - kept : 0;
}

std::uint64_t Allowance::left() const {
  return task_.evaluations ? *task_.evaluations - notebook_.spent() : held_back();
}

double Allowance::search_seconds() const {
  const double each = notebook_.seconds() / static_cast<double>(std::max<std::uint64_t>(1, notebook_.spent()));
  const double last = each * static_cast<double>(held_back()) / task_.threads;
  return *task_.seconds - std::min(last, *task_.seconds / 4);
}

void Allowance::watch() {
  using Clock = Deadline::Clock;
  const auto end =
      task_.seconds
          ? begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(search_seconds()))
          : Clock::time_point::max() - std::chrono::hours(1);
  deadline_.emplace(task_.stop, end);
}

void Allowance::report(std::optional<double> best, std::string note) const {
  if (!task_.progress) return;
  double fraction = 0;
  if (task_.evaluations) {
    fraction = static_cast<double>(notebook_.spent()) / static_cast<double>(*task_.evaluations);
  }
  if (task_.seconds) {
    const double elapsed = std::chrono::duration<double>(Deadline::Clock::now() - begin_).count();
    fraction = std::max(fraction, elapsed / *task_.seconds);
  }
  task_.progress(
      {.spent = notebook_.spent(), .fraction = std::min(fraction, 1.0), .best = best, .note = std::move(note)});
}

}  // namespace syswright::optimize
