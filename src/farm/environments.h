#pragma once

#include <barrier>
#include <exception>
#include <optional>
#include <thread>

#include "farm/environment.h"

/// Many environments stepped together, for learners that take batches.
namespace syswright {

/// Where a batch of environments writes: arrays of the caller's, borrowed for the call, an environment a row. Their
/// sizes are checked; what is empty is not written, but for the observation, the rewards and the ends.
struct EnvironmentBuffers {
  std::span<double> globals;        ///< [environments][globals]
  std::span<double> columns;        ///< [environments][candidates][columns]
  std::span<std::uint8_t> mask;     ///< [environments][candidates]
  std::span<double> rewards;        ///< [environments]; of a reset: 0
  std::span<std::uint8_t> ended;    ///< [environments] 1: the episode ended with this step; the next one has begun
  std::span<double> final_metrics;  ///< [environments][metrics] of the episode that ended last; may be empty
};

/// N environments in one process. Each begins its next episode in the step that ends one: the observation is then that
/// of the new episode, while reward and end belong to the old. The bytes are the same for any number of threads.
/// Cost of a spot step: docs/python.md has the figures (bench/environment_bench.cpp).
class Environments {
 public:
  /// threads: of which the caller's is one; at least 1. Throws InputError for no environments.
  Environments(std::shared_ptr<const EnvironmentPlan> plan, std::size_t count, unsigned threads = 1);
  ~Environments();
  Environments(const Environments&) = delete;
  Environments& operator=(const Environments&) = delete;

  /// Every environment begins the first episode of the seed: environment i draws by (seed, i).
  void reset(std::uint64_t seed, const EnvironmentBuffers& buffers);
  /// actions: [environments][EnvironmentSpace::action_width()]. Throws InputError for a wrong number of them.
  void step(std::span<const double> actions, const EnvironmentBuffers& buffers);
  /// The same for a space whose actions are indices: [environments].
  void step(std::span<const std::int64_t> actions, const EnvironmentBuffers& buffers);

  std::size_t size() const { return environments_.size(); }
  const EnvironmentPlan& plan() const { return *plan_; }
  const Environment& operator[](std::size_t i) const { return environments_[i]; }

 private:
  enum class Work { none, reset, step, step_indexed, quit };
  void check(const EnvironmentBuffers& buffers) const;
  void run(Work work);
  void run_part(unsigned part);
  void reset_one(std::size_t i);
  void step_one(std::size_t i, std::span<const double> action);
  ObservationView view(std::size_t i) const;

  std::shared_ptr<const EnvironmentPlan> plan_;
  std::vector<Environment> environments_;
  // What the threads are at.
  Work work_ = Work::none;
  EnvironmentBuffers buffers_;
  std::span<const double> numbers_;
  std::span<const std::int64_t> indices_;
  std::uint64_t seed_ = 0;
  std::vector<std::exception_ptr> failures_;  ///< by thread
  std::optional<std::barrier<>> meeting_;     ///< before and after a piece of work
  std::vector<std::jthread> workers_;
};

}  // namespace syswright
