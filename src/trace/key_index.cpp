#include "trace/key_index.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace syswright::trace {
namespace {

constexpr std::uint32_t free_slot = std::numeric_limits<std::uint32_t>::max();

}  // namespace

KeyIndex::KeyIndex(std::size_t expected_keys) {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * expected_keys)), {0, free_slot});
  mask_ = slots_.size() - 1;
}

KeyIndex::Slot& KeyIndex::slot_of(std::uint64_t key) {
  std::size_t at = mix64(key) & mask_;
  while (slots_[at].number != free_slot && slots_[at].key != key) at = (at + 1) & mask_;
  return slots_[at];
}

std::uint32_t KeyIndex::number(std::uint64_t key) {
  Slot* slot = &slot_of(key);
  if (slot->number != free_slot) return slot->number;
  if (2 * (count_ + 1) > slots_.size()) {
    grow();
    slot = &slot_of(key);
  }
  *slot = {key, static_cast<std::uint32_t>(count_++)};
  return slot->number;
}

void KeyIndex::grow() {
  std::vector<Slot> old(2 * slots_.size(), {0, free_slot});
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number != free_slot) slot_of(slot.key) = slot;
  }
}

std::vector<std::uint32_t> number_keys(std::span<const std::uint64_t> keys) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(keys.size());
  KeyIndex index;
  for (std::uint64_t key : keys) {
    if (index.size() >= free_slot - 1) throw InputError("a trace may have at most 4294967294 distinct keys");
    numbers.push_back(index.number(key));
  }
  return numbers;
}

}  // namespace syswright::trace
