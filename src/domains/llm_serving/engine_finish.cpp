#include <algorithm>
#include <cassert>
#include <utility>

#include "base/random.h"
#include "domains/llm_serving/engine.h"

// A step that was made: how long it takes, and what it brings.
namespace syswright::llm_serving {

void Engine::launch() {
  if (plan_.empty() && !group_runs_) return;
  shape_ = {};
  double kv = 0;
  double past = 0;
  if (group_runs_) {
    shape_.decodes = group_size_;
    shape_.decode_tokens = group_size_;
    kv = static_cast<double>(base_sum_ + counter_ * static_cast<std::int64_t>(group_size_));
    shape_.decode_kv_max = static_cast<std::uint32_t>(longest_base() + counter_);
    shape_.decode_kv_min = static_cast<std::uint32_t>(shortest_base() + counter_);
  }
  for (const std::uint32_t slot : plan_) {
    const Sequence& sequence = sequences_[slot];
    if (sequence.prefilled) {
      shape_.decode_kv_min =
          shape_.decodes == 0 ? sequence.computed : std::min(shape_.decode_kv_min, sequence.computed);
      ++shape_.decodes;
      shape_.decode_tokens += sequence.scheduled_tokens;
      kv += sequence.computed;
      shape_.decode_kv_max = std::max(shape_.decode_kv_max, sequence.computed);
    } else {
      ++shape_.prefills;
      shape_.prefill_tokens += sequence.scheduled_tokens;
      past += static_cast<double>(sequence.computed) * sequence.scheduled_tokens;
      shape_.sampled += sequence.computed + sequence.scheduled_tokens == sequence.tokens();
    }
  }
  shape_.sampled += shape_.decodes;
  if (shape_.decodes > 0) shape_.decode_kv_mean = kv / shape_.decodes;
  if (shape_.prefill_tokens > 0) shape_.prefill_past = past / shape_.prefill_tokens;
  device_time_ = settings_->step_time->seconds(shape_);
  last_step_time_ = device_time_ + settings_->host_overhead;
  step_end_ = now_ + last_step_time_;
  stepping_ = true;
  if (ahead_) catch_up();
}

void Engine::finish(Accounts& accounts, StepOutcome& outcome) {
  assert(stepping_);
  const double now = step_end_;
  const auto used = static_cast<double>(pool_.used());
  ++accounts.steps;
  ++steps_;
  accounts.preemptions += pending_preemptions_;
  accounts.block_seconds += used * last_step_time_;
  accounts.kv_peak = std::max(accounts.kv_peak, used / pool_.capacity());
  // Whoever counts the replica's time counts all of it as idle.
  accounts.joules +=
      settings_->step_time->joules(shape_, device_time_) - settings_->step_time->idle_watts() * device_time_;
  accounts.prompt_tokens += looked_up_;
  accounts.hit_tokens += hits_;
  stepping_ = false;
  ahead_ = settings_->async_scheduling;
  finished_step_time_ = last_step_time_;
  ended_.clear();
  const bool joinable = group_runs_ || group_size_ == 0;
  if (group_runs_) {
    accounts.token_gaps(now - group_last_, group_size_);
    accounts.computed_tokens += group_size_;
    ++counter_;
    group_runs_ = false;
    group_last_ = now;
    end_members();
  }
  if (!plan_.empty()) {
    if (joinable) group_last_ = now;
    for (const std::uint32_t slot : plan_) {
      if (finish_individual(slot, now, accounts, outcome) && joinable && settings_->drafts == 0) join(slot);
    }
    std::erase_if(individuals_,
                  [&](std::uint32_t slot) { return sequences_[slot].grouped || !sequences_[slot].running; });
  }
  if (ended_.empty()) return;
  std::sort(ended_.begin(), ended_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return sequences_[a].turn < sequences_[b].turn; });
  for (const std::uint32_t slot : ended_) {
    sequences_[slot].last_token = now;
    remove_from(running_, slot);
    if (ahead_) {
      lingering_.push_back(slot);
    } else {
      leave(slot);
    }
    outcome.completed.push_back(sequences_[slot]);
  }
}

