#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "judge/explain/ablate_edits.h"

namespace syswright::judge {

/// What a gain can be attributed to.
enum class PlayerKind {
  terms,     ///< summands, factors and branches near the root of each rule
  features,  ///< features (arrays as one) and statistics, wherever a program reads them
  rules,     ///< answers to the decisions
};
std::string_view to_string(PlayerKind kind);

/// A part of a program that can be absent: its nodes are then held at their typical values, or its rule is left out.
struct Player {
  struct Part {
    std::size_t rule = 0;
    policy::NodeId node = policy::no_node;  ///< no_node: the whole rule
    double value = 0;                       ///< that it is held at
  };
  std::string name;  ///< source text
  std::vector<Part> parts;
};

/// The players of a program, at most 64. Of terms, the largest expression is split into its operands again and again
/// while there are at most `most` of them; constants are no players.
std::vector<Player> list_players(const policy::Program& program, const ObservedValues& values, PlayerKind kind,
                                 std::size_t most = 8);

/// The program with the players of a coalition present and the others absent. bit i of `present`: player i.
policy::ProgramPtr coalition_program(const policy::Program& program, std::span<const Player> players,
                                     std::uint64_t present);

}  // namespace syswright::judge
