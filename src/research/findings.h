#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::research {

/// What a step of an inquiry does.
enum class Kind {
  known,    ///< tries seeds and known heuristics
  survey,   ///< tries the short programs that a person would try first
  fresh,    ///< tries programs of the grammar
  changed,  ///< starts from a good program, changed several times over
  examine,  ///< asks the judges what each part is worth
  drop,     ///< takes out what is dead
  refine,   ///< works on a term that matters
  slice,    ///< works on a part of the workload in which a rival wins
  blend,    ///< mixes with a rival
  tune,     ///< searches for constants, on a miniature
  polish,   ///< the same on the whole training scenarios, nearby
  open,     ///< answers a decision that is open, or another way
  vary,     ///< varies what survived, without a finding that points anywhere
};
inline constexpr std::size_t kinds = 13;
std::string_view in_words(Kind kind);

/// What is known of the worth of one kind of step.
struct Success {
  double tries = 0;
  double wins = 0;
  friend bool operator==(const Success&, const Success&) = default;
  /// Between 0 and 1; a half where nothing is known.
  double rate() const { return (wins + 1) / (tries + 2); }
};

/// What one inquiry hands on to the next: not its programs, but what it learned.
struct Findings {
  std::array<Success, kinds> success;
  std::map<std::string, double> importance;  ///< of features by name: 1 unless something was found out

  void learn(Kind kind, bool won);
  /// A term that reads the feature is worth this share of the loss.
  void learn(const std::string& feature, double share);
  /// The digest for whoever begins anew: counts weigh half, so that new experience soon counts for more.
  Findings handed_over() const;
  void merge(const Findings& other);
  /// A sentence each.
  std::vector<std::string> sentences() const;
};

}  // namespace syswright::research
