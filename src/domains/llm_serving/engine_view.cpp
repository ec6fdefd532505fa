#include <fmt/format.h>

#include <algorithm>

#include "domains/llm_serving/engine.h"

// What there is to see of a replica.
namespace syswright::llm_serving {

std::size_t Engine::prefilling() const {
  return static_cast<std::size_t>(std::count_if(individuals_.begin(), individuals_.end(),
                                                [&](std::uint32_t slot) { return !sequences_[slot].prefilled; }));
}

std::uint64_t Engine::prefill_left() const {
  std::uint64_t left = waiting_tokens_;
  for (const std::uint32_t slot : individuals_) {
    const Sequence& sequence = sequences_[slot];
    if (!sequence.prefilled) left += sequence.tokens() - sequence.computed;
  }
  return left;
}

std::uint64_t Engine::kv_tokens() const {
  auto tokens = static_cast<std::uint64_t>(base_sum_ + counter_ * static_cast<std::int64_t>(group_size_));
  for (const std::uint32_t slot : individuals_) tokens += sequences_[slot].computed;
  return tokens;
}

double Engine::predicted_left() const {
  double left = 0;
  const auto add = [&](std::uint32_t slot) {
    const Sequence& sequence = sequences_[slot];
    const std::uint32_t made = generated(sequence);
    if (sequence.predicted > made) left += sequence.predicted - made;
  };
  for (const std::uint32_t slot : waiting_) add(slot);
  for (const std::uint32_t slot : unseen_) add(slot);
  for (const std::uint32_t slot : running_) add(slot);
  return left;
}

double Engine::oldest_wait(double now) const {
  double oldest = now;
  for (const std::uint32_t slot : waiting_) oldest = std::min(oldest, sequences_[slot].queued);
  for (const std::uint32_t slot : unseen_) oldest = std::min(oldest, sequences_[slot].queued);
  return now - oldest;
}

std::string Engine::fault() const {
  if (std::string wrong = pool_.fault(); !wrong.empty()) return wrong;
  std::uint64_t held = 0;
  std::vector<std::uint32_t> slots = running_;
  slots.insert(slots.end(), leaving_slots_.begin(), leaving_slots_.end());
  slots.insert(slots.end(), lingering_.begin(), lingering_.end());
  std::vector<std::uint32_t> references(pool_.told_apart() ? pool_.capacity() : 0);
  std::size_t grouped = 0;
  std::int64_t bases = 0;
  for (const std::uint32_t slot : slots) {
    const Sequence& sequence = sequences_[slot];
    held += held_blocks(sequence);
    const std::uint32_t tokens = computed(sequence);
    if (tokens > sequence.prompt + generated(sequence)) {
      return fmt::format("request {} has more tokens computed than it has", sequence.request);
    }
    if (generated(sequence) > sequence.output) {
      return fmt::format("request {} has more output than it should", sequence.request);
    }
    if (blocks_for(tokens) > held_blocks(sequence)) {
      return fmt::format("request {} has {} tokens computed in {} blocks", sequence.request, tokens,
                         held_blocks(sequence));
    }
    if (sequence.grouped) {
      ++grouped;
      bases += static_cast<std::int64_t>(sequence.computed) - sequence.joined;
    }
    if (!pool_.told_apart()) continue;
    if (tables_[slot].size() != held_blocks(sequence)) {
      return fmt::format("request {} lists {} blocks and counts {}", sequence.request, tables_[slot].size(),
                         held_blocks(sequence));
    }
    for (const BlockPool::Id block : tables_[slot]) ++references[block];
  }
  if (!pool_.told_apart() && held != pool_.used()) {
    return fmt::format("requests hold {} blocks, {} are in use", held, pool_.used());
  }
  for (BlockPool::Id block = 0; block < references.size(); ++block) {
    if (references[block] != pool_.references(block)) {
      return fmt::format("block {} is held {} times and counted {} times", block, references[block],
                         pool_.references(block));
    }
  }
  if (grouped != group_size_ || bases != base_sum_) return "the sums over the group are not those of its members";
  if (grouped + individuals_.size() != running_.size()) return "running requests are neither in the group nor outside";
  std::uint64_t prompts = 0;
  std::uint64_t tokens = 0;
  std::vector<std::uint32_t> wait(waiting_.begin(), waiting_.end());
  wait.insert(wait.end(), unseen_.begin(), unseen_.end());
  for (const std::uint32_t slot : wait) {
    prompts += sequences_[slot].prompt;
    tokens += sequences_[slot].tokens();
  }
  if (prompts != waiting_prompts_ || tokens != waiting_tokens_) return "the sums over the queue are not those of it";
  return {};
}

}  // namespace syswright::llm_serving
