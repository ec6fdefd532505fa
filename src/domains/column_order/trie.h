#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace syswright::column_order {

/// The starts of all rows that were sent. Copyable; 12 bytes a node.
class Trie {
 public:
  /// Sends a piece of a row: continues from `node` (0 starts a row), and returns the node where it ends. Characters
  /// that open a new node are added to `fresh`. O(characters * different characters that follow a node).
  std::uint32_t extend(std::uint32_t node, std::string_view text, std::uint64_t& fresh);

 private:
  struct Node {
    std::uint32_t child = 0;  ///< the first; 0: none
    std::uint32_t next = 0;   ///< with the same parent; 0: none
    char character = 0;
  };
  std::vector<Node> nodes_{Node{}};
};

}  // namespace syswright::column_order
