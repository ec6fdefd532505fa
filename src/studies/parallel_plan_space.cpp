#include <cmath>

#include "studies/parallel_plan.h"
#include "studies/parallel_plan_model.h"

namespace syswright::studies::plan {
namespace {

using tune::Parameter;
using tune::Point;
using tune::Space;

enum At : std::size_t {
  tensor,
  pipeline,
  context,
  expert,
  micro_batch,
  recompute,
  schedule,
  chunks,
  sequence,
  zero,
  bucket,
  sms
};

constexpr double usable_memory = 0.94;

bool divides(double part, double whole) { return part > 0 && std::floor(whole / part) * part == whole; }

}  // namespace

Plan plan_of(const Job& job, const Space& space, const Point& point) {
  const auto number = [&](std::size_t at) {
    return space.parameters()[at].numbers[static_cast<std::size_t>(point[at])];
  };
  Plan plan;
  plan.tensor = number(tensor);
  plan.pipeline = number(pipeline);
  plan.context = number(context);
  plan.expert = number(expert);
  plan.data = job.cluster.gpus / (plan.tensor * plan.pipeline * plan.context);
  plan.micro_batch = number(micro_batch);
  plan.recompute = static_cast<Plan::Recompute>(static_cast<int>(point[recompute]));
  plan.chunks = space.active(point, chunks) ? number(chunks) : 1;
  plan.sequence_parallel = space.active(point, sequence) && point[sequence] == 1;
  plan.sharded_optimizer = point[zero] == 1;
  plan.bucket = 1e6 * number(bucket);
  plan.comm_sms = number(sms);
  return plan;
}

Space plan_space(const Job& job) {
  Space space;
  space.add(Parameter::levels("tensor", {1, 2, 4, 8}, 3));
  space.add(Parameter::levels("pipeline", {1, 2, 4, 8}, 2));
  space.add(Parameter::levels("context", {1, 2, 4}, 0));
  space.add(
      Parameter::levels("expert", job.model.experts > 1 ? std::vector<double>{1, 2, 4, 8} : std::vector<double>{1}, 0));
  space.add(Parameter::levels("micro-batch", {1, 2, 4}, 0));
  space.add(Parameter::choice("recompute", {"none", "selective", "full"}, 2));
  space.add(Parameter::choice("schedule", {"1f1b", "interleaved"}));
  space.only_if(pipeline, {1, 2, 3});
  space.add(Parameter::levels("chunks", {2, 4}, 0));
  space.only_if(schedule, {1});
  space.add(Parameter::choice("sequence-parallel", {"off", "on"}));
  space.only_if(tensor, {1, 2, 3});
  space.add(Parameter::choice("sharded-optimizer", {"off", "on"}));
  space.add(Parameter::levels("bucket-mb", {1, 5, 25, 100, 400}, 2).dense());
  space.add(Parameter::levels("comm-sms", {1, 2, 4, 8, 16, 32}, 4).dense());
  space.only_if(tensor, {1, 2, 3});

  const auto plan_at = [job, names = space](const Point& point) { return plan_of(job, names, point); };
  space.require({"the groups make up the GPUs, and share the batch",
                 {tensor, pipeline, context, micro_batch},
                 [=](const Point& point) {
                   const Plan plan = plan_at(point);
                   return plan.data >= 1 && divides(plan.data * plan.micro_batch, job.batch);
                 }});
  space.require({"experts are shared out over data and context groups",
                 {tensor, pipeline, context, expert},
                 [=](const Point& point) {
                   const Plan plan = plan_at(point);
                   return plan.data >= 1 && divides(plan.expert, plan.data * plan.context);
                 }});
  space.require({"layers are shared out over stages and chunks", {pipeline, schedule, chunks}, [=](const Point& point) {
                   const Plan plan = plan_at(point);
                   return divides(plan.pipeline * plan.chunks, job.model.layers);
                 }});
  space.require({"an interleaved pipeline has micro-batches in multiples of its stages",
                 {tensor, pipeline, context, micro_batch, schedule},
                 [=](const Point& point) {
                   const Plan plan = plan_at(point);
                   return plan.data < 1 || plan.chunks == 1 || divides(plan.pipeline, micro_batches(job, plan));
                 }});
  space.require(
      {"it fits into the memory of a GPU",
       {tensor, pipeline, context, expert, micro_batch, recompute, schedule, chunks, sequence, zero, bucket},
       [=](const Point& point) { return bytes_needed(job, plan_at(point)) <= usable_memory * job.cluster.memory; }});
  return space;
}

}  // namespace syswright::studies::plan
