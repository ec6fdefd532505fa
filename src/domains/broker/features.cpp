#include <algorithm>
#include <limits>

#include "domains/broker/machine.h"

namespace syswright::broker {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double hour = 3600;
constexpr double gb = 1e9;
constexpr Dimension rate_dimension{-1, 0, 1};

Feature number(std::string name, Scope scope, Dimension dimension, std::string doc) {
  return {std::move(name), scope, ValueKind::number, dimension, 0, 0, infinite, std::move(doc)};
}
Feature boolean(std::string name, Scope scope, std::string doc) {
  return {std::move(name), scope, ValueKind::boolean, number_dimension, 0, 0, 1, std::move(doc)};
}

std::shared_ptr<const policy::Signature> make_signature() {
  policy::Decision place;
  place.name = "place";
  place.doc = "which offer is tried for the next task";
  const Scope job = Scope::global;
  const Scope each = Scope::candidate;
  place.features = {
      boolean("money_counts", job, "whether dollars are part of the objective"),
      number("hour_worth", job, rate_dimension, "what the objective charges for the time until the job is done"),
      number("left", job, number_dimension, "tasks that are not placed, this one included"),
      number("parents", job, number_dimension, "tasks that it waits for"),
      number("children", job, number_dimension, "tasks that wait for it"),
      number("data_in", job, bytes_dimension, "what it reads from parents and stores"),
      number("data_out", job, bytes_dimension, "what its children and stores get from it"),
      number("slack", job, time_dimension,
             "how much later than at once it may end, on its fastest offer, without moving the job's end as it can be "
             "foreseen"),
      number("ruled_out", job, number_dimension, "of its offers that were tried, for any task, and are not to be had"),
      number("price", each, rate_dimension, "of the offer"),
      number("rent", each, money_dimension, "price times run time"),
      number("run_time", each, time_dimension, "of the task, expected preemptions included"),
      number("moving_cost", each, money_dimension, "egress from parents and stores to here, and from here to stores"),
      number("moving_time", each, time_dimension, "waiting for data that moves, before and after the run"),
      number(
          "onward_cost", each, money_dimension,
          "what the tasks behind it pay more for egress or rent because it runs in this region, if all offers are to "
          "be had but those tried in vain; exact where each of them has one parent, elsewhere an estimate"),
      number("onward_time", each, time_dimension, "from its end here to the end of the job, at least"),
      number("delay", each, time_dimension, "by how much the job's end, as it can be foreseen, moves, at least"),
      boolean("spot", each, "whether the offer is a spot instance"),
      boolean("at_home", each, "whether all that it reads lies in this region"),
      number("tries_here", each, number_dimension, "tries in this region that failed, of any task"),
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "broker";
  signature->decisions = {place};
  signature->signals = {
      {"placed_rent", Scope::global, money_dimension, 0, infinite, "at each task placed: its rent"},
      {"placed_moving", Scope::global, money_dimension, 0, infinite, "at each task placed: its egress"},
      {"failed_try", Scope::global, number_dimension, 0, infinite, "at each try that fails: 1"},
  };
  return signature;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& broker_signature() {
  static const std::shared_ptr<const policy::Signature> signature = make_signature();
  return signature;
}

double Machine::projected_end() const {
  double end = 0;
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    const std::uint32_t region = job_->catalogue->offers[job_->tasks[i].candidates[plan_[i]].offer].region;
    end = std::max(end, end_[i] + ahead().hours[i][region]);
  }
  return end;
}

void Machine::fill(Ask& ask) {
  if (ahead_of_ != retries_) {
    ahead_ = std::make_shared<const Ahead>(look_ahead(*job_, *job_->tables, known_blocked_));
    ahead_of_ = retries_;
  }
  const Catalogue& catalogue = *job_->catalogue;
  const Tables& tables = *job_->tables;
  const Task& one = job_->tasks[task()];
  std::vector<Here> by_region(catalogue.regions.size());
  for (const std::uint32_t region : tables.in_region[task()]) by_region[region] = here(region);

  double foreseen = projected_end();
  double soonest = infinite;
  std::vector<double> end(open_.size());  // of the job, through this task
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::uint32_t region = catalogue.offers[one.candidates[open_[i]].offer].region;
    end[i] =
        by_region[region].start + lost_.back() + tables.choices[task()][open_[i]].hours + ahead().hours[task()][region];
    soonest = std::min(soonest, end[i]);
  }
  foreseen = std::max(foreseen, soonest);

  double in = 0;
  double out = 0;
  for (const Edge& edge : one.parents) in += edge.gb;
  for (const Store& input : one.inputs) in += input.gb;
  for (const Edge& edge : tables.children[task()]) out += edge.gb;
  for (const Store& output : one.outputs) out += output.gb;
  const auto ruled_out = one.candidates.size() - open_.size();
  ask.globals = {job_->objective.dollars ? 1.0 : 0.0,
                 job_->objective.hour / hour,
                 static_cast<double>(job_->tasks.size() - task()),
                 static_cast<double>(one.parents.size()),
                 static_cast<double>(tables.children[task()].size()),
                 in * gb,
                 out * gb,
                 (foreseen - soonest) * hour,
                 static_cast<double>(ruled_out)};
  const std::size_t count = open_.size();
  ask.columns.resize(11 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const Candidate& candidate = one.candidates[open_[i]];
    const Offer& offer = catalogue.offers[candidate.offer];
    const Tables::Choice& choice = tables.choices[task()][open_[i]];
    const Here& region = by_region[offer.region];
    double ready = 0;
    for (const Edge& edge : one.parents) ready = std::max(ready, end_[edge.parent]);
    const auto put = [&](std::size_t column, double value) { ask.columns[column * count + i] = value; };
    put(0, offer.price / hour);
    put(1, choice.rent);
    put(2, candidate.hours * hour);
    put(3, region.moving + choice.moving);
    put(4, (region.start - ready + choice.transfer) * hour);
    put(5, ahead().dollars[task()][offer.region]);
    put(6, ahead().hours[task()][offer.region] * hour);
    put(7, std::max(0.0, end[i] - foreseen) * hour);
    put(8, offer.spot ? 1 : 0);
    put(9, region.all ? 1 : 0);
    put(10, failed_in_[offer.region]);
  }
}

}  // namespace syswright::broker
