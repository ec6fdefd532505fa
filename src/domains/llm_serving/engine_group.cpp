#include <algorithm>
#include <cassert>

#include "domains/llm_serving/engine.h"

// The decodes that go on together. A member has computed + (counter - joined) tokens in its cache: with each step of
// the group the counter rises, and nothing else of a member changes.
namespace syswright::llm_serving {
namespace {

constexpr auto sooner_on_top = [](const auto& a, const auto& b) { return a.key > b.key; };
constexpr auto longer_on_top = [](const auto& a, const auto& b) { return a.key < b.key; };

}  // namespace

/// What counter_ mod block size is when the member needs its next block.
std::size_t Engine::phase_of(const Sequence& sequence) const {
  const auto size = static_cast<std::int64_t>(settings_->block_size);
  const std::int64_t phase = (sequence.joined - static_cast<std::int64_t>(sequence.computed)) % size;
  return static_cast<std::size_t>(phase < 0 ? phase + size : phase);
}

void Engine::join(std::uint32_t slot) {
  Sequence& sequence = sequences_[slot];
  sequence.grouped = true;
  sequence.joined = counter_;
  sequence.stamp = next_stamp_++;
  const std::int64_t base = static_cast<std::int64_t>(sequence.computed) - counter_;
  base_sum_ += base;
  ++group_size_;
  const std::size_t phase = phase_of(sequence);
  ++phase_count_[phase];
  if (pool_.told_apart()) phase_[phase].push_back(slot);
  ends_.push_back({counter_ + (sequence.output - sequence.generated), slot, sequence.stamp});
  std::push_heap(ends_.begin(), ends_.end(), sooner_on_top);
  longest_.push_back({base, slot, sequence.stamp});
  std::push_heap(longest_.begin(), longest_.end(), longer_on_top);
  shortest_.push_back({base, slot, sequence.stamp});
  std::push_heap(shortest_.begin(), shortest_.end(), sooner_on_top);
  if (ends_.size() > 2 * std::size_t{group_size_} + 64) {
    compact(ends_);
    std::make_heap(ends_.begin(), ends_.end(), sooner_on_top);
  }
  if (longest_.size() > 2 * std::size_t{group_size_} + 64) {
    compact(longest_);
    std::make_heap(longest_.begin(), longest_.end(), longer_on_top);
  }
  if (shortest_.size() > 2 * std::size_t{group_size_} + 64) {
    compact(shortest_);
    std::make_heap(shortest_.begin(), shortest_.end(), sooner_on_top);
  }
}

void Engine::ungroup(std::uint32_t slot) {
  Sequence& sequence = sequences_[slot];
  assert(sequence.grouped);
  const std::size_t phase = phase_of(sequence);
  --phase_count_[phase];
  if (pool_.told_apart()) {
    std::vector<std::uint32_t>& members = phase_[phase];
    *std::find(members.begin(), members.end(), slot) = members.back();
    members.pop_back();
  } else {
    sequence.blocks = held_blocks(sequence);
  }
  base_sum_ -= static_cast<std::int64_t>(sequence.computed) - sequence.joined;
  --group_size_;
  const std::uint32_t advance = advance_of(sequence);
  sequence.computed += advance;
  sequence.generated += advance;
  sequence.last_token = group_last_;
  sequence.grouped = false;
  sequence.stamp = 0;
}

bool Engine::valid(const Timed& entry) const { return sequences_[entry.slot].stamp == entry.stamp; }

/// Of the member with most tokens. The group is not empty.
std::int64_t Engine::longest_base() {
  while (!valid(longest_.front())) {
    std::pop_heap(longest_.begin(), longest_.end(), longer_on_top);
    longest_.pop_back();
  }
  return longest_.front().key;
}

/// Of the member with fewest.
std::int64_t Engine::shortest_base() {
  while (!valid(shortest_.front())) {
    std::pop_heap(shortest_.begin(), shortest_.end(), sooner_on_top);
    shortest_.pop_back();
  }
  return shortest_.front().key;
}

/// Drops the entries of sequences that have left the group. The order is the caller's to restore.
void Engine::compact(std::vector<Timed>& heap) {
  std::erase_if(heap, [&](const Timed& entry) { return !valid(entry); });
}

/// Members whose output is complete leave for ended_.
void Engine::end_members() {
  while (!ends_.empty() && (!valid(ends_.front()) || ends_.front().key <= counter_)) {
    const Timed entry = ends_.front();
    std::pop_heap(ends_.begin(), ends_.end(), sooner_on_top);
    ends_.pop_back();
    if (!valid(entry)) continue;
    ungroup(entry.slot);
    ended_.push_back(entry.slot);
  }
}

/// Room for the next token of every member.
void Engine::grow_group() {
  const std::size_t phase = static_cast<std::size_t>(counter_ % settings_->block_size);
  if (!pool_.told_apart()) {
    pool_.take(phase_count_[phase]);
    return;
  }
  for (const std::uint32_t slot : phase_[phase]) grow(slot, sequences_[slot].blocks + 1);
}

void Engine::remove_from(std::vector<std::uint32_t>& by_turn, std::uint32_t slot) {
  const auto place =
      std::lower_bound(by_turn.begin(), by_turn.end(), sequences_[slot].turn,
                       [&](std::uint32_t other, std::uint64_t turn) { return sequences_[other].turn < turn; });
  assert(place != by_turn.end() && *place == slot);
  by_turn.erase(place);
}

void Engine::insert_into(std::vector<std::uint32_t>& by_turn, std::uint32_t slot) {
  const auto place =
      std::lower_bound(by_turn.begin(), by_turn.end(), sequences_[slot].turn,
                       [&](std::uint32_t other, std::uint64_t turn) { return sequences_[other].turn < turn; });
  by_turn.insert(place, slot);
}

}  // namespace syswright::llm_serving
