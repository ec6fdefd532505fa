#include "studies/parallel_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "studies/parallel_plan_model.h"

namespace syswright::studies::plan {
namespace {

constexpr double bytes_a_weight = 2;
constexpr double tile_rows = 128;
constexpr double tile_columns = 256;
constexpr double best_share = 0.82;         // of the peak, that a full wave of tiles reaches
constexpr double launch = 5e-6;             // of a kernel
constexpr double kernels_a_layer = 12;      // forward, beside the matrix products
constexpr double overlap_share = 0.7;       // of a matrix product, behind which a collective can hide
constexpr double sms_to_saturate = 5;       // of the curve of bandwidth against SMs
constexpr double gradient_sms = 8;          // that NCCL takes from the backward pass while gradients move
constexpr double bucket_to_saturate = 4e6;  // bytes, at which half of the bandwidth is reached

/// Seconds of rows x inner times inner x columns on so many SMs.
double matrix_product(const ClusterSize& cluster, double rows, double inner, double columns, double sms) {
  const double tiles = std::ceil(rows / tile_rows) * std::ceil(columns / tile_columns);
  const double waves = std::ceil(tiles / sms);
  const double a_wave = 2 * tile_rows * tile_columns * inner * sms / (cluster.flops * best_share * sms / cluster.sms);
  const double moved = bytes_a_weight * (rows * inner + inner * columns + rows * columns);
  return std::max(waves * a_wave, moved / cluster.memory_bandwidth) + launch;
}

/// The parts of a layer's forward pass on one GPU, in seconds.
struct LayerTime {
  double products = 0;
  double attention = 0;
  double rest = 0;
  double communication = 0;  ///< exposed
  double forward() const { return products + attention + rest + communication; }
};

class Clock {
 public:
  Clock(const Job& job, const Plan& plan)
      : job_(job), model_(job.model), cluster_(job.cluster), plan_(plan), tokens_(tokens(job, plan)) {}

  double step() const {
    const LayerTime layer = this->layer();
    const double forward = layer.forward();
    double backward = 2 * (layer.products + layer.attention) + layer.rest + layer.communication;
    if (plan_.recompute == Plan::Recompute::full) backward += forward;
    if (plan_.recompute == Plan::Recompute::selective) backward += layer.attention + 0.5 * layer.rest;
    const double layers = model_.layers / plan_.pipeline;
    const double last = head();
    const double stage = layers * (forward + backward) + last;
    const double count = micro_batches(job_, plan_);
    const double bubble = (plan_.pipeline - 1) / plan_.chunks;
    const double pipelined = (count + bubble) * stage + count * hop();
    return pipelined + gradients(layers * backward) + optimizer();
  }

 private:
  double available() const { return overlapped() ? cluster_.sms - plan_.comm_sms : cluster_.sms; }
  bool overlapped() const { return plan_.tensor > 1 && plan_.sequence_parallel; }

  LayerTime layer() const {
    LayerTime time;
    const double split = plan_.tensor;
    const double sms = available();
    const double kept = model_.hidden * model_.heads_share;
    time.products = matrix_product(cluster_, tokens_, model_.hidden, (model_.hidden + 2 * kept) / split, sms) +
                    matrix_product(cluster_, tokens_, model_.hidden / split, model_.hidden, sms) + experts(sms);
    time.attention = attention();
    const double passes = plan_.sequence_parallel ? 6 + 8 / split : 14;  // over the activations: norms, residuals
    time.rest =
        kernels_a_layer * launch + passes * bytes_a_weight * tokens_ * model_.hidden / cluster_.memory_bandwidth;
    time.communication = tensor_exposed(time.products) + dispatch();
    return time;
  }

  /// Feed-forward part: each expert on a GPU gets its share of the tokens, and the fullest sets the pace.
  double experts(double sms) const {
    const double here = model_.experts / plan_.expert;
    const double routed = tokens_ * model_.active * plan_.expert / model_.experts;
    const double fullest = model_.experts > 1 ? 1 + 0.06 * std::log2(plan_.expert) : 1;
    const double rows = model_.experts > 1 ? routed * fullest : tokens_;
    const double wide = 2 * model_.feed_forward / plan_.tensor;
    return here * (matrix_product(cluster_, rows, model_.hidden, wide, sms) +
                   matrix_product(cluster_, rows, model_.feed_forward / plan_.tensor, model_.hidden, sms));
  }

  /// Causal, by rings over the context group: while one block is worked on the next one moves.
  double attention() const {
    const double flops =
        2 * plan_.micro_batch * job_.sequence * job_.sequence * model_.hidden / plan_.tensor / plan_.context;
    const double work = flops / (0.55 * cluster_.flops);
    if (plan_.context <= 1) return work;
    const Link link = link_of(cluster_, plan_.tensor, plan_.context);
    const double block =
        2 * bytes_a_weight * tokens_ * model_.hidden * model_.heads_share / plan_.tensor / link.bandwidth +
        link.latency;
    const double a_turn = work / plan_.context;
    return plan_.context * (a_turn + 2 * launch) + (plan_.context - 1) * std::max(0.0, block - a_turn);
  }

  double tensor_exposed(double products) const {
    if (plan_.tensor <= 1) return 0;
    Link link = link_of(cluster_, 1, plan_.tensor);
    link.bandwidth *= 1 - std::exp(-plan_.comm_sms / sms_to_saturate);
    const double bytes = bytes_a_weight * tokens_ * model_.hidden;
    const double moving = 2 * all_reduce(link, plan_.tensor, bytes);
    if (!overlapped()) return moving;
    // In pieces, the first of which is bare.
    return std::max(moving - overlap_share * products, moving / 8) + 4 * launch;
  }

