#pragma once

#include <span>
#include <vector>

#include "domain/stepping.h"
#include "domains/model_placement/fleet.h"

namespace syswright::model_placement {

enum Decision : std::size_t { next_decision, gpu_decision };

/// Two decisions: which model is placed next, and which GPU takes it.
const std::shared_ptr<const policy::Signature>& model_placement_signature();

/// What a GPU holds.
struct Gpu {
  double size = 0;
  double demand = 0;
  std::uint32_t models = 0;
};

/// The mechanism: for each place in the order it asks for a model, then for a GPU among those with room. A model that
/// no GPU has room for stays unplaced, and no GPU is asked for. One event a model.
class Machine {
 public:
  /// The fleet outlives the machine.
  explicit Machine(const Instance& fleet);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// The model with the largest demand; the GPU that is pressed least before it comes.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// largest_pressure, unplaced and unevenness of what is placed so far.
  std::vector<double> metrics() const;

  const Instance& fleet() const { return *fleet_; }
  std::span<const Gpu> gpus() const { return gpus_; }
  /// The model that a GPU is asked for.
  std::uint32_t model() const { return model_; }

 private:
  void find_room();
  void fill_next(Ask& ask) const;
  void fill_gpu(Ask& ask) const;

  const Instance* fleet_;
  double level_;  ///< pressure if everything were spread evenly
  std::vector<Gpu> gpus_;
  std::vector<std::uint32_t> left_;
  std::uint64_t placed_ = 0;  ///< models that were chosen so far, placed or not
  std::uint64_t unplaced_ = 0;
  std::size_t stage_ = next_decision;
  std::uint32_t model_ = 0;
  std::vector<std::uint32_t> room_;  ///< GPUs that have room for model_
  std::vector<double> news_;
};

}  // namespace syswright::model_placement
