#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace syswright::llm_serving {

/// The KV blocks of one replica. Either counted alone (no prefix caching: one number), or told apart: each block has a
/// reference count, and a key if a later request may find it. A block without references stays findable until it is
/// taken for something else: the one released longest ago first. Release a sequence's blocks from its tail to its
/// head, so that tails go first. Equal keys may be held by several blocks; the one that got the key first is found.
/// A value: a copy is a fork. Source: vLLM V1, block_pool.py (as of 2025).
class BlockPool {
 public:
  using Id = std::uint32_t;
  static constexpr Id none = ~Id{0};

  BlockPool() = default;
  /// blocks at least 1. told_apart: false where take() and give() suffice.
  BlockPool(std::uint32_t blocks, bool told_apart);

  std::uint32_t capacity() const { return capacity_; }
  std::uint32_t free() const { return free_; }  ///< findable ones included
  std::uint32_t used() const { return capacity_ - free_; }
  bool told_apart() const { return told_apart_; }

  /// Counted blocks. take: count at most free().
  void take(std::uint32_t count) { free_ -= count; }
  void give(std::uint32_t count) { free_ += count; }

  /// Blocks that are told apart. O(1) each, expected.
  Id allocate();                              ///< free() at least 1; the block forgets its key
  Id find(std::uint64_t key) const;           ///< none where no block has the key
  void set_key(Id block, std::uint64_t key);  ///< of a block in use that has none yet
  bool has_key(Id block) const { return blocks_[block].keyed; }
  void share(Id block);    ///< one reference more; a free block is free no longer
  void release(Id block);  ///< one reference less
  std::uint32_t references(Id block) const { return blocks_[block].references; }

  /// What is wrong with the books; empty if nothing is. O(blocks).
  std::string fault() const;

 private:
  struct Block {
    std::uint64_t key = 0;
    std::uint32_t references = 0;
    Id before = none;  ///< among the free ones, by time of release
    Id after = none;
    Id next_equal = none;  ///< got the same key later
    bool keyed = false;
  };
  std::size_t place_of(std::uint64_t key) const;
  void forget_key(Id block);
  void erase_place(std::size_t place);
  void append_free(Id block);
  void remove_free(Id block);

  std::uint32_t capacity_ = 0;
  std::uint32_t free_ = 0;
  bool told_apart_ = false;
  std::vector<Block> blocks_;
  Id oldest_ = none;
  Id newest_ = none;
  std::vector<Id> table_;  ///< open addressing, linear probing, at most half full: first block of each key
};

}  // namespace syswright::llm_serving