  double dispatch() const {
    if (plan_.expert <= 1) return 0;
    const Link link = link_of(cluster_, plan_.tensor * plan_.context, plan_.expert);
    const double bytes = bytes_a_weight * tokens_ * model_.active * model_.hidden / plan_.tensor;
    return 2 * all_to_all(link, plan_.expert, bytes);
  }

  /// Embedding and output, forward and backward, on the last stage, which is the slowest.
  double head() const {
    return 3 * matrix_product(cluster_, tokens_, model_.hidden, model_.vocabulary / plan_.tensor, cluster_.sms);
  }

  /// Between stages, both ways, for every chunk; half hides behind work.
  double hop() const {
    if (plan_.pipeline <= 1) return 0;
    const double inner = plan_.tensor * plan_.context * plan_.data;
    const Link link = link_of(cluster_, inner, plan_.pipeline);
    const double bytes = bytes_a_weight * tokens_ * model_.hidden / (plan_.sequence_parallel ? plan_.tensor : 1);
    return 2 * plan_.chunks * (0.5 * bytes / link.bandwidth + link.latency);
  }

  /// What of the reduction is not hidden behind the backward pass of the last micro-batch.
  double reduction(double bytes, double size, double behind) const {
    if (size <= 1 || bytes <= 0) return 0;
    const Link link = link_of(cluster_, plan_.tensor * plan_.context, size);
    const double bucket = std::min(plan_.bucket, bytes);
    const double count = std::ceil(bytes / bucket);
    Link loaded = link;
    loaded.bandwidth *= bucket / (bucket + bucket_to_saturate);
    const double each = all_reduce(loaded, size, bucket) + 2 * launch;
    const double slowed = std::min(behind, count * each) * (cluster_.sms / (cluster_.sms - gradient_sms) - 1);
    return std::max(each, count * each - 0.8 * behind) + slowed;
  }

  double gradients(double behind) const {
    const LocalWeights local = local_weights(model_, plan_);
    const double replicas = plan_.data * plan_.context;
    const double shared = reduction(bytes_a_weight * local.shared, replicas, behind);
    const double of_experts = reduction(bytes_a_weight * local.experts, replicas / plan_.expert, behind);
    double gathered = 0;
    if (plan_.sharded_optimizer && plan_.data > 1) {
      // Updated weights are gathered anew; half of that hides behind the next forward pass.
      const Link link = link_of(cluster_, plan_.tensor * plan_.context, plan_.data);
      gathered = 0.25 * all_reduce(link, plan_.data, bytes_a_weight * (local.shared + local.experts));
    }
    return shared + of_experts + gathered;
  }

  double optimizer() const {
    const LocalWeights local = local_weights(model_, plan_);
    const double mine = (local.shared + local.experts) / (plan_.sharded_optimizer ? plan_.data : 1);
    return 30 * mine / cluster_.memory_bandwidth;
  }

  const Job& job_;
  const TransformerSize& model_;
  const ClusterSize& cluster_;
  const Plan& plan_;
  double tokens_;
};

}  // namespace

double step_seconds(const Job& job, const Plan& plan) { return Clock(job, plan).step(); }

double bytes_needed(const Job& job, const Plan& plan) {
  const LocalWeights local = local_weights(job.model, plan);
  const double weights = local.shared + local.experts;
  const double states = 12 * weights / (plan.sharded_optimizer ? plan.data : 1);
  const double width = tokens(job, plan) * job.model.hidden;
  const double whole = plan.sequence_parallel ? 10 / plan.tensor : 10;
  const double routed = 8 * job.model.active * job.model.feed_forward / job.model.hidden;
  double a_layer = width * (whole + (16 + routed) / plan.tensor);
  if (plan.recompute == Plan::Recompute::selective) a_layer *= 0.7;
  if (plan.recompute == Plan::Recompute::full) a_layer = 2 * width / (plan.sequence_parallel ? plan.tensor : 1);
  const double interleaved = plan.chunks > 1 ? 1 + (plan.pipeline - 1) / (plan.pipeline * plan.chunks) : 1;
  const double in_flight = std::min(micro_batches(job, plan), plan.pipeline) * interleaved;
  const double activations = in_flight * a_layer * job.model.layers / plan.pipeline;
  const double logits = 6 * tokens(job, plan) * job.model.vocabulary / plan.tensor;
  return 6 * weights + states + activations + logits + 2 * plan.bucket + 3e9;
}

Job job_named(std::string_view name) {
  static const std::vector<Job> jobs{
      {.model = {"llama-13b", 40, 5120, 13824, 1, 32000, 1, 1}, .cluster = {}, .sequence = 4096, .batch = 256},
      {.model = {"mixtral", 32, 4096, 14336, 0.25, 32000, 8, 2},
       .cluster = {.gpus = 32, .memory = 40e9},
       .sequence = 4096,
       .batch = 256},
      {.model = {"qwen3-30b-a3b", 48, 2048, 768, 0.125, 151936, 128, 8},
       .cluster = {.gpus = 16},
       .sequence = 8192,
       .batch = 256},
      {.model = {"llama-3b", 28, 3072, 8192, 0.33, 128256, 1, 1},
       .cluster = {.gpus = 32},
       .sequence = 16384,
       .batch = 128},
  };
  std::vector<std::string> names;
  for (const Job& job : jobs) {
    if (job.model.name == name) return job;
    names.push_back(job.model.name);
  }
  throw InputError(fmt::format("there is no job '{}'{} (there are: {})", name, did_you_mean(name, names), join(names)));
}

}  // namespace syswright::studies::plan
