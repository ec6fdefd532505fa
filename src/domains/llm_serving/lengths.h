#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// How many tokens a prompt or an output has.
struct LengthCurve {
  enum class Kind {
    constant,    ///< median
    log_normal,  ///< exp(N(ln median, sigma²)), within minimum … maximum
    quantiles,   ///< by its quantile function: between the knots as of a log-normal
  };
  struct Knot {
    double p;       ///< rising from 0 to 1
    double tokens;  ///< at least 1, never falling
  };
  Kind kind = Kind::constant;
  double median = 1;
  double sigma = 0;
  double minimum = 1;
  double maximum = 1e6;
  std::vector<Knot> knots;

  /// The tokens that a fraction p of all draws, 0 < p < 1, stays at or below.
  double quantile(double p) const;
};

/// Prompts and outputs of a workload.
struct Lengths {
  std::string name;
  LengthCurve prompt;
  LengthCurve output;
  double correlation = 0;  ///< of the normal draws behind prompt and output (Gaussian copula), −1 … 1
  /// Given: the pairs of a log, drawn with replacement; curves and correlation are then not used.
  std::shared_ptr<const std::vector<std::pair<std::uint32_t, std::uint32_t>>> pairs;
  /// Independently this share of prompts, and of outputs, is longer by this factor.
  double inflated_share = 0;
  double inflation = 10;
  /// Of the model, tokens: outputs are cut to leave 16 for a prompt, then prompts to what is left. 0: no limit.
  std::uint32_t context = 0;
};

/// A built-in shape ("sharegpt", "azure-code", "azure-conversation", "mooncake", "arxiv"), or a spelt-out one:
/// "fixed:prompt=512,output=128", "log-normal:prompt=1020,prompt-sigma=0.9,output=129,output-sigma=0.8" (medians, in
/// tokens). Throws InputError that lists what there is.
Lengths lengths_from(const std::string& text);
/// Names of the built-in shapes, and where their figures come from.
const std::vector<std::pair<std::string, std::string>>& length_shapes();

/// A built-in shape by its name alone. Throws InputError that lists what there is.
Lengths length_shape(const std::string& name);

/// Pairs of a log, for drawing with replacement.
Lengths resample_lengths(const Requests& requests);
/// Log-normal curves through median and 90th percentile of prompts and outputs, and the correlation of their
/// logarithms.
Lengths fit_log_normal_lengths(const Requests& requests);
/// Curves through twelve quantiles, and the rank correlation: closer than a log-normal where there is a limit or a
/// second hump, and small enough to be printed.
Lengths fit_quantile_lengths(const Requests& requests);

/// Prompt and output of request `index`: a pure function of its arguments, both at least 1 token.
std::pair<std::uint32_t, std::uint32_t> draw_lengths(const Lengths& lengths, std::uint64_t seed, std::uint64_t index);
/// The same with draws from `random`.
std::pair<std::uint32_t, std::uint32_t> draw_lengths(const Lengths& lengths, Random random);

}  // namespace syswright::llm_serving
