#include "domains/llm_serving/step_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace syswright::llm_serving {
namespace {

constexpr double activation_bytes = 2;

/// One pass over `weights` parameters for `rows` rows of input of width `in` and output of width `out`.
Work product(double rows, double in, double out, double weights, double weight_bytes) {
  if (rows == 0) return {};
  return {2 * rows * in * out, weights * weight_bytes + rows * (in + out) * activation_bytes};
}

}  // namespace

StepWork::StepWork(const ModelCard& model, std::uint32_t degree)
    : model_(model),
      degree_(degree),
      heads_(double(model.heads) / degree),
      kv_heads_(std::max(1.0, double(model.kv_heads) / degree)) {
  if (degree == 0 || model.heads % degree != 0 || (model.kv_heads % degree != 0 && degree % model.kv_heads != 0)) {
    throw InputError(fmt::format("{} heads and {} KV heads of '{}' cannot be split over {} GPUs; take a divisor of {}",
                                 model.heads, model.kv_heads, model.name, degree, model.heads));
  }
}

Work StepWork::qkv(double tokens) const {
  const double out = (heads_ + 2 * kv_heads_) * model_.head_size;
  return product(tokens, model_.hidden, out, model_.hidden * out, model_.weight_bytes);
}

Work StepWork::output(double tokens) const {
  const double in = heads_ * model_.head_size;
  return product(tokens, in, model_.hidden, in * model_.hidden, model_.weight_bytes);
}

double StepWork::experts_read(double tokens) const {
  if (model_.experts == 0) return 1;
  const double missed = 1 - double(model_.active_experts) / model_.experts;
  return model_.experts * (1 - std::pow(missed, tokens));
}

Work StepWork::gate_up(double tokens) const {
  const double rows = tokens * std::max(1u, model_.active_experts);
  const double out = 2.0 * model_.ffn / degree_;
  Work work = product(rows, model_.hidden, out, experts_read(tokens) * model_.hidden * out, model_.weight_bytes);
  if (model_.experts > 0) {
    work += product(tokens, model_.hidden, model_.experts, double(model_.hidden) * model_.experts, model_.weight_bytes);
  }
  return work;
}

Work StepWork::down(double tokens) const {
  const double rows = tokens * std::max(1u, model_.active_experts);
  const double in = double(model_.ffn) / degree_;
  return product(rows, in, model_.hidden, experts_read(tokens) * in * model_.hidden, model_.weight_bytes);
}

Work StepWork::elementwise(double tokens) const {
  // Both norms read and write a vector and its residual; rotation reads and writes queries and keys; the gate reads
  // both halves and writes one.
  const double values = 2 * 4.0 * model_.hidden + 2 * (heads_ + kv_heads_) * model_.head_size +
                        3.0 * std::max(1u, model_.active_experts) * model_.ffn / degree_;
  return {4 * tokens * values, tokens * values * activation_bytes};
}

Work StepWork::prefill_attention(const StepShape& shape) const {
  if (shape.prefill_tokens == 0) return {};
  const double tokens = shape.prefill_tokens;
  const double chunks = std::max(1u, shape.prefills);
  // Each token of a chunk looks at the past and, on average, at half of its chunk.
  const double pairs = tokens * (shape.prefill_past + tokens / chunks / 2);
  const double kv = chunks * shape.prefill_past + tokens;
  return {4 * pairs * heads_ * model_.head_size, 2 * kv * kv_heads_ * model_.head_size * model_.kv_bytes +
                                                     2 * tokens * heads_ * model_.head_size * activation_bytes};
}

Work StepWork::decode_attention(const StepShape& shape) const {
  const double kv = shape.decodes * shape.decode_kv_mean;
  const double drafts = shape.decodes == 0 ? 0 : double(shape.decode_tokens) / shape.decodes;
  return {4 * kv * drafts * heads_ * model_.head_size,
          2 * kv * kv_heads_ * model_.head_size * model_.kv_bytes +
              2.0 * shape.decode_tokens * heads_ * model_.head_size * activation_bytes};
}

Work StepWork::head(double sequences) const {
  const double out = double(model_.vocabulary) / degree_;
  return product(sequences, model_.hidden, out, model_.hidden * out, model_.weight_bytes);
}

Work StepWork::sampler(double sequences) const {
  // Logits become 32 bits wide; softmax and the choice each pass over them.
  const double values = sequences * model_.vocabulary;
  return {4 * values, values * (2 + 4 + 4 + 4)};
}

Work StepWork::embedding(double tokens) const { return {0, 2 * tokens * model_.hidden * activation_bytes}; }

Work StepWork::total(const StepShape& shape) const {
  const double tokens = shape.tokens();
  Work layer = qkv(tokens);
  layer += output(tokens);
  layer += gate_up(tokens);
  layer += down(tokens);
  layer += elementwise(tokens);
  layer += prefill_attention(shape);
  layer += decode_attention(shape);
  Work all = model_.layers * layer;
  all += embedding(tokens);
  all += head(shape.sampled);
  all += sampler(shape.sampled);
  return all;
}

double StepWork::reduced_bytes(double tokens) const {
  return 2 * 2.0 * (degree_ - 1) / degree_ * tokens * model_.hidden * activation_bytes;
}

std::uint64_t kv_tokens(const GpuCard& gpu, const StepWork& work, const MemoryPlan& plan) {
  const ModelCard& model = work.model();
  const double repeated = work.kv_heads() * work.degree() / model.kv_heads;
  const double token = model.kv_bytes_per_token() * repeated / work.degree();
  const double vectors = 4.0 * model.hidden + (model.heads + 2.0 * model.kv_heads) * model.head_size / work.degree() +
                         3.0 * std::max(1u, model.active_experts) * model.ffn / work.degree();
  const double activations =
      plan.batched_tokens * vectors * activation_bytes + double(plan.sequences) * model.vocabulary * (2 + 4);
  const double room = gpu.memory * plan.share - model.bytes() / work.degree() - activations - plan.runtime_bytes;
  return room <= 0 ? 0 : static_cast<std::uint64_t>(room / token);
}

}  // namespace syswright::llm_serving
