#include "domains/transactions/machine.h"

#include <algorithm>
#include <array>

namespace syswright::transactions {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double ticks_high = static_cast<double>(most_ticks);
constexpr double batch_high = static_cast<double>(most_transactions);

Feature global(std::string name, double high, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::number, number_dimension, 0, 0, high, std::move(doc)};
}
Feature each(std::string name, double low, double high, std::string doc) {
  return {std::move(name), Scope::candidate, ValueKind::number, number_dimension, 0, low, high, std::move(doc)};
}

/// Candidate features, in the order of their columns.
enum Column : std::size_t {
  start,
  end,
  length,
  growth,
  reads,
  writes,
  pushed,
  push,
  largest_push,
  bound,
  conflicts,
  key_uses,
  busiest_key,
  columns
};
constexpr std::size_t globals = 3;

std::shared_ptr<const policy::Signature> make_signature() {
  policy::Decision next;
  next.name = "next";
  next.doc = "which of the transactions that are left is placed next";
  next.features = {
      global("makespan", ticks_high, "ticks: largest end of those placed"),
      global("placed", batch_high, "transactions placed"),
      global("left", batch_high, "transactions left, the candidates"),
      each("start", 1, ticks_high, "tick at which it would start now"),
      each("end", 1, ticks_high, "tick at which it would end"),
      each("length", 1, ticks_high, "ticks that it takes"),
      each("growth", 0, ticks_high, "ticks by which the makespan would grow"),
      each("reads", 0, ticks_high, "its reads"),
      each("writes", 0, ticks_high, "its writes"),
      each("pushed", 0, ticks_high, "ticks by which those placed delay it: start - 1"),
      each("push", 0, ticks_high, "ticks by which it would delay the others left, on average"),
      each("largest_push", 0, ticks_high, "the same of the one that it delays most"),
      each("bound", 1, ticks_high, "largest earliest end of any transaction, placed or left, once it is placed"),
      each("conflicts", 0, 1, "share of the others left that touch a key of its which one of the two writes"),
      each("key_uses", 0, batch_high, "transactions left that touch a key of its, on average over its keys"),
      each("busiest_key", 0, batch_high, "transactions left that write the key of its that most of them write"),
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "transactions";
  signature->decisions = {next};
  signature->signals = {
      {"grown", Scope::global, number_dimension, 0, ticks_high, "at each placing: ticks by which the makespan grew"},
      {"waited", Scope::global, number_dimension, 0, ticks_high,
       "at each placing: ticks by which its start was delayed"},
  };
  return signature;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& transactions_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

Machine::Machine(const Instance& instance)
    : instance_(&instance), placing_(*instance.separation, instance.transactions), keys_(instance.keys.size()) {
  for (std::uint32_t i = 0; i < instance.transactions.size(); ++i) {
    left_.push_back(i);
    for (const Operation& operation : instance.transactions[i].operations) {
      ++keys_[operation.key].uses;
      keys_[operation.key].writes += operation.write ? 1 : 0;
    }
  }
}

bool Machine::next(Ask& ask, ProgramState& state) {
  for (std::size_t signal = 0; signal < news_.size(); ++signal) state.report(signal, news_[signal]);
  news_.clear();
  if (left_.empty()) return false;
  ask.event = placing_.count();
  ask.decision = 0;
  ask.take = 1;
  ask.candidates.assign(left_.begin(), left_.end());
  if (!state.reads_any(0)) return true;
  fill_globals(ask.globals);
  ask.columns.resize(columns * left_.size());
  fill_columns(ask.columns, state);
  return true;
}

void Machine::reply(const Reply& reply) {
  const std::uint32_t taken = left_[reply.taken[0]];
  const std::int32_t waited = placing_.start(taken) - 1;
  longest_wait_ = std::max(longest_wait_, waited);
  news_ = {static_cast<double>(placing_.growth(taken)), static_cast<double>(waited)};
  placing_.place(taken);
  left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(reply.taken[0]));
  for (const Operation& operation : instance_->transactions[taken].operations) {
    --keys_[operation.key].uses;
    keys_[operation.key].writes -= operation.write ? 1 : 0;
  }
}

void Machine::default_answers(const Ask&, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -static_cast<double>(i);
}

std::vector<double> Machine::metrics() const {
  const double placed = std::max<double>(1, static_cast<double>(placing_.count()));
  return {static_cast<double>(placing_.makespan()), static_cast<double>(placing_.sum_of_ends()) / placed,
          static_cast<double>(longest_wait_)};
}

void Machine::fill_globals(std::vector<double>& values) const {
  values = {static_cast<double>(placing_.makespan()), static_cast<double>(placing_.count()),
            static_cast<double>(left_.size())};
}

void Machine::fill_columns(std::vector<double>& values, const ProgramState& state) const {
  const std::size_t count = left_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t candidate = left_[i];
    const Transaction& transaction = instance_->transactions[candidate];
    const auto put = [&](Column column, double value) { values[column * count + i] = value; };
    put(start, placing_.start(candidate));
    put(end, placing_.end(candidate));
    put(length, placing_.length(candidate));
    put(growth, placing_.growth(candidate));
    put(pushed, placing_.start(candidate) - 1);
    const auto written = std::count_if(transaction.operations.begin(), transaction.operations.end(),
                                       [](const Operation& operation) { return operation.write; });
    put(writes, static_cast<double>(written));
    put(reads, static_cast<double>(transaction.operations.size()) - static_cast<double>(written));
  }
  const auto reads_one = [&](std::initializer_list<Column> some) {
    return std::any_of(some.begin(), some.end(), [&](Column column) { return state.reads(0, globals + column); });
  };
  if (reads_one({push, largest_push, bound, conflicts})) fill_pushes(values, state);
  if (reads_one({key_uses, busiest_key})) fill_key_loads(values, state);
}

