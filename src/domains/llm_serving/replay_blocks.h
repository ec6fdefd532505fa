#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace syswright::llm_serving::replay {

/// What a full block holds: a named piece of prompt, or a piece of a request that only itself will look for.
struct Key {
  bool own = false;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// The KV blocks of a replica, one by one, the obvious way: the auditor's, which shares nothing with block_pool.h.
class Blocks {
 public:
  using Id = std::uint32_t;
  static constexpr Id none = ~Id{0};

  explicit Blocks(std::uint32_t count = 0);
  std::uint32_t capacity() const { return static_cast<std::uint32_t>(blocks_.size()); }
  std::uint32_t free() const { return static_cast<std::uint32_t>(resting_.size()); }
  std::uint32_t used() const { return capacity() - free(); }

  /// The one that was released longest ago; it forgets what it held.
  Id take();
  void hold(Id block);
  void release(Id block);
  bool is_free(Id block) const { return blocks_[block].holders == 0; }
  bool is_named(Id block) const { return blocks_[block].named; }
  void name(Id block, const Key& key);
  /// The first that got the key and still has it.
  Id find(const Key& key) const;

 private:
  struct Block {
    std::uint32_t holders = 0;
    bool named = false;
    Key key;
    std::uint64_t rests_since = 0;
  };
  void forget(Id block);

  std::vector<Block> blocks_;
  std::map<std::uint64_t, Id> resting_;  ///< by when they were released
  std::map<Key, std::vector<Id>> found_;
  std::uint64_t clock_ = 0;
};

}  // namespace syswright::llm_serving::replay
