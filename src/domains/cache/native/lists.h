#pragma once

#include <cstddef>
#include <vector>

#include "domains/cache/requests.h"

namespace syswright::cache {

/// Not on any list.
inline constexpr Object nowhere = ~Object{0};

/// What a list needs in a node; policies add their own fields behind it, so that they share the cache line.
struct Links {
  Object previous = nowhere;  ///< towards the front
  Object next = nowhere;
};

/// `Count` doubly linked lists of objects, an object on one of them at most. Every operation is O(1). A copy is
/// independent: links are numbers, not pointers.
template <std::size_t Count, typename Node = Links>
class Lists {
 public:
  explicit Lists(std::size_t objects) : nodes_(objects + Count), objects_(static_cast<Object>(objects)) {
    for (std::size_t list = 0; list < Count; ++list) nodes_[end(list)].previous = nodes_[end(list)].next = end(list);
  }

  Node& operator[](Object object) { return nodes_[object]; }
  const Node& operator[](Object object) const { return nodes_[object]; }

  /// The number that stands past the front and past the back of a list.
  Object end(std::size_t list = 0) const { return objects_ + static_cast<Object>(list); }
  bool empty(std::size_t list = 0) const { return nodes_[end(list)].next == end(list); }
  Object front(std::size_t list = 0) const { return nodes_[end(list)].next; }
  Object back(std::size_t list = 0) const { return nodes_[end(list)].previous; }
  bool contains(Object object) const { return nodes_[object].next != nowhere; }

  void push_front(Object object, std::size_t list = 0) { link(end(list), object, nodes_[end(list)].next); }
  void push_back(Object object, std::size_t list = 0) { link(nodes_[end(list)].previous, object, end(list)); }
  void remove(Object object) {
    unlink(object);
    nodes_[object].next = nowhere;
  }
  /// From whatever list it is on.
  void move_to_front(Object object, std::size_t list = 0) {
    unlink(object);
    push_front(object, list);
  }

  void prefetch(Object object) const { __builtin_prefetch(&nodes_[object], 1); }
  /// Fetches what remove() will write beside the object, which should have been fetched already.
  void prefetch_neighbours(Object object) const {
    const Node& node = nodes_[object];
    if (node.next == nowhere) return;
    prefetch(node.previous);
    prefetch(node.next);
  }

 private:
  void link(Object previous, Object object, Object next) {
    nodes_[object].previous = previous;
    nodes_[object].next = next;
    nodes_[previous].next = object;
    nodes_[next].previous = object;
  }
  void unlink(Object object) {
    const Node& node = nodes_[object];
    nodes_[node.previous].next = node.next;
    nodes_[node.next].previous = node.previous;
  }

  std::vector<Node> nodes_;
  Object objects_;
};

}  // namespace syswright::cache