/// Whether the sequence goes on here as a decode.
bool Engine::finish_individual(std::uint32_t slot, double now, Accounts& accounts, StepOutcome& outcome) {
  Sequence& sequence = sequences_[slot];
  const std::uint32_t tokens = sequence.scheduled_tokens;
  accounts.computed_tokens += tokens;
  if (!sequence.prefilled) {
    const std::uint32_t known = std::min(sequence.high, sequence.computed + tokens);
    const std::uint32_t again = known > sequence.computed ? known - sequence.computed : 0;
    accounts.recomputed_tokens += again;
    sequence.recomputed += again;
    sequence.computed += tokens;
    if (sequence.computed < sequence.tokens()) return false;
    sequence.prefilled = true;
    ++sequence.generated;
  } else {
    const std::uint32_t accepted = tokens > 1 ? accepted_drafts(sequence, tokens - 1) : 0;
    const std::uint32_t gained = std::min(1 + accepted, sequence.output - sequence.generated);
    sequence.generated += gained;
    sequence.computed += gained;
  }
  const bool first = sequence.first_token < 0;
  if (first) {
    sequence.first_token = now;
  } else {
    accounts.token_gaps(now - sequence.last_token, 1);
  }
  sequence.last_token = now;
  if (sequence.generated >= sequence.output) {
    ended_.push_back(slot);
    sequence.running = false;
    return false;
  }
  if (first) outcome.first_tokens.push_back(slot);
  if (role_ != Role::prefill) return true;
  remove_from(running_, slot);
  sequence.running = false;
  leaving_slots_.push_back(slot);
  outcome.prefilled.push_back(slot);
  return false;
}

/// Draws belong to the request and the place of the token, so that they do not depend on when it is computed.
std::uint32_t Engine::accepted_drafts(const Sequence& sequence, std::uint32_t drafts) const {
  const std::uint64_t place = (std::uint64_t{sequence.request} << 32) | sequence.generated;
  Random draws(seed_, "accepted drafts", place);
  std::uint32_t accepted = 0;
  while (accepted < drafts && draws.chance(settings_->acceptance)) ++accepted;
  return accepted;
}

/// A sequence is over here.
void Engine::leave(std::uint32_t slot) {
  release_blocks(slot, false);
  sequences_[slot].running = false;
  free_slots_.push_back(slot);
  blocked_ = false;
}

Sequence Engine::take_prefilled(std::uint32_t slot) {
  leaving_slots_.erase(std::find(leaving_slots_.begin(), leaving_slots_.end(), slot));
  leave(slot);
  Sequence sequence = sequences_[slot];
  sequence.remote = sequence.computed;
  sequence.high = std::max(sequence.high, sequence.computed);
  sequence.computed = 0;
  sequence.prefilled = false;
  sequence.scheduled_step = 0;
  return sequence;
}

std::vector<Sequence> Engine::fail() {
  std::vector<Sequence> lost;
  for (const std::uint32_t slot : waiting_) lost.push_back(sequences_[slot]);
  for (const std::uint32_t slot : unseen_) lost.push_back(sequences_[slot]);
  for (const std::vector<std::uint32_t>* slots : {&running_, &leaving_slots_}) {
    for (const std::uint32_t slot : *slots) {
      Sequence sequence = sequences_[slot];
      sequence.generated = generated(sequences_[slot]);
      sequence.computed = computed(sequences_[slot]);
      if (sequence.grouped) sequence.last_token = group_last_;
      ++sequence.restarts;
      lost.push_back(sequence);
    }
  }
  for (Sequence& sequence : lost) {
    sequence.high = std::max({sequence.high, sequence.computed, sequence.remote});
    sequence.computed = sequence.remote = sequence.blocks = sequence.keyed = 0;
    sequence.running = sequence.prefilled = sequence.grouped = false;
    sequence.stamp = 0;
    sequence.scheduled_step = 0;
  }
  std::sort(lost.begin(), lost.end(), [](const Sequence& a, const Sequence& b) {
    return std::pair(a.arrival, a.request) < std::pair(b.arrival, b.request);
  });
  Engine fresh(*settings_, role_, *requests_, seed_, asked_);
  fresh.preemptions_ = preemptions_;
  fresh.steps_ = steps_;
  fresh.finished_step_time_ = finished_step_time_;
  *this = std::move(fresh);
  return lost;
}

}  // namespace syswright::llm_serving
