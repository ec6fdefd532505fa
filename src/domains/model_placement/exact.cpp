#include "domains/model_placement/exact.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>

namespace syswright::model_placement {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double precision = 1e-9;

/// Can the models be placed so that no GPU has more than a pressure? One question; nodes are counted over all.
class Packing {
 public:
  Packing(const Instance& fleet, double threshold, std::uint64_t& nodes, std::stop_token stop)
      : bins_(fleet.gpus),
        // Rounding must not lose a packing that fills a bin to the brim; one that passes it is found out afterwards.
        capacity_(threshold * fleet.capacity * (1 + 1e-13)),
        nodes_(nodes),
        stop_(std::move(stop)),
        bin_of_(fleet.models.size()) {
    std::vector<std::uint32_t> order(fleet.models.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto size = [&](std::uint32_t i) { return fleet.models[i].demand + threshold * fleet.models[i].size; };
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return size(a) > size(b); });
    for (const std::uint32_t i : order) {
      models_.push_back(i);
      items_.push_back(size(i));
      memory_.push_back(fleet.models[i].size);
    }
    room_ = fleet.capacity - least_free;
    used_.resize(items_.size());
    slack_ = static_cast<double>(bins_) * capacity_ - std::accumulate(items_.begin(), items_.end(), 0.0);
  }

  enum class Answer { yes, no, unknown };
  Answer answer() {
    if (slack_ < 0) return Answer::no;
    // In the last bin the room lost is the slack to the last digit: rounding must not decide.
    if (fill(0, slack_ + 1e-9 * capacity_)) return Answer::yes;
    return exhausted_ ? Answer::unknown : Answer::no;
  }
  Placement placement() const {
    Placement placement(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) placement[models_[i]] = bin_of_[i];
    return placement;
  }

 private:
  /// Fills bins from `bin` on with all that is left; `slack` is the room that may still be lost.
  bool fill(std::uint32_t bin, double slack) {
    const auto first = static_cast<std::size_t>(std::find(used_.begin(), used_.end(), false) - used_.begin());
    if (first == items_.size()) return true;
    if (bin == bins_) return false;
    if (known_to_fail(bin)) return false;
    double rest = 0;
    for (std::size_t i = first; i < items_.size(); ++i) rest += used_[i] ? 0 : items_[i];
    if (memory_[first] <= room_ && items_[first] <= capacity_) {
      put(first, bin);
      const bool done = complete(bin, first + 1, items_[first], memory_[first], rest - items_[first], slack);
      if (done) return true;
      used_[first] = false;
    }
    if (!exhausted_) remember_failure(bin);
    return false;
  }

  /// Adds items from `at` on to the bin, larger ones first, then goes on to the next bin. rest: sum of what is left
  /// from `at` on (and before, if skipped: an upper limit of what can still be added).
  bool complete(std::uint32_t bin, std::size_t at, double sum, double memory, double rest, double slack) {
    if (exhausted_) return false;
    if (sum + rest < capacity_ - slack) return false;
    for (; at < items_.size(); ++at) {
      if (used_[at]) continue;
      rest -= items_[at];
      if (sum + items_[at] > capacity_ || memory + memory_[at] > room_) continue;
      put(at, bin);
      if (complete(bin, at + 1, sum + items_[at], memory + memory_[at], rest, slack)) return true;
      used_[at] = false;
      if (exhausted_) return false;
      // An equal item in its place leads to the same packings.
      while (at + 1 < items_.size() && !used_[at + 1] && items_[at + 1] == items_[at] &&
             memory_[at + 1] == memory_[at]) {
        ++at;
        rest -= items_[at];
      }
      if (sum + rest < capacity_ - slack) return false;
    }
    const double lost = capacity_ - sum;
    if (lost > slack) return false;
    exhausted_ = !spend_node();
    if (exhausted_) return false;
    return fill(bin + 1, slack - lost);
  }

  /// False once all nodes are spent.
  bool spend_node() {
    if (nodes_ == 0 || (nodes_ % 1024 == 0 && stop_.stop_requested())) return false;
    --nodes_;
    return true;
  }

