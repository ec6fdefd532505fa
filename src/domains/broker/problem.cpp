#include "domains/broker/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/file.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/broker/auditor.h"
#include "domains/broker/broker.h"
#include "domains/broker/solver.h"

namespace syswright::broker {

std::unique_ptr<const Domain> make_broker_domain() { return std::make_unique<InstanceDomain<Problem>>(); }

std::span<const Metric> Problem::metrics() {
  static const std::vector<Metric> metrics{
      {"bill", money_dimension, true,
       "what the objective charges for a job, mean: its cost, the hours until it is done at their worth, or both"},
      {"cost", money_dimension, true, "dollars spent on a job, rent and egress, mean"},
      {"egress", money_dimension, true, "dollars of these that pay for moving data"},
      {"finish", time_dimension, true, "until the last task of a job is done, mean"},
      {"retries", number_dimension, true, "tries a job that failed, since the offer was not to be had"}};
  return metrics;
}

std::span<const Option> Problem::options() {
  static const std::vector<Option> options{
      {"objective", "cost,time",
       "cost (dollars), time (hours until done, billed at $1), or what an hour is worth besides dollars, such as $5/h; "
       "one scenario for each",
       true},
      {"shape", "chain,dag", "of generated jobs: chain, dag; one scenario for each", true},
      {"unavailable", "0.2",
       "share of the offers that are not to be had when tried, 0 to 0.9, besides those that a job names; one scenario "
       "for each",
       true},
      {"jobs", "40", "jobs that are generated for each shape, 3 to 10,000"},
      {"tasks", "20", "tasks of a generated job at most, 3 to 100; 3 at least"},
      {"catalogue", "", "csv of offers: cloud, region, instance, accelerators, price, spot_price; empty: built in"},
      {"egress", "", "csv of prices a GB: src, dest, cost; empty: those of the built-in catalogue"},
      {"spot_stretch", "1.15", "run time on spot over that on demand, for preemptions, 1 to 10"},
      {"gbps", "10", "Gbit/s between regions, over 0"},
      {"retry", "5min", "lost with a try that fails"},
      {"effort", "5000",
       "nodes that branch and bound, and after it branch and cut, may look at for a plan, up to 10^9"},
  };
  return options;
}

void Problem::digest(const Instance& job, DigestBuilder& digest) {
  const Catalogue& catalogue = *job.catalogue;
  digest.add(catalogue.gbps).add(catalogue.regions.size()).add(catalogue.offers.size());
  for (const Offer& offer : catalogue.offers) {
    digest.add(offer.region).add(offer.instance).add(offer.price).add(offer.spot ? 1 : 0);
  }
  digest.add_column(std::span<const double>(catalogue.egress));
  digest.add(job.objective.dollars ? 1 : 0).add(job.objective.hour).add(job.retry_hours);
  digest.add_column(std::span<const std::uint8_t>(job.blocked)).add(job.tasks.size());
  for (const Task& task : job.tasks) {
    digest.add(task.candidates.size()).add(task.parents.size()).add(task.inputs.size()).add(task.outputs.size());
    for (const Candidate& candidate : task.candidates) digest.add(candidate.offer).add(candidate.hours);
    for (const Edge& edge : task.parents) digest.add(edge.parent).add(edge.gb);
    for (const Store& input : task.inputs) digest.add(input.region).add(input.gb);
    for (const Store& output : task.outputs) digest.add(output.region).add(output.gb);
  }
}

std::vector<double> Problem::worst(const Instance& job) {
  const Catalogue& catalogue = *job.catalogue;
  double most_egress = 0;
  for (const double price : catalogue.egress)
    most_egress = std::isnan(price) ? most_egress : std::max(most_egress, price);
  const auto unavailable = static_cast<double>(std::count(job.blocked.begin(), job.blocked.end(), 1));
  Bill bill;
  for (std::size_t i = 0; i < job.tasks.size(); ++i) {
    double rent = 0;
    double moving = 0;
    double hours = 0;
    for (const Tables::Choice& choice : job.tables->choices[i]) {
      rent = std::max(rent, choice.rent);
      moving = std::max(moving, choice.moving);
      hours = std::max(hours, choice.hours);
    }
    for (const Edge& edge : job.tasks[i].parents) {
      moving += edge.gb * most_egress;
      hours += edge.gb * 8 / catalogue.gbps / 3600;
    }
    bill.dollars += rent + moving;
    bill.egress += moving;
    bill.hours += hours;
  }
  bill.hours += unavailable * job.retry_hours;
  constexpr double rounding = 1 + 1e-9;
  return {bill.total(job.objective) * rounding, bill.dollars * rounding, bill.egress * rounding,
          bill.hours * 3600 * rounding, unavailable};
}

namespace {

/// Every task on its best offer, all data where it is needed at once.
double without_moving(const Reduced& problem) {
  double cost = 0;
  double last = 0;
  std::vector<double> end;
  for (std::size_t i = 0; i < problem.choices.size(); ++i) {
    double least = std::numeric_limits<double>::infinity();
    double soonest = least;
    for (const auto& choice : problem.choices[i]) {
      least = std::min(least, choice.cost);
      soonest = std::min(soonest, choice.hours);
    }
    double start = 0;
    for (const Edge& edge : problem.parents[i]) start = std::max(start, end[edge.parent]);
    cost += least;
    end.push_back(start + soonest);
    last = std::max(last, end.back());
  }
  return cost + problem.hour * last;
}

}  // namespace

std::vector<Bound> Problem::bounds(const Instance& job) {
  const Situation everything_known{&job, job.blocked, {}, {}};
  const Solution best = solve(everything_known, {});
  constexpr double rounding = 1 - 1e-12;
  return {{"optimum", bill_measure, best.bound * rounding, true,
           "the best plan for one who knows what is not to be had, or what branch and cut proved of it"},
          {"no moving", bill_measure, without_moving(Reduced(everything_known)) * rounding, true,
           "every task on the offer that is best for it, as if data between tasks moved at once and for nothing"}};
}

std::vector<double> Problem::audit(const Instance& job, std::span<const DecisionLog::Record> records,
                                   Violations& violations) {
  return audit_job(job, records, violations);
}

}  // namespace syswright::broker
