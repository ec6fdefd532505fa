#pragma once

#include <cstdint>
#include <memory>

#include "base/digest.h"

namespace syswright::llm_serving {

/// What one step of an engine works on.
struct StepShape {
  std::uint32_t prefill_tokens = 0;  ///< sum of the chunks
  std::uint32_t prefills = 0;        ///< chunks
  double prefill_past = 0;           ///< tokens already in the KV cache before a chunk, weighted by the chunks' tokens
  std::uint32_t decodes = 0;         ///< sequences that get one token
  std::uint32_t decode_tokens = 0;   ///< tokens computed for them: more than `decodes` where drafts are verified
  double decode_kv_mean = 0;         ///< tokens in their KV caches
  /// The fewest and the most tokens in the KV cache of one decoding sequence; both 0 without decodes. Where the mean
  /// lies between the two, (mean - min) / (max - min), is what the measured skew of attention depends on.
  std::uint32_t decode_kv_min = 0;
  std::uint32_t decode_kv_max = 0;
  std::uint32_t sampled = 0;  ///< sequences whose logits are needed: decodes, and prefills that end

  std::uint32_t tokens() const { return prefill_tokens + decode_tokens; }
};

/// Time and energy of a step of one model on one replica: its GPUs, their number, and how they are joined. Immutable;
/// any thread may ask.
class StepTime {
 public:
  virtual ~StepTime() = default;
  /// Of the device, without host overhead; tokens() is at least 1. O(1), well under a microsecond.
  virtual double seconds(const StepShape& shape) const = 0;
  /// Of the step, all GPUs of the replica together; 0 where nothing is known of power.
  virtual double joules(const StepShape& shape, double seconds) const = 0;
  /// While nothing runs; 0 where nothing is known of power.
  virtual double idle_watts() const = 0;
  /// What memory holds beside weights and activations, in tokens of KV cache; 0: not known, a setting must say.
  virtual std::uint64_t kv_tokens() const = 0;
  /// Whether a step with more in it, of any kind, never takes less time than it would at the least attention that its
  /// tokens can have: what bounds rest on. Not so of measured times.
  virtual bool rises_with_work() const { return false; }
  /// KV cache of one token, for transfers between replicas.
  virtual double kv_bytes_per_token() const = 0;
  virtual Digest digest() const = 0;
};
using StepTimePtr = std::shared_ptr<const StepTime>;

}  // namespace syswright::llm_serving
