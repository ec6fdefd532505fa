#pragma once

#include "domains/cache/native/lists.h"

namespace syswright::cache {

/// Lists of objects that know how much each of them holds: objects, or bytes as they were when they came in. A name
/// that is remembered counts as its object did. Node derives from Links and has a `queue`, which of the lists it is on,
/// or was last. Every operation is O(1).
template <std::size_t Count, typename Sizes, typename Node>
class SizedQueues : public Lists<Count, Node> {
 public:
  explicit SizedQueues(std::size_t objects) : Lists<Count, Node>(objects), sizes_(objects) {}

  std::uint64_t used(std::size_t queue) const { return used_[queue]; }
  std::uint32_t size_of(Object object) const { return sizes_.of(object); }
  /// Of an object that is on none of the lists.
  void set_size(Object object, std::uint32_t size) { sizes_.set(object, size); }

  // Called from several places of a replay's inner loop, and small.
  [[gnu::always_inline]] void put(Object object, decltype(Node::queue) queue) {
    (*this)[object].queue = queue;
    used_[queue] += sizes_.of(object);
    this->push_front(object, queue);
  }
  [[gnu::always_inline]] void take_out(Object object) {
    used_[(*this)[object].queue] -= sizes_.of(object);
    this->remove(object);
  }

 private:
  Sizes sizes_;
  std::uint64_t used_[Count] = {};
};

}  // namespace syswright::cache
