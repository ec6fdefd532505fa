#include "domains/llm_serving/block_pool.h"

#include <fmt/format.h>

#include <bit>

#include "base/random.h"

namespace syswright::llm_serving {

BlockPool::BlockPool(std::uint32_t blocks, bool told_apart)
    : capacity_(blocks), free_(blocks), told_apart_(told_apart) {
  if (!told_apart) return;
  blocks_.resize(blocks);
  table_.assign(std::bit_ceil(std::size_t{blocks} * 2), none);
  for (Id block = 0; block < blocks; ++block) append_free(block);
}

std::size_t BlockPool::place_of(std::uint64_t key) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t place = mix64(key) & mask;
  while (table_[place] != none && blocks_[table_[place]].key != key) place = (place + 1) & mask;
  return place;
}

BlockPool::Id BlockPool::find(std::uint64_t key) const { return table_[place_of(key)]; }

void BlockPool::set_key(Id block, std::uint64_t key) {
  blocks_[block].key = key;
  blocks_[block].keyed = true;
  blocks_[block].next_equal = none;
  const std::size_t place = place_of(key);
  if (table_[place] == none) {
    table_[place] = block;
    return;
  }
  Id last = table_[place];
  while (blocks_[last].next_equal != none) last = blocks_[last].next_equal;
  blocks_[last].next_equal = block;
}

void BlockPool::forget_key(Id block) {
  Block& forgetting = blocks_[block];
  if (!forgetting.keyed) return;
  forgetting.keyed = false;
  const std::size_t place = place_of(forgetting.key);
  if (table_[place] == block) {
    table_[place] = forgetting.next_equal;
    if (table_[place] == none) erase_place(place);
    return;
  }
  Id before = table_[place];
  while (blocks_[before].next_equal != block) before = blocks_[before].next_equal;
  blocks_[before].next_equal = forgetting.next_equal;
}

/// Closes the gap in the run of places that begins behind it, so that no search stops there too soon.
void BlockPool::erase_place(std::size_t place) {
  const std::size_t mask = table_.size() - 1;
  std::size_t gap = place;
  for (std::size_t next = (gap + 1) & mask; table_[next] != none; next = (next + 1) & mask) {
    const std::size_t home = mix64(blocks_[table_[next]].key) & mask;
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      table_[gap] = table_[next];
      gap = next;
    }
  }
  table_[gap] = none;
}

void BlockPool::append_free(Id block) {
  blocks_[block].before = newest_;
  blocks_[block].after = none;
  (newest_ == none ? oldest_ : blocks_[newest_].after) = block;
  newest_ = block;
}

void BlockPool::remove_free(Id block) {
  const Block& leaving = blocks_[block];
  (leaving.before == none ? oldest_ : blocks_[leaving.before].after) = leaving.after;
  (leaving.after == none ? newest_ : blocks_[leaving.after].before) = leaving.before;
}

BlockPool::Id BlockPool::allocate() {
  const Id block = oldest_;
  remove_free(block);
  forget_key(block);
  blocks_[block].references = 1;
  --free_;
  return block;
}

void BlockPool::share(Id block) {
  if (blocks_[block].references++ > 0) return;
  remove_free(block);
  --free_;
}

void BlockPool::release(Id block) {
  if (--blocks_[block].references > 0) return;
  append_free(block);
  ++free_;
}

std::string BlockPool::fault() const {
  if (free_ > capacity_) return fmt::format("{} of {} blocks are free", free_, capacity_);
  if (!told_apart_) return {};
  std::uint32_t listed = 0;
  for (Id block = oldest_, before = none; block != none; before = block, block = blocks_[block].after) {
    if (blocks_[block].references > 0) return fmt::format("block {} is free and in use", block);
    if (blocks_[block].before != before) return fmt::format("free block {} does not know the one before it", block);
    if (++listed > capacity_) return "the free blocks run in a circle";
  }
  if (listed != free_) return fmt::format("{} blocks are listed as free, {} are counted", listed, free_);
  for (Id block = 0; block < capacity_; ++block) {
    if (!blocks_[block].keyed) continue;
    Id equal = find(blocks_[block].key);
    while (equal != none && equal != block) equal = blocks_[equal].next_equal;
    if (equal == none) return fmt::format("block {} cannot be found by its key", block);
  }
  std::size_t entries = 0;
  for (const Id first : table_) {
    for (Id block = first; block != none; block = blocks_[block].next_equal) {
      if (!blocks_[block].keyed) return fmt::format("block {} is found by a key it does not have", block);
      ++entries;
    }
  }
  std::size_t keyed = 0;
  for (const Block& block : blocks_) keyed += block.keyed;
  return entries == keyed ? "" : fmt::format("{} blocks have keys, {} are found", keyed, entries);
}

}  // namespace syswright::llm_serving
