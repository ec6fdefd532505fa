#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "policy/jit.h"
#include "policy/program.h"

/// Comparing implementations of the policy language bit for bit, with a report that lets a disagreement be repeated.
namespace syswright::support {

inline std::string bits_of(double x) { return fmt::format("{:016x} ({})", std::bit_cast<std::uint64_t>(x), x); }

/// The graph as one line a node: readable whatever the printer does.
inline std::string describe(const policy::Rule& rule) {
  std::string text;
  for (policy::NodeId id = 0; id < rule.graph.size(); ++id) {
    const policy::Node& node = rule.graph[id];
    text += fmt::format("  n{} = ", id);
    if (node.op == policy::Op::constant) {
      text += bits_of(node.value);
    } else if (node.op == policy::Op::input) {
      text += fmt::format("input {}", node.input);
    } else {
      text += policy::info(node.op).name;
      for (policy::NodeId operand : node.operands()) text += fmt::format(" n{}", operand);
    }
    text += "\n";
  }
  return text;
}

inline testing::AssertionResult same_bits(double expected, double actual, const policy::Rule& rule,
                                          std::span<const double> inputs, std::string_view who) {
  if (std::bit_cast<std::uint64_t>(expected) == std::bit_cast<std::uint64_t>(actual)) {
    return testing::AssertionSuccess();
  }
  std::string text = fmt::format("the interpreter gives {}, {} gives {} for\n{}on inputs", bits_of(expected), who,
                                 bits_of(actual), describe(rule));
  for (double input : inputs) text += " " + bits_of(input);
  return testing::AssertionFailure() << text;
}

/// Questions with the same global inputs, as a batch function takes them.
struct Columns {
  std::vector<double> globals;
  std::vector<std::vector<double>> candidates;  ///< [candidate inputs][questions]

  /// questions: [n][rule.inputs], all with the global inputs of the first.
  Columns(const policy::Rule& rule, const std::vector<std::vector<double>>& questions)
      : globals(questions.front().begin(), questions.front().begin() + static_cast<std::ptrdiff_t>(rule.global_inputs)),
        candidates(rule.inputs.size() - rule.global_inputs) {
    for (std::size_t column = 0; column < candidates.size(); ++column) {
      for (const auto& question : questions) candidates[column].push_back(question[rule.global_inputs + column]);
    }
  }
  std::vector<const double*> pointers() const {
    std::vector<const double*> result;
    for (const auto& column : candidates) result.push_back(column.data());
    return result;
  }
};

}  // namespace syswright::support
