#include "farm/environments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace syswright {
namespace {

void check_size(std::size_t given, std::size_t wanted, std::string_view what) {
  if (given == wanted) return;
  throw InputError(fmt::format("{} {}, where {} are needed", given, what, wanted));
}

}  // namespace

Environments::Environments(std::shared_ptr<const EnvironmentPlan> plan, std::size_t count, unsigned threads)
    : plan_(std::move(plan)) {
  if (count == 0) throw InputError("a vector of environments needs at least one");
  environments_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) environments_.emplace_back(plan_, i);
  const auto parts = static_cast<unsigned>(std::min<std::size_t>(std::max(threads, 1u), count));
  failures_.resize(parts);
  if (parts == 1) return;
  meeting_.emplace(parts);
  for (unsigned part = 1; part < parts; ++part) {
    workers_.emplace_back([this, part] {
      for (;;) {
        meeting_->arrive_and_wait();
        if (work_ == Work::quit) return;
        run_part(part);
        meeting_->arrive_and_wait();
      }
    });
  }
}

Environments::~Environments() {
  if (!meeting_) return;
  work_ = Work::quit;
  meeting_->arrive_and_wait();
}

void Environments::reset(std::uint64_t seed, const EnvironmentBuffers& buffers) {
  check(buffers);
  buffers_ = buffers;
  seed_ = seed;
  run(Work::reset);
}

void Environments::step(std::span<const double> actions, const EnvironmentBuffers& buffers) {
  check(buffers);
  check_size(actions.size(), size() * plan_->space().action_width(), "numbers as actions");
  buffers_ = buffers;
  numbers_ = actions;
  run(Work::step);
}

void Environments::step(std::span<const std::int64_t> actions, const EnvironmentBuffers& buffers) {
  check(buffers);
  if (!plan_->space().indexed()) throw InputError("actions are numbers here, not indices");
  check_size(actions.size(), size(), "indices as actions");
  buffers_ = buffers;
  indices_ = actions;
  run(Work::step_indexed);
}

void Environments::check(const EnvironmentBuffers& buffers) const {
  const EnvironmentSpace& space = plan_->space();
  check_size(buffers.globals.size(), size() * space.globals.size(), "places for global inputs");
  check_size(buffers.columns.size(), size() * space.candidates * space.columns.size(), "places for candidates");
  check_size(buffers.mask.size(), size() * space.candidates, "places for the mask");
  check_size(buffers.rewards.size(), size(), "places for rewards");
  check_size(buffers.ended.size(), size(), "places for ends");
  if (!buffers.final_metrics.empty()) {
    check_size(buffers.final_metrics.size(), size() * plan_->metrics().size(), "places for metrics");
  }
}

void Environments::run(Work work) {
  work_ = work;
  std::fill(failures_.begin(), failures_.end(), nullptr);
  if (meeting_) meeting_->arrive_and_wait();
  run_part(0);
  if (meeting_) meeting_->arrive_and_wait();
  for (const std::exception_ptr& failure : failures_) {
    if (failure) std::rethrow_exception(failure);
  }
}

void Environments::run_part(unsigned part) {
  const std::size_t parts = failures_.size();
  const std::size_t end = size() * (part + 1) / parts;
  const std::size_t width = plan_->space().action_width();
  try {
    for (std::size_t i = size() * part / parts; i < end; ++i) {
      if (work_ == Work::reset) {
        reset_one(i);
      } else if (work_ == Work::step) {
        step_one(i, numbers_.subspan(i * width, width));
      } else {
        const auto index = static_cast<double>(indices_[i]);
        step_one(i, {&index, 1});
      }
    }
  } catch (...) {
    failures_[part] = std::current_exception();
  }
}

void Environments::reset_one(std::size_t i) {
  environments_[i].reset(seed_, view(i));
  buffers_.rewards[i] = 0;
  buffers_.ended[i] = 0;
}

void Environments::step_one(std::size_t i, std::span<const double> action) {
  Environment& environment = environments_[i];
  const ObservationView shown = view(i);
  const Environment::Step step = environment.step(action, shown);
  buffers_.rewards[i] = step.reward;
  buffers_.ended[i] = step.ended;
  if (!step.ended) return;
  if (!buffers_.final_metrics.empty()) {
    const std::vector<double>& metrics = environment.result().metrics;
    const std::size_t width = plan_->metrics().size();
    std::copy_n(metrics.begin(), std::min(width, metrics.size()),
                buffers_.final_metrics.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  environment.reset(shown);
}

ObservationView Environments::view(std::size_t i) const {
  const EnvironmentSpace& space = plan_->space();
  const std::size_t globals = space.globals.size();
  const std::size_t cells = space.candidates * space.columns.size();
  return {buffers_.globals.subspan(i * globals, globals), buffers_.columns.subspan(i * cells, cells),
          buffers_.mask.subspan(i * space.candidates, space.candidates)};
}

}  // namespace syswright
