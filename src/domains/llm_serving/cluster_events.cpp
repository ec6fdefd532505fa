#include <algorithm>
#include <limits>

#include "domains/llm_serving/cluster.h"

// What happens by itself, between questions.
namespace syswright::llm_serving {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

bool out_of(double value, double limit) { return limit > 0 && value > limit; }

}  // namespace

double Cluster::next_event() const {
  double next = next_request_ < setup_->requests->list.size() ? setup_->requests->list[next_request_].arrival : never;
  for (const double time : next_time_) next = std::min(next, time);
  if (!transfers_.empty()) next = std::min(next, transfers_.front().arrives);
  return next;
}

/// Everything of the next instant. Whether there is one.
bool Cluster::advance(ProgramState& state) {
  const std::vector<Request>& requests = setup_->requests->list;
  if (next_request_ == requests.size() && open_ == 0) return false;
  const double next = std::min(next_event(), next_scaling_);
  if (next == never) {
    stuck_ = true;
    return false;
  }
  now_ = next;
  handle_due(state);
  while (!transfers_.empty() && transfers_.front().arrives <= now_) {
    const Transfer transfer = transfers_.front();
    transfers_.erase(transfers_.begin());
    deliver(transfer);
  }
  while (next_request_ < requests.size() && requests[next_request_].arrival <= now_) arrive(state);
  if (next_scaling_ <= now_) {
    next_scaling_ = now_ + setup_->cluster.scaling_interval;
    scaling_due_ = true;
  }
  return true;
}

/// Replicas whose time has come: failures, then ends of steps, then those that come up.
void Cluster::handle_due(ProgramState& state) {
  due_.clear();
  for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
    if (next_time_[replica] <= now_) due_.push_back(replica);
  }
  for (const std::uint32_t replica : due_) {
    if (replicas_[replica].up() && replicas_[replica].fails_at <= now_) fail_replica(replica);
  }
  for (const std::uint32_t replica : due_) {
    const Engine& engine = replicas_[replica].engine;
    if (engine.stepping() && engine.step_end() <= now_) end_step(replica, state);
  }
  for (const std::uint32_t replica : due_) {
    const Replica::State is = replicas_[replica].state;
    const bool comes = is == Replica::State::starting || is == Replica::State::failed;
    if (comes && replicas_[replica].ready_at <= now_) bring_up(replica);
  }
  for (const std::uint32_t replica : due_) update_time(replica);
}

void Cluster::update_time(std::uint32_t number) {
  const Replica& replica = replicas_[number];
  double next = never;
  if (replica.up()) {
    next = replica.fails_at;
    if (replica.engine.stepping()) next = std::min(next, replica.engine.step_end());
  } else if (replica.state != Replica::State::off) {
    next = replica.ready_at;
  }
  next_time_[number] = next;
}

void Cluster::count_replica(const Replica& replica, Accounts& accounts) const {
  if (replica.state == Replica::State::off) return;
  const double time = now_ - replica.counted_since;
  const ReplicaSettings& settings = replica.engine.settings();
  accounts.gpu_seconds += time * settings.gpus;
  accounts.joules += time * settings.step_time->idle_watts();
  if (replica.up()) accounts.capacity_seconds += time * settings.kv_blocks;
}

void Cluster::schedule_failure(std::uint32_t number) {
  const double between = setup_->cluster.mean_time_between_failures;
  Replica& replica = replicas_[number];
  replica.fails_at = between > 0 ? now_ + replica.failures.exponential(1 / between) : never;
}

