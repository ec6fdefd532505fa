#include "domains/broker/machine.h"

#include <algorithm>

namespace syswright::broker {

Machine::Machine(const Instance& job)
    : job_(&job),
      known_blocked_(job.catalogue->offers.size()),
      failed_in_(job.catalogue->regions.size()),
      ahead_(job.tables, &job.tables->ahead) {
  open_task();
}

void Machine::open_task() {
  open_.clear();
  if (task() == job_->tasks.size()) return;
  lost_.push_back(0);
  const std::vector<Candidate>& candidates = job_->tasks[task()].candidates;
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    if (known_blocked_[candidates[i].offer] == 0) open_.push_back(i);
  }
}

bool Machine::next(Ask& ask, ProgramState& state) {
  if (!news_.empty()) {
    state.report(0, news_[0]);
    state.report(1, news_[1]);
    news_.clear();
  }
  if (failed_now_) state.report(2, 1);
  failed_now_ = false;
  if (task() == job_->tasks.size()) return false;
  ask.decision = 0;
  ask.event = task();
  ask.take = 1;
  for (const std::uint32_t i : open_) ask.candidates.push_back(job_->tasks[task()].candidates[i].offer);
  if (state.reads_any(0)) fill(ask);
  return true;
}

Machine::Here Machine::here(std::uint32_t region) const {
  const Catalogue& catalogue = *job_->catalogue;
  const Task& one = job_->tasks[task()];
  Here found;
  for (const Edge& edge : one.parents) {
    const std::uint32_t from = catalogue.offers[job_->tasks[edge.parent].candidates[plan_[edge.parent]].offer].region;
    found.moving += edge.gb * catalogue.egress_price(from, region);
    found.start = std::max(found.start, end_[edge.parent] + catalogue.transfer_hours(from, region, edge.gb));
    found.all = found.all && from == region;
  }
  for (const Store& input : one.inputs) found.all = found.all && input.region == region;
  return found;
}

void Machine::reply(const Reply& reply) {
  const std::uint32_t candidate = open_[reply.taken[0]];
  const std::uint32_t offer = job_->tasks[task()].candidates[candidate].offer;
  const std::uint32_t region = job_->catalogue->offers[offer].region;
  if (job_->blocked[offer] != 0) {
    known_blocked_[offer] = 1;
    ++failed_in_[region];
    ++retries_;
    lost_.back() += job_->retry_hours;
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(reply.taken[0]));
    failed_now_ = true;
    return;
  }
  const Tables::Choice& choice = job_->tables->choices[task()][candidate];
  const Here found = here(region);
  const double moving = found.moving + choice.moving;
  bill_.egress += moving;
  bill_.dollars += choice.rent + moving;
  end_.push_back(found.start + lost_.back() + choice.hours);
  bill_.hours = std::max(bill_.hours, end_.back());
  news_ = {choice.rent, moving};
  plan_.push_back(candidate);
  open_task();
}

void Machine::default_answers(const Ask&, std::span<double> answers) const {
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::uint32_t offer = job_->tasks[task()].candidates[open_[i]].offer;
    const Tables::Choice& choice = job_->tables->choices[task()][open_[i]];
    const Here found = here(job_->catalogue->offers[offer].region);
    answers[i] =
        -Bill{choice.rent + choice.moving + found.moving, 0, found.start + choice.hours}.total(job_->objective);
  }
}

std::vector<double> Machine::metrics() const {
  return {bill_.total(job_->objective), bill_.dollars, bill_.egress, bill_.hours * 3600, static_cast<double>(retries_)};
}

}  // namespace syswright::broker
