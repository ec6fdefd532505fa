// The values that a program reads: Contents' answers to an InputPlan.
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "domains/cache/host_contents.h"

namespace syswright::cache {

namespace {

using Kind = CandidateSource::Kind;
using detail::field;

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

void Contents::columns(const InputPlan& plan, std::span<const Slot> slots, double* out, std::size_t stride) const {
  for (const CandidateSource& source : plan.columns) {
    column(source, slots, out);
    out += stride;
  }
}

}  // namespace syswright::cache
