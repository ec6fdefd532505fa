#include <bit>
#include <cmath>
#include <functional>

#include "studies/parallel_plan.h"
#include "studies/parallel_plan_model.h"

namespace syswright::studies::plan {
namespace {

constexpr double flat_share = 0.5;  // of the peak: what planners take

/// Operations of a micro-batch's forward and backward pass on one stage's GPU, at a flat share of the peak.
double work(const Job& job, const Plan& plan, bool recomputed) {
  const TransformerSize& model = job.model;
  const double weights = attention_weights(model) + expert_weights(model) * model.active;
  const double a_layer = 2 * tokens(job, plan) * weights / plan.tensor +
                         2 * plan.micro_batch * job.sequence * job.sequence * model.hidden / plan.tensor / plan.context;
  const double passes = recomputed && plan.recompute == Plan::Recompute::full ? 4 : 3;
  return passes * a_layer * model.layers / plan.pipeline / (flat_share * job.cluster.flops);
}

double tensor_traffic(const Job& job, const Plan& plan, double share) {
  Link link = link_of(job.cluster, 1, plan.tensor);
  link.bandwidth *= share;
  const double each = all_reduce(link, plan.tensor, 2 * tokens(job, plan) * job.model.hidden);
  return 4 * each * job.model.layers / plan.pipeline;
}

double gradient_bytes(const Job& job, const Plan& plan) {
  const LocalWeights local = local_weights(job.model, plan);
  return 2 * (local.shared + local.experts);
}

/// Pipeline, tensor and data groups; the rest is taken to scale perfectly. Gradients wait for the end.
double estimate_3d(const Job& job, const Plan& plan) {
  const double a_micro_batch = work(job, plan, false) + tensor_traffic(job, plan, 1);
  const double bubble = plan.pipeline - 1;
  const Link link = link_of(job.cluster, plan.tensor * plan.context, plan.data);
  return (micro_batches(job, plan) + bubble) * a_micro_batch +
         2 * (plan.data - 1) / plan.data * gradient_bytes(job, plan) / link.bandwidth;
}

/// Context and expert groups, recomputation and interleaving too, all laid end to end; gradients are forgotten.
double estimate_5d(const Job& job, const Plan& plan) {
  const double layers = job.model.layers / plan.pipeline;
  const Link ring = link_of(job.cluster, plan.tensor, plan.context);
  const Link shuffle = link_of(job.cluster, plan.tensor * plan.context, plan.expert);
  const double keys = 4 * tokens(job, plan) * job.model.hidden * job.model.heads_share / plan.tensor;
  const double routed = 2 * tokens(job, plan) * job.model.active * job.model.hidden / plan.tensor;
  const double context = 3 * layers * (plan.context - 1) * keys / ring.bandwidth;
  const double expert = 4 * layers * all_to_all(shuffle, plan.expert, routed);
  const double a_micro_batch = work(job, plan, true) + tensor_traffic(job, plan, 1) + context + expert;
  return (micro_batches(job, plan) + (plan.pipeline - 1) / plan.chunks) * a_micro_batch;
}

/// Gradients in buckets behind the backward pass; no other traffic, no bubble.
double estimate_ddp(const Job& job, const Plan& plan) {
  const double a_micro_batch = work(job, plan, true);
  const Link link = link_of(job.cluster, plan.tensor * plan.context, plan.data);
  const double bytes = gradient_bytes(job, plan);
  const double bucket = std::min(plan.bucket, bytes);
  const double each = all_reduce(link, plan.data, bucket);
  const double all = std::ceil(bytes / bucket) * each;
  const double behind = 2.0 / 3 * a_micro_batch;
  return micro_batches(job, plan) * a_micro_batch + std::max(each, all - behind);
}

/// Every collective, its SMs too, and nothing hidden; operations at the peak.
double estimate_communication(const Job& job, const Plan& plan) {
  const double reached = 1 - std::exp(-plan.comm_sms / 8);
  const Link hop = link_of(job.cluster, plan.tensor * plan.context * plan.data, plan.pipeline);
  const Link link = link_of(job.cluster, plan.tensor * plan.context, plan.data);
  const double bytes = gradient_bytes(job, plan);
  const double bucket = std::min(plan.bucket, bytes);
  const double hops = plan.pipeline > 1 ? 4 * plan.chunks * tokens(job, plan) * job.model.hidden / hop.bandwidth : 0;
  const double a_micro_batch = flat_share * work(job, plan, true) + tensor_traffic(job, plan, reached) + hops;
  return (micro_batches(job, plan) + plan.pipeline - 1) * a_micro_batch +
         std::ceil(bytes / bucket) * all_reduce(link, plan.data, bucket);
}

using Estimate = double (*)(const Job&, const Plan&);

/// A number that belongs to a point.
std::uint64_t number_of(const tune::Point& point) {
  std::uint64_t number = 0;
  for (const double value : point) number = mix64(number ^ std::bit_cast<std::uint64_t>(value));
  return number;
}

}  // namespace

std::vector<tune::Simulator> plan_simulators(const Job& job, const tune::Space& space, double noise,
                                             std::uint64_t seed) {
  const std::vector<std::pair<std::string, Estimate>> estimates{
      {"3d", estimate_3d}, {"5d", estimate_5d}, {"ddp", estimate_ddp}, {"communication", estimate_communication}};
  std::vector<tune::Simulator> simulators;
  for (const auto& [name, estimate] : estimates) {
    const Random random(seed, "plan simulator " + name);
    const auto predict = [=, job = job, space = space](std::span<const tune::Point> points) {
      std::vector<double> seconds;
      for (const tune::Point& point : points) {
        const double exact = estimate(job, plan_of(job, space, point));
        seconds.push_back(noise > 0 ? exact * std::exp(noise * random.at(number_of(point)).normal()) : exact);
      }
      return seconds;
    };
    simulators.push_back({name, predict, 0});
  }
  return simulators;
}

}  // namespace syswright::studies::plan
