#include "domains/bin_packing/machine.h"

#include <algorithm>
#include <limits>

namespace syswright::bin_packing {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();

constexpr std::size_t globals = 3;
enum Global : std::size_t { size_slot, capacity_slot, mean_size_slot };
/// Columns stand in this order; features of candidates follow the global ones.
enum Column : std::size_t {
  room_column,
  after_column,
  alike_column,
  alike_after_column,
  fresh_column,
  fit_column,
  match_column,
  columns
};

std::shared_ptr<const policy::Signature> make_signature() {
  const auto global = [](std::string name, double low, std::string doc) {
    return Feature{std::move(name), Scope::global, ValueKind::number, number_dimension, 0, low,
                   infinite,        std::move(doc)};
  };
  const auto each = [](std::string name, double high, std::string doc) {
    return Feature{std::move(name), Scope::candidate, ValueKind::number, number_dimension, 0, 0, high, std::move(doc)};
  };
  // Nothing counts items, bins or their room in total: where instances are of one length, that would tell how far the
  // end is, and the best rule would be to open in time the bins that one of this length needs.
  policy::Decision place;
  place.name = "place";
  place.doc = "which bin takes the item: of the open ones with room, or a new one";
  place.features = {
      global("size", 0, "of the item"),
      global("capacity", 0, "of a bin"),
      global("mean_size", 0, "of the items so far, this one too"),
      each("room", infinite, "that the bin has now"),
      each("room_after", infinite, "that it would have left"),
      each("alike", infinite, "open bins with the same room, this one too; 0 for a new bin"),
      each("alike_after", infinite, "open bins that have now what this one would have left; 0 where it would be full"),
      {"fresh", Scope::candidate, ValueKind::boolean, number_dimension, 0, 0, 1, "whether it is a new bin"},
      each("fit", 1, "share of the items so far, this one too, that what is left would have room for"),
      each("match", 1, "share of the items so far, this one too, that would fill it exactly"),
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "bin_packing";
  signature->decisions = {place};
  signature->signals = {
      {"arrived_size", Scope::global, number_dimension, 0, infinite, "when an item comes, before it is asked about"},
      {"left_room", Scope::global, number_dimension, 0, infinite,
       "when the next item comes: room of the bin that took the last one"},
  };
  return signature;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& bin_packing_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

Machine::Machine(const Instance& instance)
    : instance_(&instance),
      alike_(instance.capacity + 1),
      seen_(instance.capacity + 1),
      newest_(instance.capacity + 1) {
  offered_.reserve(256);
  rooms_offered_.reserve(256);
}

bool Machine::next(Ask& ask, ProgramState& state) {
  if (placed_ == instance_->sizes.size()) return false;
  kinds_ = state.program() != nullptr;
  const double steps = instance_->steps;
  if (kinds_ && !state.program()->statistics().empty()) {
    if (placed_ > 0) state.report(1, room_[offered_[0]] / steps);
    state.report(0, size() / steps);
  }
  ++seen_[size()];
  kinds_ ? offer_kinds() : offer_bins();
  offered_.push_back(static_cast<std::uint32_t>(room_.size()));
  if (kinds_) rooms_offered_.push_back(instance_->capacity);
  ask.decision = 0;
  ask.event = placed_;
  ask.take = 1;
  ask.candidates.assign(offered_.begin(), offered_.end());
  if (state.reads_any(0)) fill(ask, state);
  return true;
}

void Machine::offer_kinds() {
  const auto first = std::lower_bound(rooms_.begin(), rooms_.end(), size());
  rooms_offered_.assign(first, rooms_.end());
  offered_.resize(rooms_offered_.size());
  for (std::size_t i = 0; i < offered_.size(); ++i) offered_[i] = newest_[rooms_offered_[i]];
}

void Machine::offer_bins() {
  offered_.clear();
  for (std::uint32_t bin = 0; bin < room_.size(); ++bin) {
    if (room_[bin] >= size()) offered_.push_back(bin);
  }
}

void Machine::reply(const Reply& reply) {
  const std::uint32_t bin = offered_[reply.taken[0]];
  if (bin == room_.size()) {
    room_.push_back(instance_->capacity);
    below_.push_back(0);
  } else {
    leave(bin);
  }
  room_[bin] -= size();
  enter(bin);
  placed_size_ += size();
  ++placed_;
  offered_.assign(1, bin);
}

void Machine::leave(std::uint32_t bin) {
  const std::uint32_t room = room_[bin];
  --alike_[room];
  if (!kinds_) return;
  newest_[room] = below_[bin];
  if (alike_[room] == 0) rooms_.erase(std::lower_bound(rooms_.begin(), rooms_.end(), room));
}

void Machine::enter(std::uint32_t bin) {
  const std::uint32_t room = room_[bin];
  if (room == 0) return;
  if (kinds_) {
    if (alike_[room] == 0) rooms_.insert(std::lower_bound(rooms_.begin(), rooms_.end(), room), room);
    below_[bin] = newest_[room];
    newest_[room] = bin;
  }
  ++alike_[room];
}

void Machine::default_answers(const Ask& ask, std::span<double> answers) const {
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -static_cast<double>(room(ask.candidates[i]));
}

std::vector<double> Machine::metrics() const { return metrics_of(*instance_, room_.size(), placed_size_); }

void Machine::fill(Ask& ask, const ProgramState& state) const {
  const double steps = instance_->steps;
  const auto seen = static_cast<double>(placed_ + 1);
  ask.globals.resize(globals);
  ask.globals[size_slot] = size() / steps;
  ask.globals[capacity_slot] = instance_->capacity / steps;
  ask.globals[mean_size_slot] = static_cast<double>(placed_size_ + size()) / seen / steps;
  const std::size_t count = offered_.size();
  ask.columns.resize(columns * count);
  const auto put = [&](Column column, auto value_of) {
    if (!state.reads(0, globals + column)) return;
    double* out = ask.columns.data() + column * count;
    for (std::size_t i = 0; i < count; ++i) out[i] = value_of(rooms_offered_[i]);
  };
  put(room_column, [steps](std::uint32_t room) { return room / steps; });
  put(after_column, [steps, size = size()](std::uint32_t room) { return (room - size) / steps; });
  put(alike_column, [&](std::uint32_t room) { return alike_[room]; });
  put(alike_after_column, [this, size = size()](std::uint32_t room) { return alike_[room - size]; });
  if (state.reads(0, globals + fresh_column)) ask.columns[fresh_column * count + count - 1] = 1;
  fill_shares(ask, state);
}

void Machine::fill_shares(Ask& ask, const ProgramState& state) const {
  const std::size_t count = offered_.size();
  const double seen = static_cast<double>(placed_) + 1;
  if (state.reads(0, globals + match_column)) {
    for (std::size_t i = 0; i < count; ++i) {
      ask.columns[match_column * count + i] = seen_[rooms_offered_[i] - size()] / seen;
    }
  }
  if (!state.reads(0, globals + fit_column)) return;
  // Candidates stand by room, so that one walk over the sizes serves them all.
  std::uint64_t smaller = 0;
  std::uint32_t upto = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::uint32_t after = rooms_offered_[i] - size(); upto < after;) smaller += seen_[++upto];
    ask.columns[fit_column * count + i] = static_cast<double>(smaller) / seen;
  }
}

}  // namespace syswright::bin_packing
