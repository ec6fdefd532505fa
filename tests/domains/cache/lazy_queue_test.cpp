#include "domains/cache/lazy_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace syswright::cache {
namespace {

/// The queue by its definition: all residents, searched from end to end.
struct SlowQueue {
  struct Entry {
    Object object;
    double score;
    Position touched;
  };
  std::vector<Entry> slots;

  Slot top() const {
    Slot best = 0;
    for (Slot i = 1; i < slots.size(); ++i) {
      const Entry& one = slots[i];
      const Entry& first = slots[best];
      if (one.score > first.score || (one.score == first.score && one.touched < first.touched)) best = i;
    }
    return best;
  }
};

/// What the queue asks of Contents.
struct Residents {
  std::map<Object, Slot> slots;
  Slot find(Object object) const {
    const auto found = slots.find(object);
    return found == slots.end() ? ~Slot{0} : found->second;
  }
  void prefetch_where(Object) const {}
  void prefetch_slot(Slot) const {}
};

struct Shape {
  const char* name;
  double (*score)(Random&, Position now);
};

/// Scores that fall, rise, repeat, wander, and pass zero.
const Shape shapes[] = {
    {"falling", [](Random&, Position now) { return -static_cast<double>(now); }},
    {"rising", [](Random&, Position now) { return static_cast<double>(now); }},
    {"equal", [](Random&, Position) { return 0.0; }},
    {"few", [](Random& random, Position) { return static_cast<double>(random.below(4)) - 2; }},
    {"signed zeros", [](Random& random, Position) { return random.chance(0.5) ? 0.0 : -0.0; }},
    {"any", [](Random& random, Position) { return random.uniform(-1, 1); }},
    {"huge", [](Random& random, Position) { return random.chance(0.5) ? 1.7e308 : -1e-300 * random.uniform(); }},
};

class LazyQueueShapes : public testing::TestWithParam<Shape> {};

TEST_P(LazyQueueShapes, LetsTheSameResidentsLeaveAsASearchOfAll) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed, "lazy queue test");
    LazyQueue queue;
    SlowQueue slow;
    Residents residents;
    std::map<Object, Slot>& slots = residents.slots;
    const bool large = seed % 20 == 19;  // long runs are sorted in another way
    const std::size_t most = large ? 3000 : 1 + random.below(seed % 2 == 0 ? 12 : 400);
    const double hits = random.uniform();
    const auto remove = [&] {
      const Slot victim = queue.top(residents);
      ASSERT_EQ(victim, slow.top()) << "seed " << seed;
      queue.remove_top(victim);
      slots.erase(slow.slots[victim].object);
      slow.slots[victim] = slow.slots.back();
      slow.slots.pop_back();
      if (victim < slow.slots.size()) slots[slow.slots[victim].object] = victim;
    };
    for (Position now = 0; now < (large ? 8000 : 1500); ++now) {
      const double score = GetParam().score(random, now);
      if (!slow.slots.empty() && random.chance(hits)) {
        const auto slot = static_cast<Slot>(random.below(slow.slots.size()));
        slow.slots[slot].score = score;
        slow.slots[slot].touched = now;
        queue.touch(slot, slow.slots[slot].object, score, now);
        continue;
      }
      while (slow.slots.size() >= most || (!slow.slots.empty() && random.chance(0.05))) {
        remove();
        if (HasFatalFailure()) return;
      }
      // Objects return after they left, as old entries may still stand in the heap.
      const auto object = static_cast<Object>(random.below(2 * most + 2));
      if (slots.count(object) != 0) continue;
      const auto slot = static_cast<Slot>(slow.slots.size());
      slots[object] = slot;
      slow.slots.push_back({object, score, now});
      queue.touch(slot, object, score, now);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, LazyQueueShapes, testing::ValuesIn(shapes), [](const auto& chosen) {
  std::string name = chosen.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(LazyQueue, ACopyIsAFork) {
  LazyQueue queue;
  Residents residents;
  for (Slot slot = 0; slot < 10; ++slot) {
    residents.slots[slot] = slot;
    queue.touch(slot, slot, slot, slot);
  }
  LazyQueue copy = queue;
  EXPECT_EQ(queue.top(residents), 9u);
  queue.touch(9, 9, -1, 10);
  EXPECT_EQ(queue.top(residents), 8u);
  EXPECT_EQ(copy.top(residents), 9u);
}

}  // namespace
}  // namespace syswright::cache