void Cluster::fail_replica(std::uint32_t number) {
  Replica& replica = replicas_[number];
  std::erase_if(moves_, [&](const Move& move) { return move.from == number; });
  std::erase_if(transfers_, [&](const Transfer& transfer) {
    if (transfer.from == number) --replicas_[transfer.to].incoming;
    // The sender still has what was to come here.
    if (transfer.to == number && transfer.from != number) moves_.push_back({transfer.from, transfer.slot});
    return transfer.from == number || transfer.to == number;
  });
  replica.incoming = 0;
  replica.link_free = 0;
  std::vector<Sequence> lost = replica.engine.fail();
  accounts_.lost_requests += static_cast<double>(lost.size());
  const std::uint16_t model = group_of(number).model;
  for (const Sequence& sequence : lost) queue_tokens_[model] += sequence.prompt;
  queues_[model].insert(queues_[model].begin(), lost.begin(), lost.end());
  dispatch_due_ = true;
  if (replica.state == Replica::State::draining) {
    switch_off(number);
    return;
  }
  count_replica(replica, accounts_);
  replica.counted_since = now_;
  replica.state = Replica::State::failed;
  replica.ready_at = now_ + setup_->cluster.repair_time;
}

void Cluster::bring_up(std::uint32_t number) {
  Replica& replica = replicas_[number];
  count_replica(replica, accounts_);
  replica.counted_since = now_;
  replica.state = Replica::State::ready;
  replica.ready_since = now_;
  schedule_failure(number);
  dispatch_due_ = true;
}

void Cluster::start_replica(std::uint32_t number) {
  Replica& replica = replicas_[number];
  replica.state = Replica::State::starting;
  replica.counted_since = now_;
  replica.ready_at = now_ + setup_->cluster.start_up;
  update_time(number);
}

void Cluster::switch_off(std::uint32_t number) {
  count_replica(replicas_[number], accounts_);
  replicas_[number].state = Replica::State::off;
  update_time(number);
}

void Cluster::drain(std::uint32_t number) {
  replicas_[number].state = Replica::State::draining;
  if (replicas_[number].in_flight() == 0) switch_off(number);
}

void Cluster::set_wanted(std::uint32_t group, std::uint32_t wanted) {
  const ReplicaGroup& settings = setup_->cluster.groups[group];
  wanted = std::clamp(wanted, settings.lower(), settings.upper());
  const auto of_group = [&](std::uint32_t number, Replica::State state) {
    return replicas_[number].group == group && replicas_[number].state == state;
  };
  const auto count = static_cast<std::uint32_t>(replicas_.size());
  std::uint32_t there = wanted_count(group);
  for (std::uint32_t i = 0; i < count && there < wanted; ++i) {
    if (!of_group(i, Replica::State::draining)) continue;
    replicas_[i].state = Replica::State::ready;
    dispatch_due_ = true;
    ++there;
  }
  for (std::uint32_t i = 0; i < count && there < wanted; ++i) {
    if (!of_group(i, Replica::State::off)) continue;
    start_replica(i);
    ++there;
  }
  for (std::uint32_t i = count; i-- > 0 && there > wanted;) {
    if (!of_group(i, Replica::State::starting)) continue;
    switch_off(i);
    --there;
  }
  for (; there > wanted; --there) {
    std::uint32_t emptiest = npos;
    for (std::uint32_t i = count; i-- > 0;) {
      if (!of_group(i, Replica::State::ready)) continue;
      if (emptiest == npos || replicas_[i].in_flight() < replicas_[emptiest].in_flight()) emptiest = i;
    }
    if (emptiest == npos) return;
    drain(emptiest);
  }
}

void Cluster::end_step(std::uint32_t number, ProgramState& state) {
  Replica& replica = replicas_[number];
  outcome_.clear();
  replica.engine.finish(accounts_, outcome_);
  windows_[replica.group].busy += replica.engine.finished_step_time();
  if (reporting_) {
    state.report(static_cast<std::size_t>(Report::step_time), replica.engine.finished_step_time());
    state.report(static_cast<std::size_t>(Report::preemption), replica.engine.preempted_now());
  }
  for (const std::uint32_t slot : outcome_.first_tokens) {
    note_first_token(replica.engine.at(slot), replica.group, state);
  }
  for (const Sequence& sequence : outcome_.completed) end_request(sequence, replica.group, state);
  for (const std::uint32_t slot : outcome_.prefilled) moves_.push_back({number, slot});
  to_step_.push_back(number);
  if (replica.state == Replica::State::draining && replica.in_flight() == 0) switch_off(number);
}

