#include "domains/llm_serving/engine.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <tuple>

namespace syswright::llm_serving {
namespace {

constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

auto urgency(const Sequence& sequence) { return std::tuple(sequence.priority, sequence.arrival, sequence.request); }

}  // namespace

Engine::Engine(const ReplicaSettings& settings, Role role, const Requests& requests, std::uint64_t seed,
               QuestionSet asked)
    : settings_(&settings),
      requests_(&requests),
      role_(role),
      seed_(seed),
      asked_(asked),
      pool_(settings.kv_blocks, settings.prefix_caching),
      phase_count_(settings.block_size),
      phase_(settings.prefix_caching ? settings.block_size : 0) {}

std::uint32_t Engine::free_slot() {
  if (free_slots_.empty()) {
    sequences_.emplace_back();
    tables_.emplace_back();
    return static_cast<std::uint32_t>(sequences_.size() - 1);
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void Engine::enqueue(Sequence sequence, double now) {
  const std::uint32_t slot = free_slot();
  sequence.queued = now;
  sequences_[slot] = sequence;
  waiting_prompts_ += sequence.prompt;
  waiting_tokens_ += sequence.tokens();
  if (settings_->async_scheduling && (stepping_ || (ahead_ && now == step_end_))) {
    unseen_.push_back(slot);
  } else {
    queue(slot);
  }
}

void Engine::queue(std::uint32_t slot) {
  if (settings_->scheduler == Scheduler::vllm_priority) {
    requeue(slot);
  } else {
    waiting_.push_back(slot);
    if (asks(Question::order)) blocked_ = false;
  }
}

/// Where a preempted request goes: to the front, or where its urgency puts it.
void Engine::requeue(std::uint32_t slot) {
  if (settings_->scheduler != Scheduler::vllm_priority) {
    waiting_.push_front(slot);
  } else {
    // One by one: a policy may have put them in another order.
    const auto place = std::find_if(waiting_.begin(), waiting_.end(), [&](std::uint32_t other) {
      return urgency(sequences_[slot]) < urgency(sequences_[other]);
    });
    waiting_.insert(place, slot);
  }
  blocked_ = false;
}

/// The scheduler learns what came and what ended.
void Engine::catch_up() {
  ahead_ = false;
  for (const std::uint32_t slot : lingering_) leave(slot);
  lingering_.clear();
  for (const std::uint32_t slot : unseen_) queue(slot);
  unseen_.clear();
}

Engine::Pause Engine::begin(double now) {
  assert(!stepping_);
  if (ahead_ && now != step_end_) catch_up();
  now_ = now;
  pending_preemptions_ = 0;
  looked_up_ = 0;
  hits_ = 0;
  start_step();
  return run_stages();
}

void Engine::start_step() {
  ++step_;
  plan_.clear();
  budget_ = settings_->token_budget;
  prefill_budget_ = unlimited;
  preempted_ = false;
  group_runs_ = false;
  ordered_ = false;
  stage_ = settings_->scheduler == Scheduler::orca ? Stage::prompts : Stage::chunk;
}

Engine::Pause Engine::run_stages() {
  if (stage_ == Stage::prompts) {
    if (const Pause pause = admit_waiting(); pause != Pause::done) return pause;
    if (!plan_.empty()) {
      launch();
      return Pause::done;
    }
    stage_ = Stage::running;
  }
  if (stage_ == Stage::chunk) {
    stage_ = Stage::running;
    const bool room = !waiting_.empty() && has_place();
    if (asks(Question::chunk) && settings_->chunked && (room || prefilling() > 0)) return Pause::chunk;
  }
  if (stage_ == Stage::running) {
    if (run_quickly()) {
      stage_ = Stage::waiting;
    } else {
      start_walk();
      stage_ = Stage::walk;
    }
  }
  if (stage_ == Stage::walk) {
    if (const Pause pause = walk(); pause != Pause::done) return pause;
    settle_walk();
    stage_ = Stage::waiting;
  }
  if (!preempted_ && settings_->scheduler != Scheduler::orca) {
    if (const Pause pause = admit_waiting(); pause != Pause::done) return pause;
  }
  // A request that preempts itself ends the walk. Where none ran before it, the step is empty: the next begins at once.
  const bool empty = plan_.empty() && !group_runs_;
  if (empty && (preempted_ || ahead_)) {
    if (ahead_) catch_up();
    start_step();
    return run_stages();
  }
  launch();
  return Pause::done;
}

Engine::Pause Engine::answer_chunk(double tokens) {
  // Where nothing decodes, the step must do something.
  const double least = group_size_ > 0 || prefilling() < individuals_.size() ? 0 : 1;
  prefill_budget_ = static_cast<std::uint32_t>(std::clamp(tokens, least, 1e9));
  return run_stages();
}

/// Of a running request, in this step, whatever the token budget.
std::uint32_t Engine::wanted_tokens(const Sequence& sequence) const {
  if (sequence.prefilled) return 1 + settings_->drafts;
  std::uint32_t wanted = sequence.tokens() - sequence.computed;
  if (settings_->long_prefill > 0) wanted = std::min(wanted, settings_->long_prefill);
  return std::min(wanted, prefill_budget_);
}

/// All that want to run do so, if tokens and blocks suffice: then their order does not matter.
bool Engine::run_quickly() {
  std::uint64_t tokens = group_size_;
  std::uint64_t blocks = phase_count_[static_cast<std::size_t>(counter_ % settings_->block_size)];
  const std::uint32_t prefill_budget = prefill_budget_;
  for (const std::uint32_t slot : individuals_) {
    const Sequence& sequence = sequences_[slot];
    const std::uint32_t wanted = wanted_tokens(sequence);
    tokens += wanted;
    const std::uint32_t held = blocks_for(std::uint64_t{sequence.computed} + wanted);
    blocks += held > sequence.blocks ? held - sequence.blocks : 0;
    if (!sequence.prefilled && prefill_budget_ != unlimited) prefill_budget_ -= wanted;
  }
  prefill_budget_ = prefill_budget;
  if (tokens > settings_->token_budget || blocks > pool_.free()) return false;
  if (group_size_ > 0) {
    group_runs_ = true;
    grow_group();
    budget_ -= group_size_;
  }
  for (const std::uint32_t slot : individuals_) {
    Sequence& sequence = sequences_[slot];
    const std::uint32_t wanted = wanted_tokens(sequence);
    if (wanted == 0) continue;
    schedule(sequence, wanted);
    grow(slot, blocks_for(std::uint64_t{sequence.computed} + wanted));
    plan_.push_back(slot);
  }
  name_quickly();
  return true;
}

/// Blocks get their keys in the order in which a walk would have come to them.
void Engine::name_quickly() {
  if (!pool_.told_apart()) return;
  const bool decodes_first = settings_->scheduler == Scheduler::sarathi;
  walk_ = plan_;
  if (requests_->blocks_cover_output && group_size_ > 0) {
    const std::vector<std::uint32_t>& filling =
        phase_[static_cast<std::size_t>((counter_ + 1) % settings_->block_size)];
    walk_.insert(walk_.end(), filling.begin(), filling.end());
  }
  std::sort(walk_.begin(), walk_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const bool late_a = decodes_first && !sequences_[a].prefilled;
    const bool late_b = decodes_first && !sequences_[b].prefilled;
    return late_a != late_b ? late_b : sequences_[a].turn < sequences_[b].turn;
  });
  for (const std::uint32_t slot : walk_) {
    const Sequence& sequence = sequences_[slot];
    const std::uint32_t next = sequence.grouped ? 1 : sequence.scheduled_tokens;
    name_blocks(slot, std::min<std::uint64_t>(computed(sequence) + next, sequence.prompt + generated(sequence)));
  }
}

void Engine::schedule(Sequence& sequence, std::uint32_t tokens) {
  sequence.scheduled_step = step_;
  sequence.scheduled_tokens = tokens;
  budget_ -= tokens;
  if (!sequence.prefilled && prefill_budget_ != unlimited) prefill_budget_ -= tokens;
}

void Engine::start_walk() {
  walk_ = running_;
  walk_at_ = 0;
  walk_tokens_ = 0;
  if (settings_->scheduler == Scheduler::sarathi) {
    std::stable_partition(walk_.begin(), walk_.end(), [&](std::uint32_t slot) { return sequences_[slot].prefilled; });
  }
}

/// Running requests in order, with preemption. Comes back for a victim, and goes on where it was.
Engine::Pause Engine::walk() {
  for (; walk_at_ < walk_.size(); ++walk_at_) {
    const std::uint32_t slot = walk_[walk_at_];
    if (!sequences_[slot].running) continue;
    if (budget_ == 0 && walk_tokens_ == 0) break;
    // Settled before the first preemption: what that gives back to the budget is for those behind.
    if (walk_tokens_ == 0) walk_tokens_ = std::min(wanted_tokens(sequences_[slot]), budget_);
    const std::uint32_t tokens = walk_tokens_;
    if (tokens == 0) continue;
    const std::uint32_t blocks = blocks_for(std::uint64_t{computed(sequences_[slot])} + tokens);
    const std::uint32_t held = held_blocks(sequences_[slot]);
    if (blocks > held && blocks - held > pool_.free()) {
      if (asks(Question::victim) && running_.size() > 1) return Pause::victim;
      preempt(running_[default_victim()]);
      if (!sequences_[slot].running) break;
      --walk_at_;  // once more, with what was freed
      continue;
    }
    walk_tokens_ = 0;
    grow(slot, blocks);
    schedule(sequences_[slot], tokens);
    name_blocks(slot, std::min<std::uint64_t>(computed(sequences_[slot]) + tokens,
                                              sequences_[slot].prompt + generated(sequences_[slot])));
  }
  return Pause::done;
}

std::uint32_t Engine::default_victim() const {
  if (settings_->scheduler != Scheduler::vllm_priority) return static_cast<std::uint32_t>(running_.size() - 1);
  const auto last = std::max_element(running_.begin(), running_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return urgency(sequences_[a]) < urgency(sequences_[b]);
  });
  return static_cast<std::uint32_t>(last - running_.begin());
}

Engine::Pause Engine::answer_victim(std::uint32_t place) {
  const std::uint32_t slot = walk_[walk_at_];
  preempt(running_[place]);
  if (!sequences_[slot].running) walk_at_ = walk_.size();
  return run_stages();
}

void Engine::preempt(std::uint32_t slot) {
  Sequence& sequence = sequences_[slot];
  if (sequence.scheduled_step == step_) {
    budget_ += sequence.scheduled_tokens;
    if (!sequence.prefilled && prefill_budget_ != unlimited) prefill_budget_ += sequence.scheduled_tokens;
  }
  remove_from(running_, slot);
  if (sequence.grouped) {
    ungroup(slot);
  } else {
    remove_from(individuals_, slot);
  }
  release_blocks(slot, true);
  sequence.high = std::max(sequence.high, sequence.computed);
  sequence.computed = 0;
  sequence.running = false;
  sequence.prefilled = false;
  sequence.scheduled_step = 0;
  sequence.queued = now_;
  ++sequence.restarts;
  waiting_prompts_ += sequence.prompt;
  waiting_tokens_ += sequence.tokens();
  requeue(slot);
  preempted_ = true;
  ++pending_preemptions_;
  ++preemptions_;
}

/// Members that the walk did not come to leave the group; the others make the step together.
void Engine::settle_walk() {
  for (const std::uint32_t slot : running_) {
    Sequence& sequence = sequences_[slot];
    if (!sequence.grouped || sequence.scheduled_step == step_) continue;
    ungroup(slot);
    insert_into(individuals_, slot);
  }
  group_runs_ = group_size_ > 0;
  for (const std::uint32_t slot : individuals_) {
    if (sequences_[slot].scheduled_step == step_) plan_.push_back(slot);
  }
}

std::size_t Engine::startable() const {
  const std::size_t taken = running_.size() + lingering_.size();
  const std::size_t room = settings_->max_running - std::min<std::size_t>(taken, settings_->max_running);
  return std::min(waiting_.size(), room);
}

/// Waiting requests in order, up to the first that does not fit.
Engine::Pause Engine::admit_waiting() {
  const auto limit = [this] { return std::min(budget_, prefill_budget_); };
  if (blocked_ && limit() >= blocked_limit_) return Pause::done;
  if (asks(Question::order) && !ordered_ && waiting_.size() > 1 && startable() > 0 && limit() > 0) return Pause::order;
  while (!waiting_.empty() && has_place() && budget_ > 0) {
    if (!admit(waiting_.front())) break;
  }
  return Pause::done;
}

Engine::Pause Engine::answer_order(std::span<const std::uint32_t> taken) {
  walk_.clear();
  for (const std::uint32_t place : taken) walk_.push_back(waiting_[place]);
  for (const std::uint32_t place : taken) waiting_[place] = unlimited;
  for (const std::uint32_t slot : waiting_) {
    if (slot != unlimited) walk_.push_back(slot);
  }
  std::copy(walk_.begin(), walk_.end(), waiting_.begin());
  ordered_ = true;
  blocked_ = false;
  return run_stages();
}

/// The head of the queue starts, if it fits.
bool Engine::admit(std::uint32_t slot) {
  Sequence& sequence = sequences_[slot];
  const bool orca = settings_->scheduler == Scheduler::orca;
  const bool whole_prompt = orca || settings_->scheduler == Scheduler::sarathi;
  const std::uint32_t hits = sequence.remote > 0 ? 0 : cached_blocks(sequence);
  const std::uint32_t start = sequence.remote > 0 ? sequence.remote : hits * settings_->block_size;

  std::uint32_t tokens = sequence.remote > 0 ? 1 + settings_->drafts : sequence.tokens() - start;
  if (sequence.remote == 0) {
    if (settings_->long_prefill > 0 && !orca) tokens = std::min(tokens, settings_->long_prefill);
    // A prompt longer than the budget has a step of its own where prompts are not cut.
    if (orca ? tokens > budget_ && !plan_.empty() : !settings_->chunked && tokens > budget_) return false;
    if (!orca) tokens = std::min(tokens, prefill_budget_);
  }
  if (!orca) tokens = std::min(tokens, budget_);
  if (tokens == 0) return false;

  std::uint32_t unused_hits = 0;
  for (std::uint32_t index = 0; index < hits; ++index) {
    unused_hits += pool_.references(pool_.find(key_of(sequence, index))) == 0;
  }
  const std::uint32_t blocks = blocks_for(whole_prompt ? std::max(sequence.tokens(), start + tokens) : start + tokens);
  const std::uint32_t all = settings_->whole_sequence ? std::max(blocks, blocks_for(sequence.tokens())) : blocks;
  const auto kept = static_cast<std::uint32_t>(settings_->watermark * pool_.capacity());
  if (std::uint64_t{all} - hits + unused_hits + kept > pool_.free()) {
    blocked_ = !pool_.told_apart() || sequence.named_blocks == 0;
    blocked_limit_ = std::min(budget_, prefill_budget_);
    return false;
  }

  waiting_.pop_front();
  waiting_prompts_ -= sequence.prompt;
  waiting_tokens_ -= sequence.tokens();
  for (std::uint32_t index = 0; index < hits; ++index) {
    const BlockPool::Id block = pool_.find(key_of(sequence, index));
    pool_.share(block);
    tables_[slot].push_back(block);
  }
  sequence.blocks = hits;
  sequence.keyed = std::min(hits, sequence.named_blocks);
  sequence.computed = start;
  sequence.prefilled = sequence.remote > 0;
  if (pool_.told_apart() && sequence.remote == 0) {
    looked_up_ += sequence.tokens();
    hits_ += start;
  }
  sequence.remote = 0;
  sequence.running = true;
  sequence.started = now_;
  sequence.turn = next_turn_++;
  grow(slot, blocks);
  sequence.scheduled_step = step_;
  sequence.scheduled_tokens = tokens;
  budget_ -= std::min(tokens, budget_);
  if (!sequence.prefilled && prefill_budget_ != unlimited) prefill_budget_ -= tokens;
  name_blocks(slot, std::min(start + tokens, sequence.tokens()));
  running_.push_back(slot);
  individuals_.push_back(slot);
  plan_.push_back(slot);
  return true;
}

}  // namespace syswright::llm_serving
