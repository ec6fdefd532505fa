#pragma once

#include <cstddef>
#include <cstdint>

#include "design/race.h"
#include "design/strategy.h"

namespace syswright::research {

struct VulcanOptions {
  std::size_t islands = 3;
  std::size_t samples = 4;    ///< conversations of an island in a round
  std::size_t members = 25;   ///< programs that an island keeps
  std::size_t migration = 5;  ///< rounds from one migration to the next
  std::size_t repairs = 3;    ///< further questions in a conversation whose program is refused or refuted
  std::size_t patience = 3;   ///< rounds without a new program after which the search ends
  double temperature = 1;
  std::uint64_t max_tokens = 2048;  ///< of an answer
  design::RaceRules race{.keep = 0.5};
};

/// Lets a language model write the programs, on islands that show only their own programs to it. Each question asks for
/// work on the rule of one decision, in turn, and explains how decisions part into values and ranks and which
/// statistics (listeners) a policy may have kept for it. A program must pass the gate (gate.h) before it is tried: one
/// that does not compile, or whose contract is refuted, goes back with the compiler's message or the counterexample.
///
/// The known heuristics are tried first and are on every island. Every few rounds each island's leader moves on to the
/// next, and where a domain has several decisions, what the guest and the host do well is put together without a model:
/// the ranks of the one with the values of the other. Programs are raced and charged like those of every designer; an
/// island's leader gives way only to a program that is surely better on the whole training scenarios.
///
/// A program to start from (Task::seeds) with a contract binds all programs to it. A function of task, seed and the
/// model's answers. Throws InputError where a program to start from does not keep its own contract.
/// Source: Vulcan, arXiv 2512.25065, 2026 (version 2); our language and judges stand in for Anvil and its verifier.
class Vulcan final : public design::StrategyDesigner {
 public:
  explicit Vulcan(VulcanOptions options = {})
      : StrategyDesigner("vulcan",
                         "programs written by a language model on islands, rule by rule, with statistics that they "
                         "declare; contracts are a gate",
                         "forged"),
        options_(options) {}
  bool needs_chat() const override { return true; }
  std::unique_ptr<design::Strategy> start(design::Search& search) const override;

 private:
  VulcanOptions options_;
};

}  // namespace syswright::research