void Cluster::note_first_token(const Sequence& sequence, std::uint32_t group, ProgramState& state) {
  const double ttft = sequence.first_token - sequence.arrival;
  windows_[group].ttft += ttft;
  windows_[group].first_tokens += 1;
  if (reporting_) state.report(static_cast<std::size_t>(Report::ttft), ttft);
}

void Cluster::end_request(const Sequence& sequence, std::uint32_t group, ProgramState& state) {
  if (sequence.first_token == now_) note_first_token(sequence, group, state);
  accounts_.complete(
      *setup_, {sequence.request, sequence.released, sequence.first_token, sequence.last_token, sequence.recomputed});
  --open_;
  dispatch_due_ = true;
  const double e2e = sequence.last_token - sequence.arrival;
  const double tpot = sequence.output > 1 ? (sequence.last_token - sequence.first_token) / (sequence.output - 1) : 0;
  const Limits& limits = setup_->limits;
  Window& window = windows_[group];
  window.completions += 1;
  window.output_tokens += sequence.output;
  window.in_limits += !out_of(sequence.first_token - sequence.arrival, limits.ttft) && !out_of(tpot, limits.tpot) &&
                      !out_of(e2e, limits.e2e);
  if (!reporting_) return;
  state.report(static_cast<std::size_t>(Report::output), sequence.output);
  state.report(static_cast<std::size_t>(Report::completion_time), e2e);
}

void Cluster::deliver(const Transfer& transfer) {
  Replica& from = replicas_[transfer.from];
  Replica& to = replicas_[transfer.to];
  --to.incoming;
  Sequence sequence = from.engine.take_prefilled(transfer.slot);
  sequence.named_blocks =
      named_blocks_of(*setup_->requests, setup_->requests->list[sequence.request], to.engine.settings());
  to.engine.enqueue(sequence, now_);
  begin_steps(transfer.from);
  begin_steps(transfer.to);
  if (from.state == Replica::State::draining && from.in_flight() == 0) switch_off(transfer.from);
}

bool Cluster::fits(const Request& request, const ReplicaGroup& group) const {
  const ReplicaSettings& replica = group.replica;
  const std::uint64_t length = std::uint64_t{request.prompt} + request.output;
  if (replica.max_length > 0 && length > replica.max_length) return false;
  if (!replica.chunked && replica.scheduler != Scheduler::orca && length > replica.token_budget) return false;
  const std::uint64_t blocks = (length + replica.drafts + replica.block_size - 1) / replica.block_size;
  return blocks + static_cast<std::uint64_t>(replica.watermark * replica.kv_blocks) <= replica.kv_blocks;
}

bool Cluster::fits_somewhere(const Request& request) const {
  bool starts = false;
  bool decodes = false;
  for (const ReplicaGroup& group : setup_->cluster.groups) {
    if (group.model != request.model || !fits(request, group)) continue;
    if (group.role == Role::mixed) return true;
    (group.role == Role::prefill ? starts : decodes) = true;
  }
  return starts && decodes;
}

void Cluster::arrive(ProgramState& state) {
  const auto number = static_cast<std::uint32_t>(next_request_++);
  const Request& request = setup_->requests->list[number];
  for (std::size_t group = 0; group < windows_.size(); ++group) {
    if (setup_->cluster.groups[group].model != request.model) continue;
    windows_[group].arrivals += 1;
    windows_[group].arrival_tokens += request.prompt;
  }
  if (reporting_) {
    if (number > 0) state.report(static_cast<std::size_t>(Report::arrival_gap), request.arrival - last_arrival_);
    state.report(static_cast<std::size_t>(Report::prompt), request.prompt);
  }
  last_arrival_ = request.arrival;
  if (!fits_somewhere(request)) {
    accounts_.refuse(*setup_, number);
    return;
  }
  Sequence sequence;
  sequence.request = number;
  sequence.prompt = request.prompt;
  sequence.output = request.output;
  sequence.predicted = request.predicted;
  sequence.priority = request.priority;
  sequence.arrival = request.arrival;
  sequence.queued = now_;
  queues_[request.model].push_back(sequence);
  queue_tokens_[request.model] += request.prompt;
  ++open_;
  dispatch_due_ = true;
}

}  // namespace syswright::llm_serving
