#include "domains/column_order/trie.h"

#include <span>

#include "domains/column_order/table.h"

namespace syswright::column_order {

std::uint32_t Trie::extend(std::uint32_t node, std::string_view text, std::uint64_t& fresh) {
  for (const char character : text) {
    std::uint32_t found = nodes_[node].child;
    while (found != 0 && nodes_[found].character != character) found = nodes_[found].next;
    if (found == 0) {
      found = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({0, nodes_[node].child, character});
      nodes_[node].child = found;
      ++fresh;
    }
    node = found;
  }
  return node;
}

std::uint64_t new_characters(const Instance& table, std::span<const FieldOrder> orders) {
  Trie trie;
  std::uint64_t fresh = 0;
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    std::uint32_t node = 0;
    for (const std::uint8_t field : orders[row]) node = trie.extend(node, table.cell(row, field), fresh);
  }
  return fresh;
}

}  // namespace syswright::column_order
