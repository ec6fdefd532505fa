#include "domains/llm_serving/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace syswright::llm_serving {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

}  // namespace

Cluster::Cluster(SetupPtr setup)
    : setup_(std::move(setup)),
      queues_(setup_->requests->models.size()),
      queue_tokens_(setup_->requests->models.size()),
      windows_(setup_->cluster.groups.size()),
      accounts_(*setup_) {
  const ClusterSettings& cluster = setup_->cluster;
  for (std::uint32_t group = 0; group < cluster.groups.size(); ++group) {
    const ReplicaGroup& settings = cluster.groups[group];
    for (std::uint32_t i = 0; i < settings.upper(); ++i) {
      Replica replica;
      replica.group = group;
      replica.state = i < settings.count ? Replica::State::ready : Replica::State::off;
      replica.engine = Engine(settings.replica, settings.role, *setup_->requests, setup_->seed, 0);
      replica.failures = Random(setup_->seed, "replica failures", replicas_.size());
      replica.fails_at = never;
      replicas_.push_back(std::move(replica));
    }
  }
  next_time_.assign(replicas_.size(), never);
  next_scaling_ = cluster.scaling_interval > 0 ? cluster.scaling_interval : never;
  for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
    if (!replicas_[replica].up()) continue;
    schedule_failure(replica);
    update_time(replica);
  }
}

Cluster::Cluster(SetupPtr setup, QuestionSet asked) : Cluster(std::move(setup)) {
  asked_ = asked;
  asked_known_ = true;
}

void Cluster::learn(const ProgramState& state) {
  learned_ = true;
  const policy::Signature& signature = *llm_serving_signature();
  if (!asked_known_) asked_ = every_question & ~question_bit(Question::chunk);
  if (state.program() != nullptr) {
    if (!asked_known_) asked_ = 0;
    for (std::size_t decision = 0; decision < question_count; ++decision) {
      if (!asked_known_ && state.program()->rule_for(decision) != nullptr) asked_ |= 1u << decision;
      for (std::size_t feature = 0; feature < signature.decisions[decision].features.size(); ++feature) {
        if (state.reads(decision, feature)) reads_[decision] |= std::uint64_t{1} << feature;
      }
    }
    reporting_ = !state.program()->statistics().empty();
  }
  if (!asks(Question::scale)) next_scaling_ = never;
  for (Replica& replica : replicas_) replica.engine.set_asked(asked_);
}

bool Cluster::next(Ask& ask, ProgramState& state) {
  if (!learned_) learn(state);
  return run_stages(ask, state);
}

bool Cluster::run_stages(Ask& ask, ProgramState& state) {
  for (;;) {
    switch (stage_) {
      case Stage::events:
        stage_ = advance(state) ? Stage::scale : Stage::ended;
        stage_at_ = 0;
        break;
      case Stage::scale:
        if (scaling_due_ && scale_stage(ask)) return true;
        scaling_due_ = false;
        stage_ = Stage::moves;
        break;
      case Stage::moves:
        if (!moves_.empty() && moves_stage(ask)) return true;
        stage_ = Stage::dispatch;
        stage_at_ = 0;
        break;
      case Stage::dispatch:
        if (dispatch_due_ && dispatch_stage(ask)) return true;
        dispatch_due_ = false;
        stage_ = Stage::steps;
        if (to_step_.size() > 1) {
          std::sort(to_step_.begin(), to_step_.end());
          to_step_.erase(std::unique(to_step_.begin(), to_step_.end()), to_step_.end());
        }
        step_at_ = 0;
        break;
      case Stage::steps:
        if (steps_stage(ask)) return true;
        to_step_.clear();
        if (setup_->check) check_books();
        stage_ = Stage::events;
        break;
      case Stage::ended:
        return false;
    }
  }
}

bool Cluster::scale_stage(Ask& ask) {
  const std::vector<ReplicaGroup>& groups = setup_->cluster.groups;
  for (; stage_at_ < groups.size(); ++stage_at_) {
    if (groups[stage_at_].lower() < groups[stage_at_].upper()) {
      if (pose(ask, Question::scale, stage_at_)) fill_group(ask.globals.data(), stage_at_);
      return true;
    }
  }
  return false;
}

/// Sequences whose prompt is computed get a replica that decodes, as they came.
bool Cluster::moves_stage(Ask& ask) {
  while (!moves_.empty()) {
    const Sequence& sequence = replicas_[moves_.front().from].engine.at(moves_.front().slot);
    find_candidates(setup_->requests->list[sequence.request], true);
    if (candidates_.empty()) return false;
    if (asks(Question::route) && candidates_.size() > 1) {
      pose_route(ask);
      return true;
    }
    chosen_ = least_in_flight();
    move_first();
  }
  return false;
}

