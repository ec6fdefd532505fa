#include "domains/expert_placement/machine.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace syswright::expert_placement {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();

std::shared_ptr<const policy::Signature> make_signature() {
  const auto feature = [](std::string name, Scope scope, std::string doc, double low = 0, std::size_t length = 0) {
    return Feature{std::move(name), scope, ValueKind::number, number_dimension, length, low, infinite, std::move(doc)};
  };
  policy::Decision replicate;
  replicate.name = "replicate";
  replicate.doc = "which expert gets the next spare replica";
  replicate.features = {
      feature("spare", Scope::global, "spare replicas left, this one included"),
      feature("mean_gpu", Scope::global, "present load of a GPU on average"),
      feature("load", Scope::candidate, "load of the expert in the present step"),
      feature("history", Scope::candidate, "its load in the last steps, the present one first", 0, remembered),
      feature("replicas", Scope::candidate, "that it has", 0),
      feature("share", Scope::candidate, "load / replicas"),
      feature("trend", Scope::candidate, "load less its load in the step before", -infinite),
  };
  policy::Decision place;
  place.name = "place";
  place.doc = "which of the GPUs with a free slot takes the replica";
  place.features = {
      feature("left", Scope::global, "replicas left, this one included"),
      feature("mean_gpu", Scope::global, "present load of a GPU on average"),
      feature("share", Scope::global, "present load of the replica"),
      feature("share_before", Scope::global, "its load with the loads of the step before"),
      feature("replicas", Scope::global, "that its expert has"),
      feature("gpu_load", Scope::candidate, "present load of the replicas that the GPU holds"),
      feature("gpu_load_before", Scope::candidate, "the same with the loads of the step before"),
      feature("free", Scope::candidate, "slots that it has free"),
      feature("same", Scope::candidate, "replicas of the same expert that it holds"),
      feature("group_on_node", Scope::candidate, "replicas of the expert's group that its node holds"),
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "expert_placement";
  signature->decisions = {replicate, place};
  signature->signals = {
      {"replicated_share", Scope::global, number_dimension, 0, infinite,
       "at each spare replica: share of its expert before it was given"},
      {"placed_load", Scope::global, number_dimension, 0, infinite,
       "at each placement: load of the GPU, with the replica"},
  };
  return signature;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& expert_placement_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

Machine::Machine(const Instance& layer)
    : layer_(&layer),
      mean_(std::accumulate(layer.past[0].begin(), layer.past[0].end(), 0.0) / layer.cluster.gpus),
      replicas_(layer.cluster.experts, 1),
      held_(std::size_t{layer.cluster.gpus} * layer.cluster.experts),
      free_(layer.cluster.gpus, layer.cluster.slots),
      loads_(layer.cluster.gpus),
      before_(layer.cluster.gpus),
      groups_(std::size_t{layer.cluster.nodes} * layer.cluster.groups) {
  if (layer.cluster.extra() == 0) begin_placing();
}

bool Machine::next(Ask& ask, ProgramState& state) {
  const bool replicating = order_.empty();
  if (!news_.empty()) state.report(static_cast<std::size_t>(news_[0]), news_[1]);
  news_.clear();
  if (!replicating && placed_ == order_.size()) return false;
  ask.decision = replicating ? replicate_decision : place_decision;
  ask.event = spread_ + placed_;
  ask.take = 1;
  find_candidates();
  ask.candidates.assign(candidates_.begin(), candidates_.end());
  if (!state.reads_any(ask.decision)) return true;
  replicating ? fill_replicate(ask) : fill_place(ask);
  return true;
}

void Machine::find_candidates() {
  candidates_.clear();
  const Cluster& cluster = layer_->cluster;
  if (order_.empty()) {
    // More replicas than GPUs would gain nothing; where all have as many, slots are left over for any.
    for (std::uint32_t expert = 0; expert < cluster.experts; ++expert) {
      if (replicas_[expert] < cluster.gpus) candidates_.push_back(expert);
    }
    if (candidates_.empty()) {
      for (std::uint32_t expert = 0; expert < cluster.experts; ++expert) candidates_.push_back(expert);
    }
    return;
  }
  for (std::uint32_t gpu = 0; gpu < cluster.gpus; ++gpu) {
    if (free_[gpu] > 0) candidates_.push_back(gpu);
  }
}

void Machine::reply(const Reply& reply) {
  const std::uint32_t taken = candidates_[reply.taken[0]];
  if (order_.empty()) {
    news_ = {0, share(taken, layer_->past[0])};
    ++replicas_[taken];
    if (++spread_ == layer_->cluster.extra()) begin_placing();
    return;
  }
  const std::uint32_t one = expert();
  const Cluster& cluster = layer_->cluster;
  ++held_[taken * cluster.experts + one];
  --free_[taken];
  loads_[taken] += share(one, layer_->past[0]);
  before_[taken] += share(one, layer_->past[1]);
  ++groups_[cluster.node_of(taken) * cluster.groups + cluster.group_of(one)];
  news_ = {1, loads_[taken]};
  ++placed_;
}

void Machine::begin_placing() {
  for (std::uint32_t expert = 0; expert < layer_->cluster.experts; ++expert) {
    order_.insert(order_.end(), replicas_[expert], expert);
  }
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return share(a, layer_->past[0]) > share(b, layer_->past[0]);
  });
}

