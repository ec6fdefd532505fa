#include "domains/llm_serving/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace syswright::llm_serving {
namespace {

void require(bool holds, const std::string& message) {
  if (!holds) throw InputError(message);
}

void require_time(double value, const char* what) {
  require(std::isfinite(value) && value >= 0, fmt::format("{} is {}; give a time of 0 or more", what, value));
}

void check_replica(const ReplicaSettings& replica, const std::string& name) {
  const auto at_least_one = [&](std::uint32_t value, const char* what) {
    require(value >= 1, fmt::format("group '{}': {} is 0; give at least 1", name, what));
  };
  require(replica.step_time != nullptr, fmt::format("group '{}' has no step time: name its hardware", name));
  at_least_one(replica.max_running, "max_running");
  at_least_one(replica.token_budget, "token_budget");
  at_least_one(replica.block_size, "block_size");
  at_least_one(replica.gpus, "gpus");
  require(replica.kv_blocks >= 1 && replica.kv_blocks < (1u << 30),
          fmt::format("group '{}': kv_blocks is {}; give 1 to 2^30, or hardware whose memory is known", name,
                      replica.kv_blocks));
  require(replica.watermark >= 0 && replica.watermark < 1,
          fmt::format("group '{}': watermark is {}; give a share from 0 to below 1", name, replica.watermark));
  require(replica.acceptance >= 0 && replica.acceptance <= 1,
          fmt::format("group '{}': acceptance is {}; give a probability", name, replica.acceptance));
  require(replica.drafts < 1000, fmt::format("group '{}': drafts is {}; give less than 1000", name, replica.drafts));
  require_time(replica.host_overhead, "host_overhead");
  const bool vllm = replica.scheduler == Scheduler::vllm || replica.scheduler == Scheduler::vllm_priority;
  require(
      vllm || !replica.async_scheduling,
      fmt::format("group '{}': only vLLM's scheduler is asynchronous; leave out async-scheduling, or take scheduler "
                  "vllm or vllm_priority",
                  name));
}

void check_group(const ReplicaGroup& group, const Requests& requests) {
  check_replica(group.replica, group.name);
  require(group.lower() <= group.count && group.count <= group.upper(),
          fmt::format("group '{}' begins with {} replicas, which is not between {} and {}", group.name, group.count,
                      group.lower(), group.upper()));
  require(group.upper() >= 1 && group.upper() <= 4096,
          fmt::format("group '{}' may have {} replicas; give 1 to 4096", group.name, group.upper()));
  require(group.lower() >= 1, fmt::format("group '{}' may have no replica at all; give at least 1", group.name));
  require(group.model < requests.models.size(), fmt::format("group '{}' serves model {}, of {} in the workload",
                                                            group.name, group.model, requests.models.size()));
}

void digest_replica(const ReplicaSettings& replica, DigestBuilder& builder) {
  builder.add(static_cast<int>(replica.scheduler))
      .add(replica.max_running)
      .add(replica.token_budget)
      .add(replica.long_prefill)
      .add(replica.chunked)
      .add(replica.block_size)
      .add(replica.kv_blocks)
      .add(replica.max_length)
      .add(replica.prefix_caching)
      .add(replica.whole_sequence)
      .add(replica.async_scheduling)
      .add(replica.watermark)
      .add(replica.host_overhead)
      .add(replica.drafts)
      .add(replica.acceptance)
      .add(replica.gpus)
      .add(replica.step_time->digest());
}

}  // namespace

void check_setup(const Setup& setup) {
  require(setup.requests != nullptr && !setup.requests->list.empty(), "the workload has no request");
  require(setup.requests->list.size() < (1u << 31), "the workload has 2^31 requests or more");
  const ClusterSettings& cluster = setup.cluster;
  require(!cluster.groups.empty(), "the cluster has no replica");
  for (const ReplicaGroup& group : cluster.groups) check_group(group, *setup.requests);
  require_time(cluster.scaling_interval, "scaling_interval");
  require_time(cluster.start_up, "start_up");
  require_time(cluster.link_latency, "link_latency");
  require_time(cluster.repair_time, "repair_time");
  require_time(cluster.mean_time_between_failures, "mean_time_between_failures");
  require(std::isfinite(cluster.link_bandwidth) && cluster.link_bandwidth >= 0,
          "link_bandwidth must be 0 (no limit) or more bytes a second");
  for (const double weight : {setup.weights.e2e, setup.weights.ttft, setup.weights.tpot, setup.weights.miss,
                              setup.weights.recompute, setup.weights.gpu, setup.weights.refused}) {
    require(std::isfinite(weight) && weight >= 0, "a weight of the objective is negative or no number");
  }
  for (const double limit : {setup.limits.ttft, setup.limits.tpot, setup.limits.e2e}) require_time(limit, "a limit");

  std::vector<bool> asked_for(setup.requests->models.size());
  double before = 0;
  for (const Request& request : setup.requests->list) {
    require(request.model < asked_for.size() && request.tenant < setup.requests->tenants.size(),
            "a request names a model or a tenant that the workload does not have");
    require(request.prompt >= 1 && request.output >= 1 && request.prompt < (1u << 30) && request.output < (1u << 30),
            "a request has no prompt, no output, or 2^30 tokens and more");
    require(std::isfinite(request.arrival) && request.arrival >= before, "requests are not in the order of arrival");
    before = request.arrival;
    asked_for[request.model] = true;
  }
  for (std::size_t model = 0; model < asked_for.size(); ++model) {
    if (!asked_for[model]) continue;
    const auto has = [&](Role role) {
      return std::any_of(cluster.groups.begin(), cluster.groups.end(),
                         [&](const ReplicaGroup& group) { return group.model == model && group.role == role; });
    };
    require(has(Role::mixed) || has(Role::prefill),
            fmt::format("no replica takes requests for model '{}'", setup.requests->models[model]));
    require(!has(Role::prefill) || has(Role::decode) || has(Role::mixed),
            fmt::format("replicas prefill for model '{}', and none decodes", setup.requests->models[model]));
  }
}

void digest_setup(const Setup& setup, DigestBuilder& builder) {
  const ClusterSettings& cluster = setup.cluster;
  builder.add(cluster.groups.size());
  for (const ReplicaGroup& group : cluster.groups) {
    digest_replica(group.replica, builder);
    builder.add(static_cast<int>(group.role)).add(group.model).add(group.count).add(group.lower()).add(group.upper());
  }
  for (const double value :
       {cluster.scaling_interval, cluster.start_up, cluster.link_bandwidth, cluster.link_latency,
        cluster.mean_time_between_failures, cluster.repair_time, setup.limits.ttft, setup.limits.tpot, setup.limits.e2e,
        setup.weights.e2e, setup.weights.ttft, setup.weights.tpot, setup.weights.miss, setup.weights.recompute,
        setup.weights.gpu, setup.weights.refused}) {
    builder.add(value);
  }
  builder.add(setup.seed).add(setup.requests->digest);
}

}  // namespace syswright::llm_serving
