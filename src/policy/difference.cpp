#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "policy/program.h"

namespace syswright::policy {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

/// Length of the longest common subsequence of a[i..] and b[j..], for all i and j. O(|a||b|) time and memory.
std::vector<std::vector<std::uint32_t>> common_suffixes(const std::vector<std::string_view>& a,
                                                        const std::vector<std::string_view>& b) {
  std::vector<std::vector<std::uint32_t>> common(a.size() + 1, std::vector<std::uint32_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}

bool opens_rule(std::string_view line) { return line.starts_with("  rank ") || line.starts_with("  value "); }

}  // namespace

std::string describe_difference(const Program& a, const Program& b) {
  const std::string first = to_source(*a.renamed("p"));
  const std::string second = to_source(*b.renamed("p"));
  const auto before = lines_of(first);
  const auto after = lines_of(second);
  const auto common = common_suffixes(before, after);
  std::string rule;  // that the difference is in
  std::string changes;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    const bool equal = i < before.size() && j < after.size() && before[i] == after[j];
    if (equal && !changes.empty()) break;
    if (equal) {
      if (opens_rule(before[i])) rule = before[i];
      ++i, ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      changes += "- " + std::string(before[i++]) + "\n";
    } else {
      changes += "+ " + std::string(after[j++]) + "\n";
    }
  }
  if (changes.empty() || rule.empty()) return changes;
  return "  " + rule + "\n" + changes;
}

}  // namespace syswright::policy
