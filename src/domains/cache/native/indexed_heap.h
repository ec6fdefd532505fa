#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "domains/cache/native/lists.h"

namespace syswright::cache {

/// Priority queue of objects from which any object can be taken out or moved: the smallest key is on top. Keys must be
/// distinct. O(log residents) an operation.
template <typename Key>
class IndexedHeap {
 public:
  explicit IndexedHeap(std::size_t objects) : places_(objects, nowhere) {}

  bool contains(Object object) const { return places_[object] != nowhere; }
  bool empty() const { return items_.empty(); }
  Object top() const { return items_.front().second; }
  const Key& top_key() const { return items_.front().first; }

  void push(Object object, Key key) {
    items_.emplace_back(key, object);
    rise(items_.size() - 1);
  }
  /// To a key that is larger than it was.
  void raise_key(Object object, Key key) {
    items_[places_[object]].first = key;
    sink(places_[object]);
  }
  void pop() {
    places_[items_.front().second] = nowhere;
    const Item last = items_.back();
    items_.pop_back();
    if (items_.empty()) return;
    items_.front() = last;
    sink(0);
  }
  void erase(Object object) {
    const std::size_t at = places_[object];
    places_[object] = nowhere;
    const Item last = items_.back();
    items_.pop_back();
    if (at == items_.size()) return;
    items_[at] = last;
    at > 0 && last.first < items_[(at - 1) / arity].first ? rise(at) : sink(at);
  }
  void prefetch(Object object) const { __builtin_prefetch(&places_[object], 1); }

 private:
  using Item = std::pair<Key, Object>;
  static constexpr std::size_t arity = 4;  // a node's children share a cache line or two

  void place(std::size_t at, const Item& item) {
    items_[at] = item;
    places_[item.second] = static_cast<Object>(at);
  }
  void rise(std::size_t at) {
    const Item item = items_[at];
    while (at > 0 && item.first < items_[(at - 1) / arity].first) {
      place(at, items_[(at - 1) / arity]);
      at = (at - 1) / arity;
    }
    place(at, item);
  }
  void sink(std::size_t at) {
    const Item item = items_[at];
    while (true) {
      const std::size_t first = at * arity + 1;
      if (first >= items_.size()) break;
      const std::size_t last = std::min(first + arity, items_.size());
      std::size_t least = first;
      for (std::size_t child = first + 1; child < last; ++child) {
        if (items_[child].first < items_[least].first) least = child;
      }
      if (!(items_[least].first < item.first)) break;
      place(at, items_[least]);
      at = least;
    }
    place(at, item);
  }

  std::vector<Item> items_;
  std::vector<Object> places_;  ///< [objects] index into items_
};

}  // namespace syswright::cache
