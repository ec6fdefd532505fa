#include "domains/model_placement/machine.h"

#include <algorithm>
#include <limits>

namespace syswright::model_placement {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double gb = 1e9;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Dimension per_byte{0, -1, 0};

Feature feature(std::string name, Scope scope, Dimension dimension, double high, std::string doc) {
  return {std::move(name), scope, ValueKind::number, dimension, 0, 0, high, std::move(doc)};
}

std::shared_ptr<const policy::Signature> make_signature() {
  const auto global = [](std::string name, Dimension dimension, std::string doc) {
    return feature(std::move(name), Scope::global, dimension, infinite, std::move(doc));
  };
  const auto each = [](std::string name, Dimension dimension, std::string doc) {
    return feature(std::move(name), Scope::candidate, dimension, infinite, std::move(doc));
  };
  policy::Decision next;
  next.name = "next";
  next.doc = "which model is placed next";
  next.features = {
      global("level", per_byte, "all demand over all memory that all models leave: what an even spread would reach"),
      global("left", number_dimension, "models left, the candidates"),
      each("demand", number_dimension, "requests a second over the service-level objective"),
      each("size", bytes_dimension, "memory that it needs"),
      each("weight", number_dimension, "its size in a bin packing at the even level: demand + level * size"),
      each("room", number_dimension, "GPUs that have room for it"),
  };
  policy::Decision gpu;
  gpu.name = "gpu";
  gpu.doc = "which of the GPUs that have room takes the model";
  gpu.features = {
      global("level", per_byte, "all demand over all memory that all models leave"),
      global("left", number_dimension, "models left, this one not counted"),
      global("demand", number_dimension, "of the model"),
      global("size", bytes_dimension, "of the model"),
      global("largest", per_byte, "pressure of the GPU that is pressed most, now"),
      each("load", number_dimension, "demand of the models that it holds"),
      each("free", bytes_dimension, "memory that it has left"),
      each("models", number_dimension, "models that it holds"),
      each("pressure", per_byte, "load / free"),
      each("pressure_after", per_byte, "the same with the model"),
      {"slack", Scope::candidate, ValueKind::number, number_dimension, 0, -infinite, infinite,
       "with the model: level * free - load, what could be added at the even level"},
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "model_placement";
  signature->decisions = {next, gpu};
  signature->signals = {
      {"placed_demand", Scope::global, number_dimension, 0, infinite, "at each placement: demand of the model"},
      {"placed_size", Scope::global, bytes_dimension, 0, infinite, "at each placement: memory of the model"},
  };
  return signature;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& model_placement_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

Machine::Machine(const Instance& fleet) : fleet_(&fleet), gpus_(fleet.gpus) {
  const double free = static_cast<double>(fleet.gpus) * fleet.capacity - fleet.total_size();
  level_ = fleet.total_demand() / std::max(free, least_free);
  for (std::uint32_t i = 0; i < fleet.models.size(); ++i) left_.push_back(i);
}

bool Machine::next(Ask& ask, ProgramState& state) {
  for (std::size_t signal = 0; signal < news_.size(); ++signal) state.report(signal, news_[signal]);
  news_.clear();
  if (stage_ == next_decision && left_.empty()) return false;
  ask.decision = stage_;
  ask.event = placed_;
  ask.take = 1;
  const auto& candidates = stage_ == next_decision ? left_ : room_;
  ask.candidates.assign(candidates.begin(), candidates.end());
  if (!state.reads_any(stage_)) return true;
  stage_ == next_decision ? fill_next(ask) : fill_gpu(ask);
  return true;
}

void Machine::reply(const Reply& reply) {
  if (stage_ == next_decision) {
    model_ = left_[reply.taken[0]];
    left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(reply.taken[0]));
    find_room();
    if (!room_.empty()) {
      stage_ = gpu_decision;
      return;
    }
    ++unplaced_;
  } else {
    const Model& model = fleet_->models[model_];
    Gpu& gpu = gpus_[room_[reply.taken[0]]];
    gpu.size += model.size;
    gpu.demand += model.demand;
    ++gpu.models;
    news_ = {model.demand, model.size * gb};
    stage_ = next_decision;
  }
  ++placed_;
}

void Machine::find_room() {
  room_.clear();
  for (std::uint32_t i = 0; i < gpus_.size(); ++i) {
    if (fleet_->capacity - (gpus_[i].size + fleet_->models[model_].size) >= least_free) room_.push_back(i);
  }
}

void Machine::default_answers(const Ask& ask, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (ask.decision == next_decision) {
      answers[i] = fleet_->models[left_[i]].demand;
    } else {
      const Gpu& gpu = gpus_[room_[i]];
      answers[i] = -pressure(gpu.demand, gpu.size, fleet_->capacity);
    }
  }
}

std::vector<double> Machine::metrics() const {
  double largest = 0;
  double sum = 0;
  for (const Gpu& gpu : gpus_) {
    const double one = pressure(gpu.demand, gpu.size, fleet_->capacity);
    largest = std::max(largest, one);
    sum += one;
  }
  const double unevenness = largest == 0 ? 0 : 1 - sum / static_cast<double>(gpus_.size()) / largest;
  if (unplaced_ > 0)
    return {static_cast<double>(unplaced_) * unplaced_pressure(*fleet_), static_cast<double>(unplaced_), 1};
  return {largest, 0, unevenness};
}

void Machine::fill_next(Ask& ask) const {
  ask.globals = {level_ / gb, static_cast<double>(left_.size())};
  const std::size_t count = left_.size();
  ask.columns.resize(4 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const Model& model = fleet_->models[left_[i]];
    ask.columns[i] = model.demand;
    ask.columns[count + i] = model.size * gb;
    ask.columns[2 * count + i] = model.demand + level_ * model.size;
    const auto room = std::count_if(gpus_.begin(), gpus_.end(), [&](const Gpu& gpu) {
      return fleet_->capacity - (gpu.size + model.size) >= least_free;
    });
    ask.columns[3 * count + i] = static_cast<double>(room);
  }
}

void Machine::fill_gpu(Ask& ask) const {
  const Model& model = fleet_->models[model_];
  double largest = 0;
  for (const Gpu& gpu : gpus_) largest = std::max(largest, pressure(gpu.demand, gpu.size, fleet_->capacity));
  ask.globals = {level_ / gb, static_cast<double>(left_.size()), model.demand, model.size * gb, largest / gb};
  const std::size_t count = room_.size();
  ask.columns.resize(6 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const Gpu& gpu = gpus_[room_[i]];
    const double free = fleet_->capacity - gpu.size;
    const double load = gpu.demand + model.demand;
    const auto put = [&](std::size_t column, double value) { ask.columns[column * count + i] = value; };
    put(0, gpu.demand);
    put(1, free * gb);
    put(2, gpu.models);
    put(3, pressure(gpu.demand, gpu.size, fleet_->capacity) / gb);
    put(4, pressure(load, gpu.size + model.size, fleet_->capacity) / gb);
    put(5, level_ * (free - model.size) - load);
  }
}

}  // namespace syswright::model_placement
