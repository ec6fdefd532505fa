#include <algorithm>
#include <limits>

#include "domains/broker/problem.h"
#include "domains/broker/solver.h"

namespace syswright::broker {
namespace {

using Answers = NativeAnswers<Machine>;

constexpr double infinite = std::numeric_limits<double>::infinity();
/// Sets what is not in the wanted region behind all that is; larger than any bill.
constexpr double elsewhere = 1e12;

const Offer& offer_of(const Instance& job, std::size_t task, std::uint32_t candidate) {
  return job.catalogue->offers[job.tasks[task].candidates[candidate].offer];
}

/// What the objective charges for running a task, as if no data moved.
double running(const Instance& job, std::size_t task, std::uint32_t candidate) {
  const Tables::Choice& choice = job.tables->choices[task][candidate];
  return (job.objective.dollars ? choice.rent : 0) + job.objective.hour * job.tasks[task].candidates[candidate].hours;
}

template <typename Score>
Answers by_score(Score score) {
  return [score](const Machine& machine, const Ask&, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = score(machine, machine.open()[i]);
  };
}

Answers cheapest(const Instance&, const MethodOptions&) {
  return by_score([](const Machine& machine, std::uint32_t candidate) {
    return -running(machine.job(), machine.task(), candidate);
  });
}

/// The region that holds most of what the job reads.
std::uint32_t region_of_most_data(const Instance& job) {
  std::vector<double> gb(job.catalogue->regions.size());
  for (const Task& task : job.tasks) {
    for (const Store& input : task.inputs) gb[input.region] += input.gb;
  }
  return static_cast<std::uint32_t>(std::max_element(gb.begin(), gb.end()) - gb.begin());
}

Answers near_data(const Instance& job, const MethodOptions&) {
  return by_score([home = region_of_most_data(job)](const Machine& machine, std::uint32_t candidate) {
    const std::uint32_t region = offer_of(machine.job(), machine.task(), candidate).region;
    return -running(machine.job(), machine.task(), candidate) - (region == home ? 0 : elsewhere);
  });
}

/// What all tasks from the next one on cost in one region, by what is known; infinite where one cannot run there.
double all_in(const Machine& machine, std::uint32_t region) {
  const Instance& job = machine.job();
  double sum = 0;
  for (std::size_t task = machine.task(); task < job.tasks.size(); ++task) {
    double least = infinite;
    for (std::uint32_t c = 0; c < job.tasks[task].candidates.size(); ++c) {
      const std::uint32_t offer = job.tasks[task].candidates[c].offer;
      if (job.catalogue->offers[offer].region != region || machine.known_blocked()[offer] != 0) continue;
      const Tables::Choice& choice = job.tables->choices[task][c];
      least = std::min(least, running(job, task, c) + (job.objective.dollars ? choice.moving : 0) +
                                  job.objective.hour * choice.transfer);
    }
    sum += least;
  }
  return sum;
}

/// Stays where it is while it can: another region is chosen when a try fails that was the last one here.
Answers one_region(const Instance&, const MethodOptions&) {
  return [](const Machine& machine, const Ask&, std::span<double> answers) {
    const Instance& job = machine.job();
    std::vector<double> sums(job.catalogue->regions.size(), infinite);
    for (const std::uint32_t region : job.tables->in_region[machine.task()]) sums[region] = all_in(machine, region);
    if (!machine.plan().empty()) {
      const std::size_t before = machine.task() - 1;
      const std::uint32_t stay = offer_of(job, before, machine.plan()[before]).region;
      if (sums[stay] < infinite) sums[stay] = -infinite;
    }
    const auto best = static_cast<std::uint32_t>(std::min_element(sums.begin(), sums.end()) - sums.begin());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::uint32_t candidate = machine.open()[i];
      const bool there = offer_of(job, machine.task(), candidate).region == best;
      answers[i] = -running(job, machine.task(), candidate) - (there ? 0 : elsewhere);
    }
  };
}

Answers greedy(const Instance&, const MethodOptions&) {
  return
      [](const Machine& machine, const Ask& ask, std::span<double> answers) { machine.default_answers(ask, answers); };
}

/// Plans the whole job, follows the plan, and plans what is left anew when a try has failed.
class Planner {
 public:
  explicit Planner(const MethodOptions& options) : options_{options.effort, options.stop} {}

  void operator()(const Machine& machine, const Ask&, std::span<double> answers) {
    const std::size_t task = machine.task();
    const auto known = static_cast<std::size_t>(
        std::count(machine.known_blocked().begin(), machine.known_blocked().end(), std::uint8_t{1}));
    if (plan_.empty() || known != known_) {
      known_ = known;
      plan_ = solve({&machine.job(),
                     {machine.known_blocked().begin(), machine.known_blocked().end()},
                     machine.plan(),
                     {machine.lost().begin(), machine.lost().end()}},
                    options_)
                  .plan;
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = !plan_.empty() && plan_[task] == machine.open()[i] ? 1 : 0;
    }
  }

 private:
  SolverOptions options_;
  Plan plan_;
  std::size_t known_ = 0;
};

Answers optimal(const Instance&, const MethodOptions& options) { return Planner(options); }

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"cheapest", "each task where it alone runs best; what moving data costs is ignored", "the usual practice",
       cheapest},
      {"near_data", "each task in the region that holds most of the job's inputs, if it can run there",
       "data gravity; the usual practice", near_data},
      {"one_region", "all tasks in the one region where they are cheapest together", "the usual practice", one_region},
      {"greedy", "each task where it and moving what its parents made add least to the bill",
       "greedy in topological order", greedy},
      {"optimal",
       "the plan that is best if every try succeeds: dynamic programming on chains, branch and bound or branch and cut "
       "on other DAGs; solved again after each try that fails; option 'effort'",
       "Yang et al., SkyPilot, NSDI 2023", optimal},
  };
  return methods;
}

}  // namespace syswright::broker
