#include "domains/llm_serving/block_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/random.h"

namespace syswright::llm_serving {
namespace {

TEST(BlockPool, counts_where_blocks_are_not_told_apart) {
  BlockPool pool(10, false);
  pool.take(7);
  EXPECT_EQ(pool.free(), 3);
  EXPECT_EQ(pool.used(), 7);
  pool.give(2);
  EXPECT_EQ(pool.free(), 5);
  EXPECT_EQ(pool.fault(), "");
}

TEST(BlockPool, takes_the_block_released_longest_ago) {
  BlockPool pool(3, true);
  const BlockPool::Id a = pool.allocate();
  const BlockPool::Id b = pool.allocate();
  const BlockPool::Id c = pool.allocate();
  EXPECT_EQ(pool.free(), 0);
  pool.release(b);
  pool.release(c);
  pool.release(a);
  EXPECT_EQ(pool.allocate(), b);
  EXPECT_EQ(pool.allocate(), c);
  EXPECT_EQ(pool.allocate(), a);
}

TEST(BlockPool, a_free_block_is_found_until_it_is_taken) {
  BlockPool pool(2, true);
  const BlockPool::Id a = pool.allocate();
  pool.set_key(a, 77);
  pool.release(a);
  EXPECT_EQ(pool.find(77), a);
  pool.share(a);
  EXPECT_EQ(pool.free(), 1);
  EXPECT_EQ(pool.references(a), 1);
  pool.share(a);
  pool.release(a);
  EXPECT_EQ(pool.free(), 1);
  pool.release(a);
  pool.allocate();  // the other block, which was free longer
  EXPECT_EQ(pool.find(77), a);
  EXPECT_EQ(pool.allocate(), a);
  EXPECT_EQ(pool.find(77), BlockPool::none);
}

TEST(BlockPool, of_equal_blocks_the_first_is_found) {
  BlockPool pool(3, true);
  const BlockPool::Id a = pool.allocate();
  const BlockPool::Id b = pool.allocate();
  pool.set_key(a, 5);
  pool.set_key(b, 5);
  EXPECT_EQ(pool.find(5), a);
  pool.release(a);
  pool.allocate();
  EXPECT_EQ(pool.find(5), a);
  EXPECT_EQ(pool.allocate(), a);
  EXPECT_EQ(pool.find(5), b);
  EXPECT_EQ(pool.fault(), "");
}

/// Against a map and a list, with few keys so that they meet.
TEST(BlockPool, agrees_with_plain_books) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, "block pool test");
    const auto capacity = static_cast<std::uint32_t>(1 + random.below(30));
    BlockPool pool(capacity, true);
    std::vector<BlockPool::Id> free;
    for (BlockPool::Id block = 0; block < capacity; ++block) free.push_back(block);
    std::map<BlockPool::Id, int> references;
    std::map<std::uint64_t, std::vector<BlockPool::Id>> keys;
    std::map<BlockPool::Id, std::uint64_t> key_of;
    for (int step = 0; step < 300; ++step) {
      const std::uint64_t what = random.below(4);
      const BlockPool::Id some = static_cast<BlockPool::Id>(random.below(capacity));
      const std::uint64_t key = random.below(8);
      if (what == 0 && !free.empty()) {
        const BlockPool::Id block = pool.allocate();
        ASSERT_EQ(block, free.front()) << seed;
        free.erase(free.begin());
        references[block] = 1;
        if (key_of.contains(block)) {
          std::erase(keys[key_of[block]], block);
          key_of.erase(block);
        }
      } else if (what == 1 && references[some] > 0 && !key_of.contains(some)) {
        pool.set_key(some, key);
        keys[key].push_back(some);
        key_of[some] = key;
      } else if (what == 2 && references[some] > 0) {
        pool.release(some);
        if (--references[some] == 0) free.push_back(some);
      } else if (what == 3 && !keys[key].empty()) {
        const BlockPool::Id found = pool.find(key);
        ASSERT_EQ(found, keys[key].front()) << seed;
        pool.share(found);
        if (references[found]++ == 0) std::erase(free, found);
      }
      ASSERT_EQ(pool.free(), free.size()) << seed;
      ASSERT_EQ(pool.fault(), "") << seed;
      for (std::uint64_t one = 0; one < 8; ++one) {
        ASSERT_EQ(pool.find(one), keys[one].empty() ? BlockPool::none : keys[one].front()) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace syswright::llm_serving
