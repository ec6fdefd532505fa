#include "domains/llm_serving/step_time_roofline.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "domains/llm_serving/power.h"

namespace syswright::llm_serving {
namespace {

// Kernels of one layer beside its four products: two norms, rotation, KV write, gate.
constexpr double small_kernels = 5;

class RooflineStepTime : public StepTime {
 public:
  explicit RooflineStepTime(const RooflineOptions& options)
      : gpu_(options.gpu),
        work_(options.model, options.degree),
        efficiency_(options.efficiency),
        kv_tokens_(llm_serving::kv_tokens(gpu_, work_, options.memory)) {
    const double peak = gpu_.flops(options.model.weight_bytes);
    matrix_ = peak * efficiency_.matrix;
    attention_ = gpu_.flops_16 * efficiency_.attention;
    bandwidth_ = gpu_.bandwidth * efficiency_.bandwidth;
    link_ = gpu_.link * efficiency_.link;
    power_ = {.gpu = gpu_, .flops = peak, .degree = double(options.degree)};
    DigestBuilder digest;
    digest.add("roofline step time");
    digest_card(digest, gpu_);
    digest_card(digest, options.model);
    digest.add(options.degree).add(efficiency_.matrix).add(efficiency_.attention).add(efficiency_.bandwidth);
    digest.add(efficiency_.link).add(kv_tokens_);
    digest_ = digest.finish();
  }

  double seconds(const StepShape& shape) const override {
    const double tokens = shape.tokens();
    double layer = product(work_.qkv(tokens)) + product(work_.output(tokens)) + product(work_.gate_up(tokens)) +
                   product(work_.down(tokens));
    layer += small_kernels * gpu_.kernel + work_.elementwise(tokens).bytes / bandwidth_;
    layer += attention(shape) + reduction(tokens);
    double step = work_.model().layers * layer + gpu_.kernel + work_.embedding(tokens).bytes / bandwidth_;
    if (shape.sampled > 0) {
      step += product(work_.head(shape.sampled)) + gpu_.kernel + work_.sampler(shape.sampled).bytes / bandwidth_;
    }
    return step;
  }

  double joules(const StepShape& shape, double seconds) const override {
    return power_.joules(work_.total(shape), seconds);
  }
  double idle_watts() const override { return power_.idle_watts(); }
  std::uint64_t kv_tokens() const override { return kv_tokens_; }
  bool rises_with_work() const override { return true; }
  double kv_bytes_per_token() const override { return work_.model().kv_bytes_per_token(); }
  Digest digest() const override { return digest_; }

 private:
  double product(const Work& work) const {
    return gpu_.kernel + std::max(work.flops / matrix_, work.bytes / bandwidth_);
  }

  double attention(const StepShape& shape) const {
    const Work prefill = work_.prefill_attention(shape);
    const Work decode = work_.decode_attention(shape);
    return gpu_.kernel + std::max(prefill.flops / attention_, prefill.bytes / bandwidth_) +
           std::max(decode.flops / attention_, decode.bytes / bandwidth_);
  }

  /// Two a layer.
  double reduction(double tokens) const {
    if (work_.degree() == 1) return 0;
    return 2 * gpu_.link_latency + work_.reduced_bytes(tokens) / link_;
  }

  GpuCard gpu_;
  StepWork work_;
  Efficiency efficiency_;
  std::uint64_t kv_tokens_;
  double matrix_ = 0;     // FLOP/s reached
  double attention_ = 0;  // FLOP/s reached
  double bandwidth_ = 0;  // bytes/s reached
  double link_ = 0;       // bytes/s reached
  PowerModel power_;
  Digest digest_;
};

void check_share(double share, const char* what) {
  if (share > 0 && share <= 1) return;
  throw InputError(
      fmt::format("the share of {} that is reached is {}; it has to lie above 0 and at most at 1", what, share));
}

/// GPUs on which the weights would leave room, as a power of two; 0 if even 64 would not do.
std::uint32_t enough_gpus(const RooflineOptions& options) {
  for (std::uint32_t degree = options.degree; degree <= 64; degree *= 2) {
    if (options.model.heads % degree != 0) break;
    if (kv_tokens(options.gpu, StepWork(options.model, degree), options.memory) > 0) return degree;
  }
  return 0;
}

}  // namespace

StepTimePtr make_roofline_step_time(const RooflineOptions& options) {
  check_share(options.efficiency.matrix, "peak arithmetic in matrix products");
  check_share(options.efficiency.attention, "peak arithmetic in attention");
  check_share(options.efficiency.bandwidth, "peak bandwidth");
  check_share(options.efficiency.link, "the link's bandwidth");
  check_share(options.memory.share, "memory");
  if (options.degree > 1 && options.gpu.link <= 0) {
    throw InputError(
        fmt::format("GPU '{}' has no link, so that {} of them cannot share a model", options.gpu.name, options.degree));
  }
  auto step = std::make_shared<const RooflineStepTime>(options);
  if (step->kv_tokens() > 0) return step;
  const std::uint32_t enough = enough_gpus(options);
  throw InputError(fmt::format("{:.1f} GB of weights of '{}' leave no room for KV cache on {} x {}{}",
                               options.model.bytes() / 1e9, options.model.name, options.degree, options.gpu.name,
                               enough == 0 ? "; take fewer bytes per weight"
                                           : fmt::format("; take at least '{}x{}'", options.gpu.name, enough)));
}

}  // namespace syswright::llm_serving
