#include "domains/model_placement/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace syswright::model_placement {
namespace {

class Auditor {
 public:
  Auditor(const Instance& fleet, Violations& violations)
      : fleet_(fleet), violations_(violations), state_(fleet.models.size(), State::left) {}

  void read(std::span<const DecisionLog::Record> records) {
    for (const DecisionLog::Record& record : records) {
      if (record.decision == 0) {
        give_up();
        choose(record);
      } else if (record.decision == 1) {
        place(record);
      } else {
        object(fmt::format("there is no decision {}", record.decision));
      }
    }
    give_up();
    const auto left = std::count(state_.begin(), state_.end(), State::left);
    if (left > 0) object(fmt::format("{} of {} models are never placed", left, state_.size()));
  }

  std::vector<double> metrics() const {
    double worst = 0;
    double total = 0;
    for (const auto& [gpu, held] : held_) {
      const double ratio = held.demand / (fleet_.capacity - held.memory);
      worst = std::max(worst, ratio);
      total += ratio;
    }
    const auto given_up = static_cast<double>(std::count(state_.begin(), state_.end(), State::given_up));
    if (given_up > 0) {
      double demand = 0;
      for (const Model& model : fleet_.models) demand += model.demand;
      return {given_up * (demand / 0.001), given_up, 1};
    }
    return {worst, 0, worst == 0 ? 0 : 1 - total / static_cast<double>(fleet_.gpus) / worst};
  }

 private:
  enum class State { left, placed, given_up };
  struct Held {
    double memory = 0;
    double demand = 0;
  };

  void object(const std::string& what) { violations_.add(fleet_.name + ": " + what); }

  void choose(const DecisionLog::Record& record) {
    if (record.event != chosen_++) object(fmt::format("the choice of model {} is out of its order", record.subject));
    if (record.subject >= state_.size()) return object(fmt::format("there is no model {}", record.subject));
    if (state_[record.subject] != State::left) {
      return object(fmt::format("model {} is placed a second time", record.subject));
    }
    model_ = record.subject;
  }

  void place(const DecisionLog::Record& record) {
    if (!model_) return object(fmt::format("GPU {} takes no model", record.subject));
    const std::uint64_t model = *model_;
    model_.reset();
    state_[model] = State::placed;
    if (record.subject >= fleet_.gpus) {
      object(fmt::format("model {} lies on GPU {}, and there are {} GPUs", model, record.subject, fleet_.gpus));
    }
    Held& held = held_[record.subject];
    held.memory += fleet_.models[model].size;
    held.demand += fleet_.models[model].demand;
    if (held.memory > fleet_.capacity - 0.001 + 1e-9) {
      object(fmt::format("GPU {} holds {} GB, and has {}, of which some must be free", record.subject, held.memory,
                         fleet_.capacity));
    }
  }

  /// A model was chosen, and no GPU took it.
  void give_up() {
    if (!model_) return;
    const std::uint64_t model = *model_;
    model_.reset();
    state_[model] = State::given_up;
    for (std::uint64_t gpu = 0; gpu < fleet_.gpus; ++gpu) {
      if (held_[gpu].memory + fleet_.models[model].size <= fleet_.capacity - 0.001 - 1e-9) {
        return object(fmt::format("model {} is given up, and GPU {} has room for it", model, gpu));
      }
    }
  }

  const Instance& fleet_;
  Violations& violations_;
  std::vector<State> state_;
  std::map<std::uint64_t, Held> held_;
  std::optional<std::uint64_t> model_;  ///< chosen, not yet placed
  std::uint64_t chosen_ = 0;
};

}  // namespace

std::vector<double> audit_placement(const Instance& fleet, std::span<const DecisionLog::Record> records,
                                    Violations& violations) {
  Auditor auditor(fleet, violations);
  auditor.read(records);
  return auditor.metrics();
}

}  // namespace syswright::model_placement
