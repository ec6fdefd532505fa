#pragma once

#include <cstddef>
#include <cstdint>

#include "design/strategy.h"

namespace syswright::research {

struct GliaOptions {
  std::size_t contexts = 2;      ///< researchers side by side, independent of each other
  std::size_t repairs = 3;       ///< further questions after an answer that cannot be read
  std::size_t longest = 24'000;  ///< bytes of a conversation, after which a fresh one begins from a digest
  std::size_t patience = 5;      ///< requests without a better program after which the supervisor asks
  std::size_t review_every = 8;  ///< requests after which it asks in any case
  std::size_t idle = 3;          ///< answers in a row that cannot be read after which a fresh conversation begins
  std::size_t give_up = 6;       ///< the same after which the researcher is not asked any more
  double temperature = 1;
  std::uint64_t max_tokens = 2048;  ///< of an answer
};

/// Lets language models do the research. Researcher models ask for the playground's tools by a small text protocol
/// (protocol.h): try a program, compare two, slice, ablate, bound, tune, plot, conclude. What cannot be read goes back
/// with what is wrong. A supervisor model sees findings and never a program; it asks questions when work stalls.
/// Several researchers work in conversations of their own; one that has grown long ends, and a fresh one begins from a
/// digest. Keeps a notebook. The known heuristics are tried first: without one good answer the best of them is handed
/// over.
///
/// A function of task, seed and the models' answers. Evaluations and the models' budget are both kept.
/// Source: Glia, arXiv 2510.27176; Engram, arXiv 2603.21321 (fresh contexts that hand over a digest).
class Glia final : public design::StrategyDesigner {
 public:
  explicit Glia(GliaOptions options = {})
      : StrategyDesigner("glia", "language models as researchers and their supervisor, with the judges as tools",
                         "glia"),
        options_(options) {}
  bool needs_chat() const override { return true; }
  std::string_view without_chat() const override { return "researcher"; }
  bool keeps_notebook() const override { return true; }
  std::unique_ptr<design::Strategy> start(design::Search& search) const override;

 private:
  GliaOptions options_;
};

}  // namespace syswright::research
