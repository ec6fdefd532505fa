#include "domains/cache/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace syswright::cache {

CacheSimulation::CacheSimulation(std::shared_ptr<const ScenarioSetup> setup, const policy::ProgramPtr& program)
    : setup_(std::move(setup)),
      plan_(std::make_shared<HostPlan>(HostPlan::showing_all(*program))),
      contents_(setup_->host(), *plan_),
      ranking_(setup_->seed),
      request_(setup_->window.begin) {
  if (!setup_->front.idle(*setup_->requests)) front_.emplace(setup_->front_setup());
}

CacheSimulation::CacheSimulation(const CacheSimulation& other) = default;

std::unique_ptr<Simulation> CacheSimulation::fork() const {
  auto copy = std::make_unique<CacheSimulation>(*this);
  copy->log_to(nullptr);
  return copy;
}

void CacheSimulation::log(std::uint32_t decision, Object subject, double answer) {
  if (log_ != nullptr) log_->records.push_back({request_, decision, setup_->requests->keys[subject], answer});
}

const Question* CacheSimulation::next() {
  while (!asking_ && failure_.empty() && request_ < setup_->window.end) {
    try {
      step();
    } catch (const Error& error) {
      fail(error.what());
    }
  }
  if (!asking_) return nullptr;
  // A copy's spans would still show the original.
  question_.candidates = keys_;
  question_.globals = globals_;
  question_.columns = columns_;
  return &question_;
}

void CacheSimulation::step() { stage_ == Stage::arrival ? arrive() : make_room(); }

void CacheSimulation::arrive() {
  const Requests& requests = *setup_->requests;
  const Object object = requests.objects[request_];
  const std::uint32_t size = setup_->capacity.in_bytes ? requests.request_bytes(request_) : 1;
  expired_ = false;
  if (front_) {
    front_->meet(request_, object);
    if (front_->refuses(request_, object, size)) return finish(Reply::bypassed);
  }
  contents_.begin(request_);
  const std::uint32_t where = contents_.find(object);
  if (Contents::resident(where)) {
    contents_.touch(where);
    expired_ = front_ && front_->expired(request_, object);
    return rescore(where, Reply::hit);
  }
  if (contents_.too_large(size)) {
    contents_.pass(size);
    return finish(Reply::bypassed);
  }
  contents_.miss(object, size);
  if (plan_->asks_admit) return ask_admit();
  stage_ = Stage::making_room;
}

void CacheSimulation::make_room() {
  if (contents_.fits()) return take_in();
  if (plan_->mode == RankingMode::queue) {
    return leave(queue_.top(contents_));
  }
  ask_evict(ranking_.candidates(contents_.evictions(), contents_.count()), Stage::eviction);
}

void CacheSimulation::take_in() { rescore(contents_.insert(), Reply::inserted); }

/// After a touch: in queue mode the resident gets its score, from an answer or, without a rule, as any other.
void CacheSimulation::rescore(Slot slot, Reply reply) {
  if (plan_->mode == RankingMode::sample) return finish(reply);
  if (!plan_->asks_evict) {
    queue_.touch(slot, contents_[slot].object, 0, contents_.position());
    return finish(reply);
  }
  reply_ = reply;
  scored_ = slot;
  ask_evict(std::span(&scored_, 1), Stage::score);
}

void CacheSimulation::leave(Slot victim) {
  log(evict_decision, contents_[victim].object, 1);
  if (front_) front_->left(contents_[victim].object);
  contents_.evict(victim);
  if (plan_->mode == RankingMode::queue) queue_.remove_top(victim);
  stage_ = Stage::making_room;
}

void CacheSimulation::finish(Reply reply) {
  stage_ = Stage::arrival;
  if (reply == Reply::bypassed) log(admit_decision, setup_->requests->objects[request_], 0);
  const std::uint64_t request = request_++;
  const Outcome outcome = expired_                   ? Outcome::expired
                          : reply == Reply::hit      ? Outcome::hit
                          : reply == Reply::inserted ? Outcome::inserted
                                                     : Outcome::bypassed;
  if (front_ && (outcome == Outcome::inserted || outcome == Outcome::expired)) {
    front_->written(request, setup_->requests->objects[request]);
  }
  if (request < setup_->window.counted) return;
  const bool missed = outcome != Outcome::hit;
  count(outcome, setup_->requests->request_bytes(request), counted_.counts);
  if (request == block_begin(setup_->window, block_)) {
    ++block_;
    counted_.blocks.push_back({});
  }
  counted_.blocks.back().cost += missed;
  counted_.blocks.back().weight += 1;
}

void CacheSimulation::fail(std::string why) {
  failure_ = std::move(why);
  asking_ = false;
}

void CacheSimulation::ask(std::size_t decision, std::size_t candidates, Stage stage) {
  const InputPlan& plan = decision == admit_decision ? plan_->admit : plan_->evict;
  stage_ = stage;
  asking_ = true;
  question_.decision = decision;
  question_.event = request_;
  keys_.resize(candidates);
  globals_.resize(plan.globals.size());
  columns_.resize(plan.columns.size() * candidates);
  contents_.globals(plan, globals_.data());
}

void CacheSimulation::ask_admit() {
  ask(admit_decision, 1, Stage::admission);
  keys_[0] = setup_->requests->keys[contents_.incoming().object];
  contents_.incoming_inputs(plan_->admit, columns_.data());
}

void CacheSimulation::ask_evict(std::span<const Slot> candidates, Stage stage) {
  ask(evict_decision, candidates.size(), stage);
  std::copy(candidates.begin(), candidates.end(), candidates_.begin());
  candidate_count_ = candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    keys_[i] = setup_->requests->keys[contents_[candidates[i]].object];
  }
  contents_.columns(plan_->evict, candidates, columns_.data(), candidates.size());
}

void CacheSimulation::answer(std::span<const double> answers) {
  if (!asking_) throw InputError("the simulation has no open question: call next() before answer()");
  if (answers.size() != keys_.size()) {
    throw InputError(
        fmt::format("the question about {} candidates was given {} answers", keys_.size(), answers.size()));
  }
  asking_ = false;
  if (!std::all_of(answers.begin(), answers.end(), [](double x) { return std::isfinite(x); })) {
    return fail(fmt::format("an answer at request {} is not a finite number", request_));
  }
  switch (stage_) {
    case Stage::admission:
      if (answers[0] != 0 && answers[0] != 1) {
        return fail(fmt::format("the answer {} to 'admit' at request {} is no action", answers[0], request_));
      }
      if (answers[0] == static_cast<double>(Admission::take)) {
        stage_ = Stage::making_room;
      } else {
        contents_.refuse();
        finish(Reply::bypassed);
      }
      return;
    case Stage::eviction:
      return leave(candidates_[highest(answers)]);
    case Stage::score:
      queue_.touch(scored_, contents_[scored_].object, answers[0], contents_.position());
      return finish(reply_);
    case Stage::arrival:
    case Stage::making_room:
      return;
  }
}

Evaluation CacheSimulation::result() const {
  if (!failure_.empty()) return failed_evaluation(*setup_, failure_);
  return evaluation_of(counted_, request_ - setup_->window.begin);
}

}  // namespace syswright::cache
