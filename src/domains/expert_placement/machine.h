#pragma once

#include <span>
#include <vector>

#include "domain/stepping.h"
#include "domains/expert_placement/layer.h"

namespace syswright::expert_placement {

enum Decision : std::size_t { replicate_decision, place_decision };

/// Two decisions: which expert gets the next spare replica, and which GPU takes a replica.
const std::shared_ptr<const policy::Signature>& expert_placement_signature();

/// The mechanism: first asks for each spare replica which expert gets it (at most one replica a GPU), then goes through
/// all replicas, those with the largest share of present load first, of equals by expert, and asks for a GPU among
/// those with a free slot. Replicas of an expert share its load evenly. One event a question.
class Machine {
 public:
  /// The instance outlives the machine.
  explicit Machine(const Instance& layer);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// The expert with the largest share; the GPU with the least present load.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// idle_share, idle_share_now and group_spread of what is placed so far.
  std::vector<double> metrics() const;

  const Instance& layer() const { return *layer_; }
  std::uint32_t replicas(std::uint32_t expert) const { return replicas_[expert]; }
  /// Of the expert, on the GPU.
  std::uint32_t held(std::uint32_t expert, std::uint32_t gpu) const {
    return held_[gpu * layer_->cluster.experts + expert];
  }
  /// The expert whose replica is placed.
  std::uint32_t expert() const { return order_[placed_]; }
  double load(std::uint32_t gpu) const { return loads_[gpu]; }

 private:
  double share(std::uint32_t expert, const Loads& loads) const { return loads[expert] / replicas_[expert]; }
  void begin_placing();
  void find_candidates();
  void fill_replicate(Ask& ask) const;
  void fill_place(Ask& ask) const;
  double idle_share(const Loads& loads) const;

  const Instance* layer_;
  double mean_;  ///< present load of a GPU on average
  std::vector<std::uint32_t> replicas_;
  std::uint32_t spread_ = 0;          ///< spare replicas given out
  std::vector<std::uint32_t> order_;  ///< expert of each replica, in the order of placing; empty before
  std::uint32_t placed_ = 0;
  std::vector<std::uint32_t> candidates_;
  std::vector<std::uint8_t> held_;  ///< [gpus][experts]
  std::vector<std::uint32_t> free_;
  std::vector<double> loads_;          ///< present load of each GPU
  std::vector<double> before_;         ///< the same with the loads of the step before
  std::vector<std::uint32_t> groups_;  ///< [nodes][groups]: replicas there
  std::vector<double> news_;
};

}  // namespace syswright::expert_placement
