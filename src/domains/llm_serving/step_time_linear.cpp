#include "domains/llm_serving/step_time_linear.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace syswright::llm_serving {
namespace {

class LinearStepTime : public StepTime {
 public:
  explicit LinearStepTime(const LinearOptions& options)
      : options_(options),
        by_kv_token_(options.kv_tokens == 0 ? 0 : options.occupancy / static_cast<double>(options.kv_tokens)) {}

  double seconds(const StepShape& shape) const override {
    const double kv = shape.decodes * shape.decode_kv_mean + shape.prefills * shape.prefill_past + shape.prefill_tokens;
    return options_.base + options_.decode * shape.decodes + options_.prefill * shape.prefill_tokens +
           by_kv_token_ * kv;
  }
  double joules(const StepShape& /*shape*/, double /*seconds*/) const override { return 0; }
  double idle_watts() const override { return 0; }
  std::uint64_t kv_tokens() const override { return options_.kv_tokens; }
  bool rises_with_work() const override { return true; }
  double kv_bytes_per_token() const override { return options_.kv_bytes_per_token; }
  Digest digest() const override {
    DigestBuilder digest;
    digest.add("linear step time").add(options_.base).add(options_.decode).add(options_.prefill);
    digest.add(options_.occupancy).add(options_.kv_tokens).add(options_.kv_bytes_per_token);
    return digest.finish();
  }

 private:
  LinearOptions options_;
  double by_kv_token_;  // s
};

}  // namespace

StepTimePtr make_linear_step_time(const LinearOptions& options) {
  double sum = 0;
  for (const double time : {options.base, options.decode, options.prefill, options.occupancy}) {
    if (time < 0 || !std::isfinite(time)) {
      throw InputError(fmt::format("a linear step time has a part of {} s; none may be negative", time));
    }
    sum += time;
  }
  if (options.base + std::min(options.decode, options.prefill) <= 0) {
    throw InputError(sum == 0 ? "a linear step time of 0 would never end a step; give at least one part"
                              : "a linear step time needs a base, or both a time for each decode and for each prefill "
                                "token: otherwise some steps would take no time");
  }
  if (options.occupancy > 0 && options.kv_tokens == 0) {
    throw InputError("a linear step time that grows with the occupancy of the KV cache needs its capacity in tokens");
  }
  return std::make_shared<const LinearStepTime>(options);
}

}  // namespace syswright::llm_serving
