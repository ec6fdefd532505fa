#include <algorithm>

#include "base/random.h"
#include "domains/llm_serving/engine.h"
#include "domains/llm_serving/prefix_blocks.h"

// Which blocks a sequence holds, and under which keys they are found.
namespace syswright::llm_serving {

std::uint32_t named_blocks_of(const Requests& requests, const Request& request, const ReplicaSettings& settings) {
  if (!settings.prefix_caching) return 0;
  return prefix_block_count(requests, request, settings.block_size, ~std::uint64_t{0});
}

std::uint32_t Engine::held_blocks(const Sequence& sequence) const {
  if (!sequence.grouped) return sequence.blocks;
  // Between its steps a member holds what its tokens fill; in a step, and once a walk came to it, room for one more.
  const bool ahead = stage_ == Stage::walk ? sequence.scheduled_step == step_ : group_runs_;
  return blocks_for(std::uint64_t{computed(sequence)} + (ahead ? 1 : 0));
}

std::uint32_t Engine::reclaimable_blocks(std::uint32_t slot) const {
  if (!pool_.told_apart()) return held_blocks(sequences_[slot]);
  return static_cast<std::uint32_t>(std::count_if(tables_[slot].begin(), tables_[slot].end(),
                                                  [&](BlockPool::Id block) { return pool_.references(block) == 1; }));
}

bool Engine::needs_block(const Sequence& sequence) const {
  return blocks_for(std::uint64_t{computed(sequence)} + 1) > held_blocks(sequence);
}

/// Blocks that the workload does not name have equals only in the same request, before it was preempted.
std::uint64_t Engine::key_of(const Sequence& sequence, std::uint32_t index) const {
  if (index < sequence.named_blocks) {
    return prefix_block(*requests_, requests_->list[sequence.request], settings_->block_size, index);
  }
  return mix64(mix64(~std::uint64_t{sequence.request}) + index);
}

std::uint32_t Engine::cached_blocks(const Sequence& sequence) const {
  if (!pool_.told_apart()) return 0;
  // At least one token is computed, so that there are logits.
  std::uint32_t most = (sequence.tokens() - 1) / settings_->block_size;
  if (sequence.restarts == 0) most = std::min(most, sequence.named_blocks);
  std::uint32_t hits = 0;
  while (hits < most && pool_.find(key_of(sequence, hits)) != BlockPool::none) ++hits;
  return hits;
}

/// To so many blocks in all.
void Engine::grow(std::uint32_t slot, std::uint32_t blocks) {
  Sequence& sequence = sequences_[slot];
  if (!pool_.told_apart()) {
    const std::uint32_t held = held_blocks(sequence);
    if (blocks > held) pool_.take(blocks - held);
    if (!sequence.grouped) sequence.blocks = std::max(held, blocks);
    return;
  }
  while (tables_[slot].size() < blocks) tables_[slot].push_back(pool_.allocate());
  sequence.blocks = static_cast<std::uint32_t>(tables_[slot].size());
}

/// Gives the blocks that so many tokens fill their keys, as far as others may look for them.
void Engine::name_blocks(std::uint32_t slot, std::uint64_t tokens) {
  if (!pool_.told_apart()) return;
  Sequence& sequence = sequences_[slot];
  const std::uint64_t full = std::min<std::uint64_t>(sequence.named_blocks, tokens / settings_->block_size);
  for (; sequence.keyed < full; ++sequence.keyed) {
    const BlockPool::Id block = tables_[slot][sequence.keyed];
    if (!pool_.has_key(block)) pool_.set_key(block, key_of(sequence, sequence.keyed));
  }
}

/// findable: the sequence itself will look for what it had computed.
void Engine::release_blocks(std::uint32_t slot, bool findable) {
  Sequence& sequence = sequences_[slot];
  if (!pool_.told_apart()) {
    pool_.give(held_blocks(sequence));
    sequence.blocks = 0;
    return;
  }
  std::vector<BlockPool::Id>& table = tables_[slot];
  if (findable) {
    const std::uint32_t full = sequence.computed / settings_->block_size;
    for (std::uint32_t index = sequence.named_blocks; index < full; ++index) {
      if (!pool_.has_key(table[index])) pool_.set_key(table[index], key_of(sequence, index));
    }
  }
  for (std::size_t i = table.size(); i-- > 0;) pool_.release(table[i]);
  table.clear();
  sequence.blocks = 0;
  sequence.keyed = 0;
}

}  // namespace syswright::llm_serving