/// O(left^2): what a placing would do to each of the others.
void Machine::fill_pushes(std::vector<double>& values, const ProgramState& state) const {
  const std::size_t count = left_.size();
  const Separation& separation = placing_.separation();
  const bool counts_conflicts = state.reads(0, globals + conflicts);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t starts = placing_.start(left_[i]);
    const std::span<const std::int32_t> after = separation.after(left_[i]);
    std::int64_t sum = 0;
    std::int32_t largest = 0;
    std::int32_t last = std::max(placing_.makespan(), placing_.end(left_[i]));
    std::size_t in_conflict = 0;
    for (const std::uint32_t other : left_) {
      const std::int32_t before = placing_.start(other);
      const std::int32_t later = std::max(before, starts + after[other]);
      sum += later - before;
      largest = std::max(largest, later - before);
      last = std::max(last, later + placing_.length(other) - 1);
      if (counts_conflicts && other != left_[i]) in_conflict += separation.conflict(left_[i], other) ? 1 : 0;
    }
    const double others = std::max<double>(1, static_cast<double>(count) - 1);
    values[push * count + i] = static_cast<double>(sum) / others;
    values[largest_push * count + i] = largest;
    values[bound * count + i] = last;
    values[conflicts * count + i] = static_cast<double>(in_conflict) / others;
  }
}

void Machine::fill_key_loads(std::vector<double>& values, const ProgramState&) const {
  const std::size_t count = left_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Operation>& operations = instance_->transactions[left_[i]].operations;
    double uses = 0;
    std::uint32_t busiest = 0;
    for (const Operation& operation : operations) {
      uses += keys_[operation.key].uses;
      busiest = std::max(busiest, keys_[operation.key].writes);
    }
    values[key_uses * count + i] = uses / std::max<double>(1, static_cast<double>(operations.size()));
    values[busiest_key * count + i] = busiest;
  }
}

}  // namespace syswright::transactions
