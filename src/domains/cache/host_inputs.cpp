// The values that a program reads: Contents' answers to an InputPlan.
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "domains/cache/host_contents.h"

namespace syswright::cache {

namespace {

using Kind = CandidateSource::Kind;

template <typename Field>
Field field(const Resident& resident, std::uint32_t offset) {
  Field value;
  std::memcpy(&value, reinterpret_cast<const char*>(&resident) + offset, sizeof value);
  return value;
}

/// Columns are read in parts of this many candidates, so that the loops have a fixed length and vectorise.
constexpr std::size_t part = 64;

/// Doubles of unsigned integers, exactly, without the slow conversion instruction: 2^52 + x has x as its lowest bits.
void convert(const std::array<std::uint32_t, part>& raw, double* __restrict out) {
  for (std::size_t i = 0; i < part; ++i) {
    out[i] = std::bit_cast<double>(std::uint64_t{0x4330000000000000} | raw[i]) - 0x1p52;
  }
}

/// One loop a kind of source, so that the choice is made once a column. read: gives an unsigned integer.
template <typename Read>
void fill_counts(const Resident* residents, std::span<const Slot> slots, double* out, Read read) {
  std::array<std::uint32_t, part> raw;
  for (; slots.size() >= part; slots = slots.subspan(part), out += part) {
    for (std::size_t i = 0; i < part; ++i) raw[i] = read(residents[slots[i]]);
    convert(raw, out);
  }
  for (std::size_t i = 0; i < slots.size(); ++i) out[i] = read(residents[slots[i]]);
}
template <typename Read>
void fill(const Resident* residents, std::span<const Slot> slots, double* out, Read read) {
  for (std::size_t i = 0; i < slots.size(); ++i) out[i] = read(residents[slots[i]]);
}

}  // namespace

double Contents::value(const CandidateSource& source, const Resident& one, const double* state) const {
  switch (source.kind) {
    case Kind::count:
      return field<std::uint32_t>(one, source.offset);
    case Kind::count_short:
      return field<std::uint16_t>(one, source.offset);
    case Kind::real:
      return field<float>(one, source.offset);
    case Kind::since:
      return position_ - field<std::uint32_t>(one, source.offset);
    case Kind::since_time:
      return clock_ - field<double>(one, source.offset);
    case Kind::ghost:
      return one.ghost_age != 0;
    case Kind::accesses:
      return one.accesses();
    case Kind::frequency:
      return sketch_.estimate(one.object);
    case Kind::statistic:
      return plan_->statistics[source.index].value(state + source.offset);
  }
  return 0;
}

void Contents::column(const CandidateSource& source, std::span<const Slot> slots, double* out) const {
  const Resident* residents = residents_.data();
  const std::uint32_t offset = source.offset;
  switch (source.kind) {
    case Kind::count:
      return fill_counts(residents, slots, out, [=](const Resident& one) { return field<std::uint32_t>(one, offset); });
    case Kind::since:
      return fill_counts(residents, slots, out,
                         [=, now = position_](const Resident& one) { return now - field<std::uint32_t>(one, offset); });
    case Kind::accesses:
      return fill_counts(residents, slots, out, [](const Resident& one) { return one.accesses(); });
    case Kind::ghost:
      return fill_counts(residents, slots, out, [](const Resident& one) { return std::uint32_t{one.ghost_age != 0}; });
    case Kind::since_time:
      return fill(residents, slots, out,
                  [=, now = clock_](const Resident& one) { return now - field<double>(one, offset); });
    case Kind::real:
      return fill(residents, slots, out, [=](const Resident& one) { return field<float>(one, offset); });
    default:
      for (std::size_t i = 0; i < slots.size(); ++i) out[i] = value(source, residents[slots[i]], state_of(slots[i]));
  }
}

double Contents::fact(Fact fact) const {
  switch (fact) {
    case Fact::now:
      return position_;
    case Fact::clock:
      return clock_;
    case Fact::entries:
      return count() / share_;
    case Fact::capacity:
      return static_cast<double>(capacity_) / share_;
    case Fact::fill:
      return static_cast<double>(used_) / static_cast<double>(capacity_);
    default:
      assert(false && "a candidate's fact is not global");
      return 0;
  }
}

void Contents::globals(const InputPlan& plan, double* out) const {
  for (const GlobalSource& source : plan.globals) {
    switch (source.kind) {
      case GlobalSource::Kind::fact:
        *out++ = fact(source.fact);
        break;
      case GlobalSource::Kind::statistic:
        *out++ = plan_->statistics[source.index].value(global_state_.data() + source.offset);
        break;
      case GlobalSource::Kind::percentile:
        *out++ = percentiles_[source.index];
        break;
    }
  }
}

void Contents::columns(const InputPlan& plan, std::span<const Slot> slots, double* out, std::size_t stride) const {
  for (const CandidateSource& source : plan.columns) {
    column(source, slots, out);
    out += stride;
  }
}

void Contents::resident_inputs(const InputPlan& plan, Slot slot, double* out) const {
  for (const CandidateSource& source : plan.columns) *out++ = value(source, residents_[slot], state_of(slot));
}

void Contents::incoming_inputs(const InputPlan& plan, double* out) const {
  for (const CandidateSource& source : plan.columns) *out++ = value(source, incoming_, incoming_state_.data());
}

}  // namespace syswright::cache
