#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tune/searcher.h"
#include "tune/space.h"

/// The time of a training step of a transformer, by how it is laid out over GPUs: an analytic model, small enough to
/// enumerate, so that the optimum is known. It is the truth of a study of searchers; it predicts no machine to the
/// percent. It stands here and not among the domains because nothing in it asks a question that a policy could answer.
///
/// From first principles: matrix products by a roofline with waves of tiles over the SMs; attention by its operations;
/// collectives as α-β rings (Thakur et al., 2005), on the slowest link that the group spans; a 1F1B pipeline with its
/// bubble, by itself or interleaved (Narayanan et al., SC 2021); gradients reduced in buckets behind the backward pass,
/// the last bucket bare; memory of weights, optimizer and activations (Korthikanti et al., 2022).
namespace syswright::studies::plan {

struct TransformerSize {
  std::string name;
  double layers = 0;
  double hidden = 0;
  double feed_forward = 0;  ///< of one expert
  double heads_share = 1;   ///< width of keys and values, as a share of hidden
  double vocabulary = 0;
  double experts = 1;  ///< 1: dense
  double active = 1;   ///< experts a token
};

struct ClusterSize {
  double gpus = 64;
  double gpus_a_node = 8;
  double flops = 312e12;
  double memory = 80e9;
  double memory_bandwidth = 2.0e12;
  double sms = 108;
  double link_inside = 250e9;  ///< bytes a second of a GPU to others of its node
  double link_outside = 23e9;  ///< to other nodes
  double latency_inside = 6e-6;
  double latency_outside = 18e-6;
};

struct Job {
  TransformerSize model;
  ClusterSize cluster;
  double sequence = 4096;
  double batch = 512;  ///< sequences a step
};

/// How it is laid out.
struct Plan {
  double tensor = 1;
  double pipeline = 1;
  double context = 1;
  double expert = 1;
  double data = 1;  ///< what is left
  double micro_batch = 1;
  enum class Recompute { none, selective, full } recompute = Recompute::none;
  double chunks = 1;  ///< of layers on a stage: above 1, the schedule is interleaved
  bool sequence_parallel = false;
  bool sharded_optimizer = false;
  double bucket = 25e6;  ///< bytes
  double comm_sms = 16;  ///< that move data of tensor parallelism
};

/// Jobs by name: "llama-13b" and "mixtral", on which searchers were developed, "qwen3-30b-a3b" and "llama-3b", on
/// which they are judged. Throws InputError for another.
Job job_named(std::string_view name);

/// The space of a job's plans; rules: everything divides, and it fits into memory.
tune::Space plan_space(const Job& job);
Plan plan_of(const Job& job, const tune::Space& space, const tune::Point& point);

/// Seconds of a step: the truth.
double step_seconds(const Job& job, const Plan& plan);
/// Bytes on the fullest GPU.
double bytes_needed(const Job& job, const Plan& plan);

/// Four planners' estimates, each true to a part and blind to another: "3d" (pipeline, tensor, data), "5d" (context,
/// expert and recomputation too), "ddp" (buckets), "communication" (every collective, nothing overlapped). None knows
/// how well a matrix product of a size runs.
/// noise: each estimate of a point is multiplied by exp(noise z), z standard normal, fixed for simulator, point and
/// seed.
std::vector<tune::Simulator> plan_simulators(const Job& job, const tune::Space& space, double noise,
                                             std::uint64_t seed);

}  // namespace syswright::studies::plan
