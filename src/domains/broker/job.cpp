#include "domains/broker/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace syswright::broker {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

[[noreturn]] void refuse(const Instance& job, const std::string& problem) {
  throw InputError(fmt::format("job '{}': {}", job.name, problem));
}

void check_amount(const Instance& job, const Task& task, double value, std::string_view what) {
  if (!std::isfinite(value) || value < 0) {
    refuse(job, fmt::format("{} of task '{}' is {}; give a number that is not negative", what, task.name, value));
  }
}

void check_way(const Instance& job, const Task& task, std::uint32_t from, std::uint32_t to) {
  const Catalogue& catalogue = *job.catalogue;
  if (!std::isnan(catalogue.egress_price(from, to))) return;
  refuse(job,
         fmt::format("task '{}' may need data from {} in {}, and no egress price is known; add one, or restrict the "
                     "task's 'regions'",
                     task.name, catalogue.regions[from], catalogue.regions[to]));
}

std::vector<std::uint32_t> regions_of(const Instance& job, const Task& task) {
  std::vector<std::uint32_t> regions;
  for (const Candidate& candidate : task.candidates) regions.push_back(job.catalogue->offers[candidate.offer].region);
  std::sort(regions.begin(), regions.end());
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  return regions;
}

void check_task(const Instance& job, std::size_t index, const std::vector<std::vector<std::uint32_t>>& in_region) {
  const Task& task = job.tasks[index];
  if (task.candidates.empty()) refuse(job, fmt::format("task '{}' can run nowhere", task.name));
  bool free = false;
  std::vector<std::uint32_t> seen;
  for (const Candidate& candidate : task.candidates) {
    check_amount(job, task, candidate.hours, "the run time");
    free = free || job.blocked[candidate.offer] == 0;
    seen.push_back(candidate.offer);
  }
  std::sort(seen.begin(), seen.end());
  if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) {
    refuse(job, fmt::format("task '{}' names an offer twice", task.name));
  }
  if (!free) refuse(job, fmt::format("every offer for task '{}' is unavailable; leave it one", task.name));
  for (const Edge& edge : task.parents) {
    if (edge.parent >= index) refuse(job, fmt::format("task '{}' comes before one that it waits for", task.name));
    check_amount(job, task, edge.gb, "data");
    for (const std::uint32_t from : in_region[edge.parent]) {
      for (const std::uint32_t to : in_region[index]) check_way(job, task, from, to);
    }
  }
  for (const std::uint32_t region : in_region[index]) {
    for (const Store& input : task.inputs) check_way(job, task, input.region, region);
    for (const Store& output : task.outputs) check_way(job, task, region, output.region);
  }
  for (const Store& input : task.inputs) check_amount(job, task, input.gb, "an input");
  for (const Store& output : task.outputs) check_amount(job, task, output.gb, "an output");
}

Tables::Choice choice_of(const Instance& job, const Task& task, const Candidate& candidate) {
  const Catalogue& catalogue = *job.catalogue;
  const Offer& offer = catalogue.offers[candidate.offer];
  Tables::Choice choice;
  choice.rent = offer.price * candidate.hours;
  double fetch = 0;
  double store = 0;
  for (const Store& input : task.inputs) {
    choice.moving += input.gb * catalogue.egress_price(input.region, offer.region);
    fetch = std::max(fetch, catalogue.transfer_hours(input.region, offer.region, input.gb));
  }
  for (const Store& output : task.outputs) {
    choice.moving += output.gb * catalogue.egress_price(offer.region, output.region);
    store = std::max(store, catalogue.transfer_hours(offer.region, output.region, output.gb));
  }
  choice.transfer = fetch + store;
  choice.hours = candidate.hours + choice.transfer;
  return choice;
}

/// The least dollars and the least hours of a task in each region where it can run.
struct Least {
  std::vector<double> dollars;  ///< [regions]
  std::vector<double> hours;
};

Least least_of(const Instance& job, const Tables& tables, std::span<const std::uint8_t> blocked, std::size_t task) {
  Least least;
  least.dollars.assign(job.catalogue->regions.size(), infinite);
  least.hours = least.dollars;
  for (std::size_t c = 0; c < job.tasks[task].candidates.size(); ++c) {
    const std::uint32_t offer = job.tasks[task].candidates[c].offer;
    if (blocked[offer] != 0) continue;
    const std::uint32_t region = job.catalogue->offers[offer].region;
    const Tables::Choice& choice = tables.choices[task][c];
    least.dollars[region] = std::min(least.dollars[region], choice.rent + choice.moving);
    least.hours[region] = std::min(least.hours[region], choice.hours);
  }
  return least;
}

