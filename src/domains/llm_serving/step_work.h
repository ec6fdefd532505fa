#pragma once

#include <cstdint>

#include "domains/llm_serving/cards.h"
#include "domains/llm_serving/step_time.h"

namespace syswright::llm_serving {

/// What one GPU of a tensor-parallel group does in one kernel, or in several.
struct Work {
  double flops = 0;
  double bytes = 0;  ///< to and from its memory

  Work& operator+=(const Work& more) {
    flops += more.flops;
    bytes += more.bytes;
    return *this;
  }
  friend Work operator*(double times, Work work) { return {times * work.flops, times * work.bytes}; }
};

/// Counts the work of a step of a model that is split over `degree` GPUs (attention by heads, feed-forward by columns
/// and rows, experts by columns too, vocabulary by rows), as fused kernels do it: one pass over the weights, one over
/// the KV cache, norms with their residual, no matrix of scores in memory. O(1).
class StepWork {
 public:
  /// Throws InputError if the degree does not divide the heads.
  StepWork(const ModelCard& model, std::uint32_t degree);

  Work qkv(double tokens) const;
  Work output(double tokens) const;
  /// The two matrices before the gate and, in down(), the one behind it; of experts those that are read, and the
  /// router.
  Work gate_up(double tokens) const;
  Work down(double tokens) const;
  /// Two norms, rotary embedding, gate: of one layer.
  Work elementwise(double tokens) const;
  /// Of one layer. Chunks count as equally long.
  Work prefill_attention(const StepShape& shape) const;
  Work decode_attention(const StepShape& shape) const;
  Work head(double sequences) const;
  Work sampler(double sequences) const;
  Work embedding(double tokens) const;
  /// Of the whole step.
  Work total(const StepShape& shape) const;

  /// Distinct experts that `tokens` tokens are sent to, if each draws its active ones evenly: e(1 - (1 - k/e)^tokens).
  double experts_read(double tokens) const;
  /// Sent by each GPU in the two all-reduces of one layer, by rings: 2 · 2(degree - 1)/degree · tokens · hidden · 2.
  double reduced_bytes(double tokens) const;
  /// KV heads that a GPU holds: at least 1, so that they are repeated where there are fewer than GPUs.
  double kv_heads() const { return kv_heads_; }
  std::uint32_t degree() const { return degree_; }
  const ModelCard& model() const { return model_; }

 private:
  ModelCard model_;
  std::uint32_t degree_;
  double heads_;     ///< a GPU's
  double kv_heads_;  ///< a GPU's
};

/// Room for KV cache, as an engine finds it when it starts.
struct MemoryPlan {
  double share = 0.9;                   ///< of memory that the engine may use
  std::uint32_t batched_tokens = 2048;  ///< most tokens of a step
  std::uint32_t sequences = 256;        ///< most sequences
  double runtime_bytes =
      0.75 * (1 << 30);  ///< context, communication buffers, graphs; our choice: logs show 0.4 to 1 GiB
};

/// Tokens of KV cache: memory · share - weights - activations - runtime, of one GPU, over a token's bytes there; 0 if
/// the weights do not fit. Activations are those of the largest step: for each token 4 hidden vectors, queries, keys,
/// values and both halves of the gate in 16 bits, for each sequence a row of logits in 16 and 32 bits.
std::uint64_t kv_tokens(const GpuCard& gpu, const StepWork& work, const MemoryPlan& plan);

}  // namespace syswright::llm_serving
