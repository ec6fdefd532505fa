#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "domain/simulation.h"
#include "domains/cache/host_contents.h"
#include "domains/cache/lazy_queue.h"
#include "domains/cache/replay.h"
#include "domains/cache/sampled_ranking.h"
#include "domains/cache/scenario.h"

namespace syswright::cache {

/// A cache that stops at every question. In `sample` mode an `evict` question has 64 candidates and is asked at each
/// eviction; in `queue` mode it has one, the object touched, and is asked at each touch. `admit` is asked at each miss
/// that fits. A decision that the program leaves open is not asked. Copying it forks it: O(objects + capacity).
class CacheSimulation : public Simulation {
 public:
  CacheSimulation(std::shared_ptr<const ScenarioSetup> setup, const policy::ProgramPtr& program);
  CacheSimulation(const CacheSimulation& other);

  const Question* next() override;
  /// Throws InputError for an answer that no question waits for, or for a wrong number of them. An `admit` answer that
  /// is neither 0 nor 1, or a score that is not finite, fails the run.
  void answer(std::span<const double> answers) override;
  std::unique_ptr<Simulation> fork() const override;
  void log_to(DecisionLog* log) override { log_ = log; }
  Evaluation result() const override;

 private:
  enum class Stage { arrival, making_room, admission, eviction, score };

  void step();
  void arrive();
  void make_room();
  void take_in();
  void rescore(Slot slot, Reply reply);
  void leave(Slot victim);
  void finish(Reply reply);
  void fail(std::string why);
  void log(std::uint32_t decision, Object subject, double answer);

  void ask_admit();
  void ask_evict(std::span<const Slot> candidates, Stage stage);
  void ask(std::size_t decision, std::size_t candidates, Stage stage);

  std::shared_ptr<const ScenarioSetup> setup_;
  std::shared_ptr<const HostPlan> plan_;
  std::optional<Front> front_;  // nothing, where it is idle
  Contents contents_;
  SampledRanking ranking_;
  LazyQueue queue_;

  std::uint64_t request_;
  std::uint64_t block_ = 0;
  Stage stage_ = Stage::arrival;
  bool asking_ = false;
  Reply reply_ = Reply::hit;  // of the request whose object is being scored
  bool expired_ = false;      // the requested object is there, and too old
  Slot scored_ = 0;
  std::array<Slot, sample_size> candidates_{};
  std::size_t candidate_count_ = 0;

  Question question_;
  std::vector<std::uint64_t> keys_;
  std::vector<double> globals_;
  std::vector<double> columns_;

  ReplayResult counted_;
  std::string failure_;
  DecisionLog* log_ = nullptr;
};

}  // namespace syswright::cache
