#pragma once

#include <algorithm>

#include "studies/parallel_plan.h"

/// Pieces that the truth and the planners' estimates share: sizes and collectives.
namespace syswright::studies::plan {

/// A link between the GPUs of a group.
struct Link {
  double bandwidth = 0;
  double latency = 0;
};

/// Groups are laid out from the inside: tensor, context, data, pipeline. inner: product of the groups within this one.
inline Link link_of(const ClusterSize& cluster, double inner, double size) {
  const bool inside = inner * size <= cluster.gpus_a_node;
  return inside ? Link{cluster.link_inside, cluster.latency_inside}
                : Link{cluster.link_outside, cluster.latency_outside};
}

inline double all_reduce(const Link& link, double size, double bytes) {
  return size <= 1 ? 0 : 2 * (size - 1) / size * bytes / link.bandwidth + 2 * (size - 1) * link.latency;
}
inline double all_to_all(const Link& link, double size, double bytes) {
  return size <= 1 ? 0 : (size - 1) / size * bytes / link.bandwidth + (size - 1) * link.latency;
}

/// Weights of a layer outside and inside the experts.
inline double attention_weights(const TransformerSize& model) {
  return model.hidden * model.hidden * (2 + 2 * model.heads_share);
}
inline double expert_weights(const TransformerSize& model) { return 3 * model.hidden * model.feed_forward; }

/// Parameters on one GPU of the fullest stage, those of the experts apart.
struct LocalWeights {
  double shared = 0;
  double experts = 0;
};
inline LocalWeights local_weights(const TransformerSize& model, const Plan& plan) {
  const double layers = model.layers / plan.pipeline;
  LocalWeights local;
  local.shared = layers * attention_weights(model) / plan.tensor + model.vocabulary * model.hidden / plan.tensor;
  local.experts = layers * expert_weights(model) * model.experts / plan.expert / plan.tensor;
  return local;
}

inline double micro_batches(const Job& job, const Plan& plan) { return job.batch / (plan.data * plan.micro_batch); }
/// On one GPU, of one micro-batch.
inline double tokens(const Job& job, const Plan& plan) { return plan.micro_batch * job.sequence / plan.context; }

}  // namespace syswright::studies::plan