  void put(std::size_t item, std::uint32_t bin) {
    used_[item] = true;
    bin_of_[item] = bin;
  }
  std::uint64_t left() const {
    std::uint64_t set = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) set |= static_cast<std::uint64_t>(used_[i] ? 0 : 1) << i;
    return set;
  }

  /// What does not go into the bins from one on does not go into fewer.
  bool known_to_fail(std::uint32_t bin) const {
    if (items_.size() > 64) return false;
    const auto found = failed_.find(left());
    return found != failed_.end() && found->second <= bin;
  }
  void remember_failure(std::uint32_t bin) {
    if (items_.size() > 64 || failed_.size() >= most_failed) return;
    const auto [at, added] = failed_.try_emplace(left(), bin);
    if (!added) at->second = std::min(at->second, bin);
  }

  static constexpr std::size_t most_failed = 1 << 20;
  std::uint64_t bins_;
  double capacity_;
  double room_ = 0;
  double slack_ = 0;
  std::uint64_t& nodes_;  ///< that may still be spent
  std::stop_token stop_;
  std::vector<std::uint32_t> models_;  ///< of each item
  std::vector<double> items_;          ///< largest first
  std::vector<double> memory_;
  std::vector<bool> used_;
  std::vector<std::uint32_t> bin_of_;
  /// By set of items left: the first bin from which on they do not fit. Only looked up.
  std::unordered_map<std::uint64_t, std::uint32_t> failed_;
  bool exhausted_ = false;
};

double simple_bound(const Instance& fleet) {
  const double free = static_cast<double>(fleet.gpus) * fleet.capacity - fleet.total_size();
  double bound = free <= 0 ? infinite : fleet.total_demand() / free;
  for (const Model& model : fleet.models) {
    bound = std::max(bound, pressure(model.demand, model.size, fleet.capacity));
  }
  return bound;
}

}  // namespace

double largest_pressure(const Instance& fleet, const Placement& placement) {
  std::vector<double> size(fleet.gpus);
  std::vector<double> demand(fleet.gpus);
  for (std::size_t i = 0; i < placement.size(); ++i) {
    size[placement[i]] += fleet.models[i].size;
    demand[placement[i]] += fleet.models[i].demand;
  }
  double largest = 0;
  for (std::size_t gpu = 0; gpu < fleet.gpus; ++gpu) {
    largest = std::max(largest, pressure(demand[gpu], size[gpu], fleet.capacity));
  }
  return largest;
}

std::vector<std::uint32_t> by_demand(const Instance& fleet) {
  std::vector<std::uint32_t> order(fleet.models.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return fleet.models[a].demand > fleet.models[b].demand; });
  return order;
}

Placement place_greedily(const Instance& fleet, const std::vector<std::uint32_t>& order, Greedy greedy) {
  std::vector<double> size(fleet.gpus);
  std::vector<double> demand(fleet.gpus);
  Placement placement(fleet.models.size());
  for (const std::uint32_t one : order) {
    const Model& model = fleet.models[one];
    std::size_t best = fleet.gpus;
    double least = infinite;
    for (std::size_t gpu = 0; gpu < fleet.gpus; ++gpu) {
      const double with = pressure(demand[gpu] + model.demand, size[gpu] + model.size, fleet.capacity);
      if (with == infinite) continue;
      const double score = greedy == Greedy::after ? with : pressure(demand[gpu], size[gpu], fleet.capacity);
      if (score >= least) continue;
      best = gpu;
      least = score;
    }
    if (best == fleet.gpus) return {};
    placement[one] = static_cast<std::uint32_t>(best);
    size[best] += model.size;
    demand[best] += model.demand;
  }
  return placement;
}

ExactResult place_exactly(const Instance& fleet, const ExactOptions& options) {
  ExactResult result{{}, infinite, simple_bound(fleet), false};
  for (const Greedy greedy : {Greedy::before, Greedy::after}) {
    Placement placement = place_greedily(fleet, by_demand(fleet), greedy);
    if (placement.empty()) continue;
    const double found = largest_pressure(fleet, placement);
    if (found < result.pressure) result = {std::move(placement), found, result.bound, false};
  }
  std::uint64_t nodes = options.nodes;
  // Without a placement yet: any that fits keeps this threshold.
  double known = result.placement.empty() ? unplaced_pressure(fleet) : result.pressure;
  const auto settled = [&] { return result.bound >= known * (1 - precision); };
  while (!settled() && !options.stop.stop_requested()) {
    const double middle = (result.bound + known) / 2;
    const double threshold = known - result.bound < 1e-4 * known ? known * (1 - precision / 2) : middle;
    Packing packing(fleet, threshold, nodes, options.stop);
    const Packing::Answer answer = packing.answer();
    if (answer == Packing::Answer::unknown) break;
    if (answer == Packing::Answer::no) {
      result.bound = threshold;
      continue;
    }
    Placement placement = packing.placement();
    const double found = largest_pressure(fleet, placement);
    if (found >= known) {
      // Rounding alone made it fit: what is known is the best.
      result.bound = std::max(result.bound, known * (1 - precision));
      break;
    }
    known = result.pressure = found;
    result.placement = std::move(placement);
  }
  result.proved = !result.placement.empty() && settled();
  return result;
}

}  // namespace syswright::model_placement