/// The parent that sends most: the child's future counts for it alone, so that nothing counts twice.
std::uint32_t main_parent(const Task& task) {
  const auto most = std::max_element(task.parents.begin(), task.parents.end(),
                                     [](const Edge& a, const Edge& b) { return a.gb < b.gb; });
  return most->parent;
}

/// Adds what a child must pay more because its parent runs in a region, and the longest way to the end.
void look_ahead_of(const Instance& job, const Tables& tables, std::size_t task, const Edge& edge,
                   const std::vector<Least>& least, Ahead& found) {
  const Catalogue& catalogue = *job.catalogue;
  const std::size_t child = edge.parent;
  const bool whole = main_parent(job.tasks[child]) == task;
  const auto from_there = [&](std::uint32_t to) {
    return least[child].dollars[to] + (whole ? found.dollars[child][to] : 0);
  };
  double anywhere = infinite;
  for (const std::uint32_t to : tables.in_region[child]) anywhere = std::min(anywhere, from_there(to));
  for (const std::uint32_t at : tables.in_region[task]) {
    double dollars = infinite;
    double hours = infinite;
    for (const std::uint32_t to : tables.in_region[child]) {
      dollars = std::min(dollars, edge.gb * catalogue.egress_price(at, to) + from_there(to));
      hours =
          std::min(hours, catalogue.transfer_hours(at, to, edge.gb) + least[child].hours[to] + found.hours[child][to]);
    }
    found.dollars[task][at] += dollars - anywhere;
    found.hours[task][at] = std::max(found.hours[task][at], hours);
  }
}

}  // namespace

Ahead look_ahead(const Instance& job, const Tables& tables, std::span<const std::uint8_t> blocked) {
  Ahead found;
  found.dollars.assign(job.tasks.size(), std::vector<double>(job.catalogue->regions.size(), 0));
  found.hours = found.dollars;
  std::vector<Least> least;
  for (std::size_t task = 0; task < job.tasks.size(); ++task) least.push_back(least_of(job, tables, blocked, task));
  for (std::size_t task = job.tasks.size(); task-- > 0;) {
    for (const Edge& edge : tables.children[task]) look_ahead_of(job, tables, task, edge, least, found);
  }
  return found;
}

Instance finished(Instance job) {
  if (job.tasks.empty()) refuse(job, "it has no task");
  job.blocked.resize(job.catalogue->offers.size());
  if (!std::isfinite(job.retry_hours) || job.retry_hours < 0) refuse(job, "the time of a try must not be negative");
  auto tables = std::make_shared<Tables>();
  const std::size_t count = job.tasks.size();
  tables->children.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Task& task = job.tasks[i];
    tables->in_region.push_back(regions_of(job, task));
    check_task(job, i, tables->in_region);
    for (const Edge& edge : task.parents) {
      tables->children[edge.parent].push_back({static_cast<std::uint32_t>(i), edge.gb});
    }
    tables->choices.emplace_back();
    for (const Candidate& candidate : task.candidates) tables->choices[i].push_back(choice_of(job, task, candidate));
  }
  tables->ahead = look_ahead(job, *tables, std::vector<std::uint8_t>(job.catalogue->offers.size()));
  job.tables = std::move(tables);
  return job;
}

Bill bill_of(const Instance& job, const Plan& plan, const std::vector<double>& delay) {
  const Catalogue& catalogue = *job.catalogue;
  Bill bill;
  std::vector<double> end(plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Task& task = job.tasks[i];
    const Tables::Choice& choice = job.tables->choices[i][plan[i]];
    const std::uint32_t region = catalogue.offers[task.candidates[plan[i]].offer].region;
    double moving = choice.moving;
    double start = 0;
    for (const Edge& edge : task.parents) {
      const std::uint32_t from = catalogue.offers[job.tasks[edge.parent].candidates[plan[edge.parent]].offer].region;
      moving += edge.gb * catalogue.egress_price(from, region);
      start = std::max(start, end[edge.parent] + catalogue.transfer_hours(from, region, edge.gb));
    }
    bill.egress += moving;
    bill.dollars += choice.rent + moving;
    end[i] = start + (delay.empty() ? 0 : delay[i]) + choice.hours;
    bill.hours = std::max(bill.hours, end[i]);
  }
  return bill;
}

}  // namespace syswright::broker