void Machine::default_answers(const Ask& ask, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i] = ask.decision == replicate_decision ? share(candidates_[i], layer_->past[0]) : -loads_[candidates_[i]];
  }
}

double Machine::idle_share(const Loads& loads) const {
  const Cluster& cluster = layer_->cluster;
  double largest = 0;
  double sum = 0;
  for (std::uint32_t gpu = 0; gpu < cluster.gpus; ++gpu) {
    double load = 0;
    for (std::uint32_t one = 0; one < cluster.experts; ++one) {
      if (const std::uint32_t count = held(one, gpu); count > 0) load += count * share(one, loads);
    }
    largest = std::max(largest, load);
    sum += load;
  }
  return largest == 0 ? 0 : 1 - sum / cluster.gpus / largest;
}

std::vector<double> Machine::metrics() const {
  const auto used = std::count_if(groups_.begin(), groups_.end(), [](std::uint32_t count) { return count > 0; });
  return {idle_share(layer_->next), idle_share(layer_->past[0]), static_cast<double>(used) / layer_->cluster.groups};
}

void Machine::fill_replicate(Ask& ask) const {
  ask.globals = {static_cast<double>(layer_->cluster.extra() - spread_), mean_};
  const std::size_t count = candidates_.size();
  ask.columns.resize((4 + remembered) * count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t one = candidates_[i];
    const auto put = [&](std::size_t column, double value) { ask.columns[column * count + i] = value; };
    put(0, layer_->past[0][one]);
    for (std::size_t ago = 0; ago < remembered; ++ago) put(1 + ago, layer_->past[ago][one]);
    put(1 + remembered, replicas_[one]);
    put(2 + remembered, share(one, layer_->past[0]));
    put(3 + remembered, layer_->past[0][one] - layer_->past[1][one]);
  }
}

void Machine::fill_place(Ask& ask) const {
  const std::uint32_t one = expert();
  const Cluster& cluster = layer_->cluster;
  ask.globals = {static_cast<double>(order_.size() - placed_), mean_, share(one, layer_->past[0]),
                 share(one, layer_->past[1]), static_cast<double>(replicas_[one])};
  const std::size_t count = candidates_.size();
  ask.columns.resize(5 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t gpu = candidates_[i];
    const auto put = [&](std::size_t column, double value) { ask.columns[column * count + i] = value; };
    put(0, loads_[gpu]);
    put(1, before_[gpu]);
    put(2, free_[gpu]);
    put(3, held(one, gpu));
    put(4, groups_[cluster.node_of(gpu) * cluster.groups + cluster.group_of(one)]);
  }
}

}  // namespace syswright::expert_placement