void Cluster::move_first() {
  const Move move = moves_.front();
  moves_.pop_front();
  Replica& from = replicas_[move.from];
  const ClusterSettings& cluster = setup_->cluster;
  const double bytes = from.engine.at(move.slot).computed * from.engine.settings().step_time->kv_bytes_per_token();
  const double sending = cluster.link_bandwidth > 0 ? bytes / cluster.link_bandwidth : 0;
  from.link_free = std::max(from.link_free, now_) + sending;
  const Transfer transfer{from.link_free + cluster.link_latency, move.from, move.slot, chosen_};
  ++replicas_[chosen_].incoming;
  transfers_.insert(std::upper_bound(transfers_.begin(), transfers_.end(), transfer,
                                     [](const Transfer& a, const Transfer& b) { return a.arrives < b.arrives; }),
                    transfer);
}

bool Cluster::dispatch_stage(Ask& ask) {
  while (stage_at_ < queues_.size()) {
    if (dispatch_model(ask)) return true;
    next_model();
  }
  return false;
}

void Cluster::next_model() {
  ++stage_at_;
  substage_ = Substage::order;
  ordered_ = false;
}

/// Releases from the front of a model's queue. Whether a question waits.
bool Cluster::dispatch_model(Ask& ask) {
  std::deque<Sequence>& queue = queues_[stage_at_];
  while (!queue.empty()) {
    if (substage_ != Substage::admit) find_candidates(setup_->requests->list[queue.front().request], false);
    if (substage_ == Substage::order) {
      if (asks(Question::order) && queue.size() > 1 && !ordered_ && !candidates_.empty()) {
        asked_replica_ = npos;
        pose_order(ask);
        return true;
      }
      substage_ = Substage::route;
    }
    if (substage_ == Substage::route) {
      if (candidates_.empty()) return false;
      if (asks(Question::route) && candidates_.size() > 1) {
        pose_route(ask);
        return true;
      }
      chosen_ = least_in_flight();
      substage_ = Substage::admit;
    }
    if (asks(Question::admit) && model_in_flight(static_cast<std::uint16_t>(stage_at_))) {
      asked_replica_ = chosen_;
      pose_admit(ask);
      return true;
    }
    release_head();
  }
  return false;
}

void Cluster::release_head() {
  std::deque<Sequence>& queue = queues_[stage_at_];
  Sequence& head = queue.front();
  if (head.released < 0) head.released = now_;
  queue_tokens_[stage_at_] -= head.prompt;
  Replica& replica = replicas_[chosen_];
  const Request& request = setup_->requests->list[head.request];
  head.named_blocks = named_blocks_of(*setup_->requests, request, replica.engine.settings());
  replica.engine.enqueue(head, now_);
  queue.pop_front();
  begin_steps(chosen_);
  substage_ = Substage::order;
  ordered_ = false;
}

/// The replica may begin a step at the end of this instant.
void Cluster::begin_steps(std::uint32_t replica) {
  if (!replicas_[replica].engine.stepping()) to_step_.push_back(replica);
}

bool Cluster::steps_stage(Ask& ask) {
  for (; step_at_ < to_step_.size(); ++step_at_) {
    const std::uint32_t number = to_step_[step_at_];
    Replica& replica = replicas_[number];
    if (!step_begun_) {
      if (!replica.up() || replica.engine.stepping() || replica.engine.idle()) continue;
      pause_ = replica.engine.begin(now_);
      step_begun_ = true;
    }
    asked_replica_ = number;
    if (pause_ == Engine::Pause::order) return pose_order(ask), true;
    if (pause_ == Engine::Pause::victim) return pose_victim(ask), true;
    if (pause_ == Engine::Pause::chunk) {
      if (pose(ask, Question::chunk, number)) {
        fill_replica(ask.globals.data() + section_start(Question::chunk, Section::replica), 1, number);
      }
      return true;
    }
    step_begun_ = false;
    update_time(number);
  }
  return false;
}

