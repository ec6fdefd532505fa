#pragma once

#include <functional>
#include <limits>

#include "base/random.h"
#include "domains/broker/job.h"
#include "domains/broker/reduced.h"

/// Small markets and jobs for the tests of the broker.
namespace syswright::broker {

/// Regions a:1, b:1, b:2; "small" and "large" in each, $1 and $3 an hour, 20% more in b:2; spot at half. Egress: $0.1 a
/// GB between clouds, $0.02 within b. 8 Gbit/s: 3,600 GB take an hour.
inline std::shared_ptr<const Catalogue> small_market() {
  auto market = std::make_shared<Catalogue>();
  market->regions = {"a:1", "b:1", "b:2"};
  for (std::uint32_t region = 0; region < 3; ++region) {
    const double level = region == 2 ? 1.2 : 1;
    for (const auto& [name, price] : {std::pair{"small", 1.0}, {"large", 3.0}}) {
      market->offers.push_back({region, name, "", price * level, false});
      market->offers.push_back({region, name, "", price * level / 2, true});
    }
  }
  market->egress = {0, 0.1, 0.1, 0.1, 0, 0.02, 0.1, 0.02, 0};
  market->gbps = 8;
  return market;
}

/// A task that takes `hours` on every offer.
inline Task anywhere(const Catalogue& market, std::string name, double hours) {
  Task task;
  task.name = std::move(name);
  for (std::uint32_t i = 0; i < market.offers.size(); ++i) task.candidates.push_back({i, hours});
  return task;
}

/// Tasks of at most `most_candidates` random candidates each, with random edges.
inline Instance random_job(std::uint64_t seed, std::uint64_t number, std::size_t tasks, std::size_t most_candidates,
                           Shape shape, Objective objective) {
  Random random(seed, "random small job", number);
  Instance job;
  job.name = "random";
  job.number = number;
  job.catalogue = small_market();
  job.objective = objective;
  for (std::size_t i = 0; i < tasks; ++i) {
    Task task;
    task.name = "task";
    for (std::uint32_t offer = 0; offer < job.catalogue->offers.size(); ++offer) {
      if (random.chance(0.5)) task.candidates.push_back({offer, random.uniform(0.5, 4)});
    }
    if (task.candidates.empty()) task.candidates.push_back({0, 1});
    if (task.candidates.size() > most_candidates) task.candidates.resize(most_candidates);
    for (std::uint32_t parent = 0; parent < i; ++parent) {
      const bool edge = shape == Shape::chain ? parent + 1 == i : random.chance(0.5);
      if (edge) task.parents.push_back({parent, random.uniform(0, 60)});
    }
    if (random.chance(0.3)) task.inputs.push_back({static_cast<std::uint32_t>(random.below(3)), random.uniform(0, 50)});
    if (random.chance(0.3)) task.outputs.push_back({static_cast<std::uint32_t>(random.below(3)), 20});
    job.tasks.push_back(std::move(task));
  }
  return finished(std::move(job));
}

/// The least total of any plan, by trying all: the plain reference.
inline double least_by_trying_all(const Situation& situation) {
  const Instance& job = *situation.job;
  std::vector<double> lost = situation.lost;
  lost.resize(job.tasks.size());
  double least = std::numeric_limits<double>::infinity();
  Plan plan(job.tasks.size());
  const std::function<void(std::size_t)> extend = [&](std::size_t task) {
    if (task == plan.size()) {
      least = std::min(least, bill_of(job, plan, lost).total(job.objective));
      return;
    }
    for (std::uint32_t c = 0; c < job.tasks[task].candidates.size(); ++c) {
      if (task < situation.placed.size() && situation.placed[task] != c) continue;
      const std::uint32_t offer = job.tasks[task].candidates[c].offer;
      if (task >= situation.placed.size() && !situation.blocked.empty() && situation.blocked[offer] != 0) continue;
      plan[task] = c;
      extend(task + 1);
    }
  };
  extend(0);
  return least;
}

}  // namespace syswright::broker
