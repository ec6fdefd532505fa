#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "domains/cache/replay.h"

/// Plain models of the native policies, written from their descriptions without regard to speed: every question about a
/// queue is answered by walking it. The native policies must give the same replies and evictions in the same order.
namespace syswright::cache::slow {

/// Youngest first.
class Queue : public std::deque<Object> {
 public:
  bool has(Object object) const { return std::find(begin(), end(), object) != end(); }
  void drop(Object object) { erase(std::find(begin(), end(), object)); }
  Object pop_oldest() {
    const Object object = back();
    pop_back();
    return object;
  }
  void to_front(Object object) {
    drop(object);
    push_front(object);
  }
};

class Model {
 public:
  explicit Model(std::uint64_t capacity) : capacity_(capacity) {}
  virtual ~Model() = default;
  /// Appends what leaves to `evicted`.
  virtual Reply request(Object object, std::uint32_t size, std::vector<Object>& evicted) = 0;

 protected:
  std::uint64_t bytes(const Queue& queue) const {
    std::uint64_t sum = 0;
    for (const Object object : queue) sum += size_.at(object);
    return sum;
  }
  std::uint64_t part(double share) const {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(capacity_) * share));
  }
  /// Adds a name to a queue of limited size, oldest names out first.
  void remember(Queue& queue, Object object, std::uint64_t limit) {
    if (size_[object] > limit) return;
    while (bytes(queue) + size_[object] > limit) queue.pop_oldest();
    queue.push_front(object);
  }
  std::uint64_t capacity_;
  std::map<Object, std::uint32_t> size_;  ///< at the last insertion
};

}  // namespace syswright::cache::slow
