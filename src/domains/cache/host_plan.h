#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "domains/cache/features.h"
#include "policy/program.h"
#include "policy/statistic.h"

/// What a program needs the host to keep and to compute, worked out once, so that a run pays for nothing else.
namespace syswright::cache {

/// Where a candidate input is found. The first kinds are fields of a Resident, at `offset` bytes.
struct CandidateSource {
  enum class Kind : std::uint8_t {
    count,        ///< an unsigned 32-bit field
    count_short,  ///< an unsigned 16-bit field
    real,         ///< a float field
    since,        ///< requests from a Position field to now
    since_time,   ///< time from a double field to now
    ghost,
    accesses,
    frequency,
    statistic,  ///< `offset` doubles into the object's statistics; `index` into HostPlan::statistics
  };
  Kind kind = Kind::count;
  std::uint32_t offset = 0;
  std::uint32_t index = 0;
};

struct GlobalSource {
  enum class Kind : std::uint8_t { fact, statistic, percentile };
  Kind kind = Kind::fact;
  std::uint32_t offset = 0;  ///< of a statistic: doubles into the global state
  std::uint32_t index = 0;   ///< into the global facts, HostPlan::statistics or HostPlan::percentiles
};

/// The inputs of one question, in the order in which they are wanted.
struct InputPlan {
  std::vector<GlobalSource> globals;
  std::vector<CandidateSource> columns;
};

/// A percentile of a candidate quantity over the residents.
struct PercentilePlan {
  CandidateSource source;
  double parameter = 0.5;
};

struct HostPlan {
  /// Only what the program's rules read is kept.
  static HostPlan of(const policy::Program& program);
  /// For a Simulation, which shows every feature: all is kept, and the inputs of a question are in the order of
  /// SlotLayout.
  static HostPlan showing_all(const policy::Program& program);

  std::vector<policy::StatisticRuntime> statistics;  ///< of the program, in its order
  std::vector<PercentilePlan> percentiles;
  InputPlan evict;
  InputPlan admit;
  bool asks_evict = false;
  bool asks_admit = false;
  RankingMode mode = RankingMode::queue;

  bool history = false;    ///< keep a ghost list
  bool heat = false;       ///< keep the decayed counts
  bool frequency = false;  ///< keep the sketch

  /// One statistic that a signal feeds: its runtime and the place of its state.
  struct Observer {
    std::uint32_t statistic;
    std::uint32_t offset;
  };
  std::array<std::vector<Observer>, signal_count> observers;
  bool observes_requests = false;   ///< a signal of each request or of each access is read
  bool observes_evictions = false;  ///< a signal of evictions is read
  std::size_t global_state = 0;     ///< doubles
  std::size_t object_state = 0;     ///< doubles an object

 private:
  void place_statistics(const policy::Program& program);
  void plan_inputs(std::span<const policy::Input> inputs, std::size_t decision, const policy::Program& program);
  CandidateSource candidate_source(Fact fact, std::size_t element);

  std::vector<std::uint32_t> offsets_;        // of each statistic's state
  std::vector<std::uint32_t> percentile_of_;  // statistic to percentiles
};

}  // namespace syswright::cache
