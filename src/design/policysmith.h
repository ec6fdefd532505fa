#pragma once

#include <cstddef>
#include <cstdint>

#include "design/race.h"
#include "design/strategy.h"

namespace syswright::design {

struct PolicySmithOptions {
  std::size_t samples = 25;  ///< conversations a round
  std::size_t shown = 2;     ///< programs that a question shows
  std::size_t repairs = 3;   ///< further questions in a conversation whose program does not compile
  std::size_t patience = 3;  ///< rounds without a new program after which the search ends
  double temperature = 1;
  std::uint64_t max_tokens = 2048;  ///< of an answer
  RaceRules race{.keep = 0.5};
};

/// Lets a language model write the programs. A question describes the decision, generated from the domain's signature,
/// with known heuristics, and shows the two best programs so far with their scores; each sample of a round is a
/// conversation of its own, in which a program that does not compile is sent back with the compiler's message. Rounds
/// are raced and charged like those of every other designer. The known heuristics are tried first, at the budget's
/// cost: without one good answer the best of them is what is handed over.
///
/// The lead passes only to a program that is surely better on the whole training scenarios, by the paired interval. A
/// function of task, seed and the model's answers.
/// Source: PolicySmith, HotNets 2025, arXiv 2510.08803.
class PolicySmith final : public StrategyDesigner {
 public:
  explicit PolicySmith(PolicySmithOptions options = {})
      : StrategyDesigner(
            "policysmith",
            "programs written by a language model, repaired by the compiler's messages, improved from the two best",
            "smithed"),
        options_(options) {}
  bool needs_chat() const override { return true; }
  std::unique_ptr<Strategy> start(Search& search) const override;

 private:
  PolicySmithOptions options_;
};

}  // namespace syswright::design
