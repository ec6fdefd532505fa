#include "studies/autoscout.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "studies/parallel_plan.h"

namespace syswright::studies {
namespace {

using plan::Job;
using plan::Plan;

StudyContext context_with(const Registry<Domain>& domains, const Registry<design::Designer>& designers,
                          std::map<std::string, std::string> options) {
  return {.domains = domains,
          .designers = designers,
          .evaluator = {},
          .options = std::move(options),
          .progress = {},
          .stop = {}};
}

TEST(AutoscoutStudy, SaysForEachSearcherWhatItNeeded) {
  const Registry<Domain> domains("domain");
  const Registry<design::Designer> designers("designer");
  const auto study = make_autoscout_study();
  const Result result =
      study->run(context_with(domains, designers, {{"jobs", "llama-3b"}, {"seeds", "3"}, {"budget", "25"}}));
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.figures.size(), 1u + 11u + 3u);
  for (std::size_t i = 1; i < 12; ++i) {
    EXPECT_GE(result.figures[i].ours, 1) << result.figures[i].name;
    EXPECT_LE(result.figures[i].ours, 26) << result.figures[i].name;
  }
  const Figure& quotient = result.figures[12];
  EXPECT_NEAR(quotient.ours, result.figures[1].ours / result.figures[2].ours, 1e-12);
  EXPECT_EQ(quotient.holds, quotient.ours <= 0.5);
}

TEST(AutoscoutStudy, RefusesAnUnknownJob) {
  const Registry<Domain> domains("domain");
  const Registry<design::Designer> designers("designer");
  try {
    make_autoscout_study()->run(context_with(domains, designers, {{"jobs", "llama-4b"}}));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'llama-3b'"));
  }
}

/// Small enough to fit in every layout.
Job tiny_job() {
  Job job;
  job.model = {"tiny", 4, 1024, 4096, 1, 8192, 1, 1};
  job.cluster.gpus = 8;
  job.sequence = 1024;
  job.batch = 16;
  return job;
}

TEST(ParallelPlan, TakesNoLessThanItsOperationsAtThePeak) {
  const Job job = tiny_job();
  const tune::Space space = plan::plan_space(job);
  Random random(2, "plan test");
  for (int i = 0; i < 300; ++i) {
    const auto point = space.draw(random);
    ASSERT_TRUE(point.has_value());
    const Plan plan = plan::plan_of(job, space, *point);
    // 6 operations a token and weight of the layers (4 h^2 and 3 h f each) and of the output.
    const double weights = 4 * (4 * 1024.0 * 1024 + 3 * 1024.0 * 4096) + 1024.0 * 8192;
    const double least = 6 * weights * 16 * 1024 / (8 * job.cluster.flops);
    EXPECT_GT(plan::step_seconds(job, plan), least) << space.text(*point);
  }
}

TEST(ParallelPlan, PipelinesPayTheirBubble) {
  const Job job = tiny_job();
  // 16 sequences on 4 stages, 2 replicas: 8 micro-batches and 3 of bubble.
  Plan plan{.pipeline = 4, .data = 2};
  const double seconds = plan::step_seconds(job, plan);
  Job larger = job;
  larger.batch = 32;  // 16 micro-batches
  const double each = (plan::step_seconds(larger, plan) - seconds) / 8;
  // What does not grow with the number of micro-batches: the bubble, gradients and the optimizer.
  EXPECT_GT(seconds - 8 * each, 2.9 * each * 0.9);
}

TEST(ParallelPlan, CountsMemoryByTheTextbook) {
  const Job job = tiny_job();
  // Weights, gradients of 4 bytes and 12 bytes of optimizer: 18 bytes a parameter, less what is shared out.
  const double weights = 4 * (4 * 1024.0 * 1024 + 3 * 1024.0 * 4096) + 1024.0 * 8192;
  const Plan plain{.data = 8, .bucket = 1e6};
  Plan sharded = plain;
  sharded.sharded_optimizer = true;
  EXPECT_NEAR(plan::bytes_needed(job, plain) - plan::bytes_needed(job, sharded), 12 * weights * 7 / 8, 1);
  Plan recomputed = plain;
  recomputed.recompute = Plan::Recompute::full;
  EXPECT_LT(plan::bytes_needed(job, recomputed), plan::bytes_needed(job, plain));
}

TEST(ParallelPlan, TooSmallAndTooLargeBucketsCost) {
  const Job job = plan::job_named("llama-13b");
  Plan plan{.tensor = 4, .data = 16, .micro_batch = 1, .sequence_parallel = true, .sharded_optimizer = true};
  const auto with = [&](double bucket) {
    plan.bucket = bucket;
    return plan::step_seconds(job, plan);
  };
  EXPECT_LT(with(100e6), with(1e6));
  EXPECT_LT(with(100e6), with(4e9));
}

TEST(ParallelPlan, SimulatorsAreNoisyByAsMuchAsAsked) {
  const Job job = tiny_job();
  const tune::Space space = plan::plan_space(job);
  const auto exact = plan::plan_simulators(job, space, 0, 1);
  const auto noisy = plan::plan_simulators(job, space, 0.8, 1);
  const auto other = plan::plan_simulators(job, space, 0.8, 2);
  ASSERT_EQ(exact.size(), 4u);
  Random random(4, "plan test");
  std::vector<tune::Point> points;
  for (int i = 0; i < 2000; ++i) points.push_back(*space.draw(random));
  for (std::size_t s = 0; s < exact.size(); ++s) {
    const std::vector<double> a = exact[s].predict(points);
    const std::vector<double> b = noisy[s].predict(points);
    EXPECT_EQ(b, noisy[s].predict(points));
    EXPECT_NE(b, other[s].predict(points));
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      squares += std::pow(std::log(b[i] / a[i]), 2) / static_cast<double>(a.size());
    EXPECT_NEAR(std::sqrt(squares), 0.8, 0.1);  // points that come twice count twice
  }
}

}  // namespace
}  // namespace syswright::studies
