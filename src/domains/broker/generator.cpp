#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "domains/broker/job.h"

namespace syswright::broker {
namespace {

/// What a kind of task can run on, and how fast against the first.
struct Machine {
  std::string_view instance;
  double speed;
};
struct Work {
  std::string_view name;
  std::vector<Machine> machines;
  double hours;  ///< on a machine of speed 1: the median
};

const std::array<Work, 3>& works() {
  static const std::array<Work, 3> all{
      Work{"prepare",
           {{"m5.4xlarge", 1},
            {"c5.9xlarge", 1.9},
            {"Standard_D16s_v5", 1.05},
            {"Standard_F32s_v2", 1.8},
            {"n2-standard-16", 1.02},
            {"c2-standard-30", 1.9}},
           6},
      Work{"infer", {{"g5.xlarge", 1}, {"p3.2xlarge", 1.5}, {"Standard_NC6s_v3", 1.5}, {"g2-standard-4", 0.9}}, 5},
      Work{"train",
           {{"p3.8xlarge", 1},
            {"p4d.24xlarge", 4.2},
            {"Standard_NC24s_v3", 1},
            {"Standard_ND96asr_v4", 4.2},
            {"n1-highmem-32-v100-4", 1},
            {"a2-highgpu-8g", 4}},
           8},
  };
  return all;
}

class Generator {
 public:
  Generator(const GeneratorOptions& options, std::shared_ptr<const Catalogue> catalogue)
      : options_(options), random_(options.seed, "broker job", options.number) {
    job_.catalogue = std::move(catalogue);
    job_.number = options.number;
    job_.name = fmt::format("{} {}", options.shape == Shape::chain ? "chain" : "dag", options.number);
  }

  Instance make() {
    const std::uint64_t count = options_.least_tasks + random_.below(options_.most_tasks - options_.least_tasks + 1);
    for (std::uint64_t i = 0; i < count; ++i) job_.tasks.push_back(task(i));
    std::vector<bool> has_child(count, false);
    for (const Task& one : job_.tasks) {
      for (const Edge& edge : one.parents) has_child[edge.parent] = true;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!has_child[i] && random_.chance(0.5)) job_.tasks[i].outputs.push_back({store(), size(1, 20)});
    }
    return finished(std::move(job_));
  }

 private:
  /// Spread evenly over the orders of magnitude between two sizes, in GB.
  double size(double low, double high) {
    return std::round(std::exp(random_.uniform(std::log(low), std::log(high))) * 10) / 10;
  }
  std::uint32_t store() { return static_cast<std::uint32_t>(random_.below(job_.catalogue->regions.size())); }

  Task task(std::uint64_t index) {
    const Work& work = works()[random_.weighted(std::array{0.4, 0.25, 0.35})];
    Task made;
    made.name = fmt::format("{} {}", work.name, index);
    candidates(work, made);
    if (index == 0 || (options_.shape == Shape::dag && random_.chance(0.1))) {
      made.inputs.push_back({store(), size(20, 2'000)});
      return made;
    }
    if (options_.shape == Shape::chain) {
      made.parents.push_back({static_cast<std::uint32_t>(index - 1), size(5, 1'000)});
      return made;
    }
    const std::uint64_t near = std::min<std::uint64_t>(index, 5);
    const std::uint64_t wanted = std::min<std::uint64_t>(near, 1 + random_.weighted(std::array{0.6, 0.3, 0.1}));
    std::vector<std::uint32_t> parents;
    for (std::uint64_t i = 1; i <= near; ++i) parents.push_back(static_cast<std::uint32_t>(index - i));
    random_.shuffle(std::span(parents));
    parents.resize(wanted);
    std::sort(parents.begin(), parents.end());
    for (const std::uint32_t parent : parents) made.parents.push_back({parent, size(5, 1'000)});
    return made;
  }

  void candidates(const Work& work, Task& task) {
    const double hours = work.hours * std::exp(0.7 * random_.normal());
    for (const Machine& machine : work.machines) {
      const double here = hours / machine.speed * random_.uniform(0.9, 1.1);
      for (std::uint32_t i = 0; i < job_.catalogue->offers.size(); ++i) {
        const Offer& offer = job_.catalogue->offers[i];
        if (offer.instance != machine.instance) continue;
        task.candidates.push_back({i, here * (offer.spot ? options_.spot_stretch : 1)});
      }
    }
    if (task.candidates.empty()) {
      throw InputError(
          fmt::format("the catalogue offers nothing that a generated task '{}' can run on; name jobs of "
                      "your own with --trace",
                      work.name));
    }
  }

  const GeneratorOptions& options_;
  Random random_;
  Instance job_;
};

}  // namespace

Instance generate(const GeneratorOptions& options, std::shared_ptr<const Catalogue> catalogue) {
  return Generator(options, std::move(catalogue)).make();
}

Instance with_blocked(Instance job, double share, std::uint64_t seed) {
  if (share <= 0) return job;
  Random random(seed, "unavailable offers", job.number);
  const Catalogue& catalogue = *job.catalogue;
  for (std::size_t i = 0; i < catalogue.offers.size(); ++i) {
    const Offer& offer = catalogue.offers[i];
    const double weight = (offer.spot ? 1.25 : 0.75) * (offer.accelerators.empty() ? 0.75 : 1.25);
    if (random.chance(std::min(0.95, share * weight))) job.blocked[i] = 1;
  }
  for (const Task& task : job.tasks) {
    const auto free = [&](const Candidate& one) { return job.blocked[one.offer] == 0; };
    if (std::none_of(task.candidates.begin(), task.candidates.end(), free)) {
      job.blocked[task.candidates[random.below(task.candidates.size())].offer] = 0;
    }
  }
  return finished(std::move(job));
}

}  // namespace syswright::broker