void Cluster::reply(const Reply& reply) {
  Engine* engine = asked_replica_ == npos ? nullptr : &replicas_[asked_replica_].engine;
  switch (question_) {
    case Question::scale:
      set_wanted(stage_at_, static_cast<std::uint32_t>(std::lround(std::clamp(reply.value, 0.0, 4096.0))));
      windows_[stage_at_] = {};
      ++stage_at_;
      return;
    case Question::route:
      chosen_ = candidates_[reply.taken[0]];
      if (stage_ == Stage::moves) {
        move_first();
      } else {
        substage_ = Substage::admit;
      }
      return;
    case Question::admit:
      if (reply.value == 1) {
        release_head();
      } else {
        next_model();
      }
      return;
    case Question::order:
      if (stage_ == Stage::steps) {
        pause_ = engine->answer_order(reply.taken);
      } else {
        std::deque<Sequence>& queue = queues_[stage_at_];
        const auto chosen = queue.begin() + static_cast<std::ptrdiff_t>(reply.taken[0]);
        std::rotate(queue.begin(), chosen, chosen + 1);
        ordered_ = true;
      }
      return;
    case Question::victim:
      pause_ = engine->answer_victim(reply.taken[0]);
      return;
    case Question::chunk:
      pause_ = engine->answer_chunk(reply.value);
      return;
  }
}

void Cluster::default_answers(const Ask& ask, std::span<double> answers) const {
  switch (static_cast<Question>(ask.decision)) {
    case Question::route:
      for (std::size_t i = 0; i < answers.size(); ++i) {
        answers[i] = -static_cast<double>(replicas_[candidates_[i]].in_flight());
      }
      return;
    case Question::admit:
      answers[0] = 1;
      return;
    case Question::order:
      for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -static_cast<double>(i);
      return;
    case Question::victim:
      std::fill(answers.begin(), answers.end(), 0.0);
      answers[replicas_[asked_replica_].engine.default_victim()] = 1;
      return;
    case Question::scale:
      answers[0] = wanted_count(stage_at_);
      return;
    case Question::chunk:
      answers[0] = replicas_[asked_replica_].engine.settings().token_budget;
      return;
  }
}

void Cluster::find_candidates(const Request& request, bool prefilled) {
  candidates_.clear();
  const Role apart = prefilled ? Role::decode : Role::prefill;
  for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
    if (replicas_[replica].state != Replica::State::ready) continue;
    const ReplicaGroup& group = group_of(replica);
    if (group.model != request.model || (group.role != Role::mixed && group.role != apart)) continue;
    if (fits(request, group)) candidates_.push_back(replica);
  }
}

std::uint32_t Cluster::least_in_flight() const {
  return *std::min_element(candidates_.begin(), candidates_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return replicas_[a].in_flight() < replicas_[b].in_flight();
  });
}

bool Cluster::model_in_flight(std::uint16_t model) const {
  for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
    if (group_of(replica).model == model && replicas_[replica].in_flight() > 0) return true;
  }
  return false;
}

const Sequence& Cluster::asked_sequence() const {
  if (stage_ == Stage::moves) return replicas_[moves_.front().from].engine.at(moves_.front().slot);
  return queues_[stage_at_].front();
}

std::uint32_t Cluster::ready_count(std::size_t group) const {
  return static_cast<std::uint32_t>(std::count_if(replicas_.begin(), replicas_.end(), [&](const Replica& replica) {
    return replica.group == group && replica.state == Replica::State::ready;
  }));
}

std::uint32_t Cluster::wanted_count(std::size_t group) const {
  return static_cast<std::uint32_t>(std::count_if(replicas_.begin(), replicas_.end(), [&](const Replica& replica) {
    return replica.group == group && replica.state != Replica::State::off && replica.state != Replica::State::draining;
  }));
}

Evaluation Cluster::result() const {
  if (stuck_) return failed("requests wait, and no replica will ever take them");
  Accounts accounts = accounts_;
  for (const Replica& replica : replicas_) count_replica(replica, accounts);
  return accounts.evaluation(*setup_);
}

void Cluster::check_books() const {
  if (const std::string wrong = fault(); !wrong.empty()) {
    throw Error(
        fmt::format("the simulated cluster broke a rule of its own at {:.6f} s: {}; its results cannot be "
                    "relied on, please report this run",
                    now_, wrong));
  }
}

std::string Cluster::fault() const {
  std::size_t here = 0;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    if (std::string wrong = replicas_[i].engine.fault(); !wrong.empty()) return fmt::format("replica {}: {}", i, wrong);
    here += replicas_[i].engine.in_flight();
  }
  for (const std::deque<Sequence>& queue : queues_) here += queue.size();
  if (here != open_) return fmt::format("{} requests are open, {} are somewhere", open_, here);
  const std::size_t ended = accounts_.completed() + accounts_.refused();
  if (ended + open_ != next_request_) {
    return fmt::format("{} requests arrived, {} are open and {} ended", next_request_, open_, ended);
  }
  return {};
}

}  // namespace syswright::llm_serving
