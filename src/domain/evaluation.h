#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace syswright {

/// A part of a scenario over which two policies can be compared in pairs: both meet the same block. The objective of
/// the scenario is sum(cost) / sum(weight).
struct Block {
  double cost = 0;
  double weight = 0;
  friend bool operator==(const Block&, const Block&) = default;
};

/// What came of running one policy on one scenario. A pure function of both.
struct Evaluation {
  enum class Status {
    ok,
    failed,     ///< the policy gave no usable answer, or broke a limit; its metrics are the worst, never absent
    cancelled,  ///< not run to the end because a stop was asked for; says nothing of the policy
  };
  Status status = Status::ok;
  std::string failure;                                  ///< why, where status is failed
  std::vector<double> metrics;                          ///< in the order of Domain::metrics()
  std::vector<Block> blocks;                            ///< of the objective
  std::vector<std::pair<std::string, double>> details;  ///< side information: named numbers for people and designers
  std::uint64_t events = 0;                             ///< simulated, for the cost per event

  double objective() const { return metrics.empty() ? 0 : metrics.front(); }
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

/// A value that no policy (provable), or none that is known, can beat.
struct Bound {
  std::string name;
  std::size_t metric = 0;  ///< into Domain::metrics()
  double value = 0;
  bool provable = false;  ///< false: a reference, such as a clairvoyant heuristic, that a policy might beat
  std::string doc;        ///< what it assumes; where it comes from
};

/// Every decision that was taken in a run, as an auditor needs it.
struct DecisionLog {
  struct Record {
    std::uint64_t event = 0;     ///< index of the workload's event at which it was taken
    std::uint32_t decision = 0;  ///< into Signature::decisions
    std::uint64_t subject = 0;   ///< what it was taken about, as the raw workload names it (an object's key, a region)
    double answer = 0;           ///< the value, or 1 for a candidate that was taken
    friend bool operator==(const Record&, const Record&) = default;
  };
  std::vector<Record> records;
};

/// An auditor's recomputation from the raw workload and a decision log.
struct Audit {
  std::vector<double> metrics;          ///< in the order of Domain::metrics(); NaN where the auditor cannot know one
  std::vector<std::string> violations;  ///< rules of the system that the decisions break; empty on an honest run
};

}  // namespace syswright
