#include "domains/llm_serving/replay_blocks.h"

#include <algorithm>

namespace syswright::llm_serving::replay {

Blocks::Blocks(std::uint32_t count) : blocks_(count) {
  for (Id block = 0; block < count; ++block) {
    blocks_[block].rests_since = clock_;
    resting_.emplace(clock_++, block);
  }
}

Blocks::Id Blocks::take() {
  const Id block = resting_.begin()->second;
  resting_.erase(resting_.begin());
  forget(block);
  blocks_[block].holders = 1;
  return block;
}

void Blocks::hold(Id block) {
  if (blocks_[block].holders == 0) resting_.erase(blocks_[block].rests_since);
  ++blocks_[block].holders;
}

void Blocks::release(Id block) {
  if (--blocks_[block].holders > 0) return;
  blocks_[block].rests_since = clock_;
  resting_.emplace(clock_++, block);
}

void Blocks::name(Id block, const Key& key) {
  blocks_[block].named = true;
  blocks_[block].key = key;
  found_[key].push_back(block);
}

void Blocks::forget(Id block) {
  if (!blocks_[block].named) return;
  const auto found = found_.find(blocks_[block].key);
  std::erase(found->second, block);
  if (found->second.empty()) found_.erase(found);
  blocks_[block].named = false;
}

Blocks::Id Blocks::find(const Key& key) const {
  const auto found = found_.find(key);
  return found == found_.end() ? none : found->second.front();
}

}  // namespace syswright::llm_serving::replay
