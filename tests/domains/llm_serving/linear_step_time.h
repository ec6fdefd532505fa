#pragma once

#include "domains/llm_serving/step_time.h"

namespace syswright::llm_serving {

/// Every term of a shape counts, so that a wrong shape is a wrong time.
class TestStepTime final : public StepTime {
 public:
  double seconds(const StepShape& shape) const override {
    return 0.01 + 1e-4 * shape.prefill_tokens + 3e-5 * shape.prefills + 1e-7 * shape.prefill_past +
           2e-4 * shape.decodes + 1e-5 * shape.decode_tokens + 1e-6 * shape.decode_kv_mean * shape.decodes +
           2e-7 * shape.decode_kv_max + 3e-7 * shape.decode_kv_min + 7e-6 * shape.sampled;
  }
  double joules(const StepShape&, double seconds) const override { return 400 * seconds; }
  double idle_watts() const override { return 100; }
  std::uint64_t kv_tokens() const override { return 0; }
  double kv_bytes_per_token() const override { return 1e5; }
  Digest digest() const override { return {1, 2}; }
};

/// The same time for every step: schedules can be worked out by hand.
class UnitStepTime final : public StepTime {
 public:
  double seconds(const StepShape&) const override { return 1; }
  double joules(const StepShape&, double) const override { return 0; }
  double idle_watts() const override { return 0; }
  std::uint64_t kv_tokens() const override { return 0; }
  double kv_bytes_per_token() const override { return 1; }
  Digest digest() const override { return {1, 1}; }
};

}  // namespace syswright::llm_serving
