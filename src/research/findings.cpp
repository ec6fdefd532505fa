#include "research/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace syswright::research {
namespace {

constexpr std::array<std::string_view, kinds> words{"try what is known",
                                                    "survey short programs",
                                                    "try programs of the grammar",
                                                    "start from a changed program",
                                                    "examine the parts",
                                                    "drop what is dead",
                                                    "refine a term",
                                                    "work on a lost slice",
                                                    "blend with a rival",
                                                    "tune constants",
                                                    "polish constants",
                                                    "answer a decision",
                                                    "vary what survived"};
/// What features are worth at most, against those of which nothing is known.
constexpr double most_importance = 6;

}  // namespace

std::string_view in_words(Kind kind) { return words[static_cast<std::size_t>(kind)]; }

void Findings::learn(Kind kind, bool won) {
  Success& one = success[static_cast<std::size_t>(kind)];
  one.tries += 1;
  one.wins += won ? 1 : 0;
}

void Findings::learn(const std::string& feature, double share) {
  double& known = importance.try_emplace(feature, 1).first->second;
  known = std::max(known, std::min(most_importance, 1 + 20 * share));
}

Findings Findings::handed_over() const {
  Findings digest = *this;
  for (Success& one : digest.success) one = {one.tries / 2, one.wins / 2};
  return digest;
}

void Findings::merge(const Findings& other) {
  for (std::size_t i = 0; i < kinds; ++i) {
    success[i].tries += other.success[i].tries;
    success[i].wins += other.success[i].wins;
  }
  for (const auto& [feature, weight] : other.importance) {
    double& known = importance.try_emplace(feature, 1).first->second;
    known = std::max(known, weight);
  }
}

std::vector<std::string> Findings::sentences() const {
  std::vector<std::string> sentences;
  std::vector<std::pair<std::string, double>> features(importance.begin(), importance.end());
  std::erase_if(features, [](const auto& feature) { return feature.second < 1.2; });
  std::stable_sort(features.begin(), features.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (!features.empty()) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min<std::size_t>(features.size(), 6); ++i) names.push_back(features[i].first);
    sentences.push_back(fmt::format("terms that read {} matter", join(names)));
  }
  for (std::size_t i = static_cast<std::size_t>(Kind::drop); i < kinds; ++i) {
    const Success& one = success[i];
    if (one.tries < 1) continue;
    sentences.push_back(fmt::format("'{}' helped in {:.3g} of {:.3g} tries", words[i], one.wins, one.tries));
  }
  return sentences;
}

}  // namespace syswright::research
