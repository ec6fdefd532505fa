#include "domains/llm_serving/replay_replica.h"

#include <algorithm>
#include <tuple>

#include "base/random.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/prefix_blocks.h"

namespace syswright::llm_serving::replay {
namespace {

int id(Question question) { return static_cast<int>(question); }

}  // namespace

SlowReplica::SlowReplica(const Setup& setup, const ReplicaGroup& group, const Oracle& oracle, std::uint32_t place)
    : setup_(&setup),
      group_(&group),
      settings_(&group.replica),
      oracle_(&oracle),
      place_(place),
      pool_(group.replica.kv_blocks) {}

void SlowReplica::enter(Job& job, std::string_view phase, double now) {
  if (oracle_->drawing != nullptr) oracle_->drawing->enter(job.phase, job.shown(), place_, phase, now);
}

/// Why the first that waits did not start; the others wait behind it.
void SlowReplica::explain(std::string_view why) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (i == 0 || waiting_[i].phase.why == "the step that ran")
      waiting_[i].phase.why = i == 0 ? why : "those before it";
  }
}

std::uint32_t SlowReplica::blocks_for(std::uint64_t tokens) const {
  const std::uint64_t size = settings_->block_size;
  return static_cast<std::uint32_t>(tokens / size + (tokens % size > 0 ? 1 : 0));
}

bool SlowReplica::less_urgent(const Job& a, const Job& b) const {
  return std::tuple(a.request->priority, a.request->arrival, a.number) >
         std::tuple(b.request->priority, b.request->arrival, b.number);
}

void SlowReplica::enqueue(Job job, double now) {
  job.named_blocks = settings_->prefix_caching
                         ? prefix_block_count(*setup_->requests, *job.request, settings_->block_size, ~std::uint64_t{0})
                         : 0;
  job.phase.why = stepping_ ? "the step that ran" : "";
  enter(job, "waiting", now);
  const bool too_late = stepping_ || (scheduled_ahead_ && now == step_end_);
  if (settings_->async_scheduling && too_late) {
    later_.push_back(std::move(job));
  } else {
    line_up(std::move(job));
  }
}

void SlowReplica::line_up(Job job) {
  if (settings_->scheduler == Scheduler::vllm_priority) {
    put_back(std::move(job));
    return;
  }
  waiting_.push_back(std::move(job));
  if (oracle_->asked(id(Question::order))) stuck_at_.reset();
}

/// To the front, or behind all that are at least as urgent.
void SlowReplica::put_back(Job job) {
  auto place = waiting_.begin();
  if (settings_->scheduler == Scheduler::vllm_priority) {
    while (place != waiting_.end() && !less_urgent(*place, job)) ++place;
  }
  waiting_.insert(place, std::move(job));
  stuck_at_.reset();
}

void SlowReplica::begin(double now) {
  now_ = now;
  preemptions_ = looked_up_ = found_ = 0;
  if (now != step_end_) look_again();
  // Where the only ones that could run preempted themselves, the step is empty, and the next begins at once; and so it
  // does where the step could not be scheduled ahead.
  for (;;) {
    plan();
    if (any_given() || (!preempted_ && !scheduled_ahead_)) break;
    look_again();
  }
  if (any_given()) launch();
  look_again();
  if (oracle_->drawing != nullptr) {
    oracle_->drawing->levels(place_, now, pool_.used(), static_cast<double>(waiting_.size()));
  }
}

/// The schedule of the next step will know what happened up to now.
void SlowReplica::look_again() {
  if (!scheduled_ahead_) return;
  scheduled_ahead_ = false;
  for (Job& job : gone_) let_go(job, false);
  if (!gone_.empty()) stuck_at_.reset();
  gone_.clear();
  for (Job& job : later_) line_up(std::move(job));
  later_.clear();
}

bool SlowReplica::any_given() const {
  return std::any_of(running_.begin(), running_.end(), [](const Job& job) { return job.given > 0; });
}

/// Who gets how many tokens.
void SlowReplica::plan() {
  budget_ = settings_->token_budget;
  prompt_budget_ = unlimited;
  preempted_ = false;
  for (Job& job : running_) job.given = 0;
  if (settings_->scheduler == Scheduler::orca) {
    admit();
    if (!any_given()) walk();
    return;
  }
  const auto decodes = [](const Job& job) { return job.decodes; };
  const bool prompts = !std::all_of(running_.begin(), running_.end(), decodes) ||
                       (!waiting_.empty() && running_.size() + gone_.size() < settings_->max_running);
  if (settings_->chunked && prompts && oracle_->asked(id(Question::chunk))) {
    if (const std::optional<double> most = oracle_->chunk()) {
      const bool any_decodes = std::any_of(running_.begin(), running_.end(), decodes);
      prompt_budget_ = static_cast<std::uint64_t>(std::clamp(*most, any_decodes ? 0.0 : 1.0, 1e9));
    }
  }
  walk();
  if (preempted_) {
    explain("a step in which nobody is preempted");
  } else {
    admit();
  }
}

std::uint32_t SlowReplica::wanted(const Job& job) const {
  if (job.decodes) return 1 + settings_->drafts;
  std::uint64_t tokens = job.length() - job.computed;
  if (settings_->long_prefill > 0) tokens = std::min<std::uint64_t>(tokens, settings_->long_prefill);
  return static_cast<std::uint32_t>(std::min(tokens, prompt_budget_));
}

/// Running requests in their order, each with the blocks that it needs, and a victim where they lack.
void SlowReplica::walk() {
  std::vector<std::uint32_t> turns;
  for (const bool second : {false, true}) {
    for (const Job& job : running_) {
      const bool late = settings_->scheduler == Scheduler::sarathi && !job.decodes;
      if (late == second) turns.push_back(job.number);
    }
  }
  for (const std::uint32_t number : turns) {
    // Settled before anybody is preempted for it.
    std::uint32_t tokens = 0;
    for (;;) {
      const auto job = std::find_if(running_.begin(), running_.end(), [&](const Job& j) { return j.number == number; });
      if (job == running_.end()) break;
      if (tokens == 0 && budget_ == 0) return;
      if (tokens == 0) tokens = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted(*job), budget_));
      if (tokens == 0) break;
      const std::uint64_t blocks = blocks_for(std::uint64_t{job->computed} + tokens);
      if (blocks <= job->blocks.size() + pool_.free()) {
        give(*job, tokens, blocks);
        break;
      }
      std::size_t victim = default_victim();
      if (running_.size() > 1 && oracle_->asked(id(Question::victim))) {
        std::vector<std::uint32_t> choice;
        for (const Job& j : running_) choice.push_back(j.number);
        victim = oracle_->victim(choice).value_or(victim);
      }
      const bool itself = running_[victim].number == number;
      preempt(victim);
      if (itself) return;
    }
  }
}

std::size_t SlowReplica::default_victim() const {
  std::size_t victim = running_.size() - 1;
  if (settings_->scheduler != Scheduler::vllm_priority) return victim;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (less_urgent(running_[i], running_[victim])) victim = i;
  }
  return victim;
}

void SlowReplica::preempt(std::size_t place) {
  Job job = std::move(running_[place]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(place));
  budget_ += job.given;
  if (!job.decodes && prompt_budget_ != unlimited) prompt_budget_ += job.given;
  let_go(job, true);
  job.ever_computed = std::max(job.ever_computed, job.computed);
  job.computed = 0;
  job.given = 0;
  job.runs = job.decodes = false;
  ++job.restarts;
  if (oracle_->drawing != nullptr) oracle_->drawing->mark(job.phase, "preempted", now_);
  job.phase.why = "KV blocks";
  enter(job, "waiting, preempted", now_);
  preempted_ = true;
  ++preemptions_;
  put_back(std::move(job));
}

void SlowReplica::give(Job& job, std::uint32_t tokens, std::uint64_t blocks) {
  job.given = tokens;
  budget_ -= std::min<std::uint64_t>(tokens, budget_);
  if (!job.decodes && prompt_budget_ != unlimited) prompt_budget_ -= tokens;
  while (job.blocks.size() < blocks) job.blocks.push_back(pool_.take());
  name_full(job);
}

/// Blocks that this step fills can be found by others from now on.
void SlowReplica::name_full(Job& job) {
  const std::uint64_t filled = std::min<std::uint64_t>(std::uint64_t{job.computed} + job.given, job.length());
  const std::uint64_t full = std::min<std::uint64_t>(filled / settings_->block_size, job.named_blocks);
  for (; job.named < full; ++job.named) {
    const Blocks::Id block = job.blocks[job.named];
    if (!pool_.is_named(block)) pool_.name(block, key_of(job, job.named));
  }
}

Key SlowReplica::key_of(const Job& job, std::uint32_t index) const {
  if (index >= job.named_blocks) return {true, job.number, index};
  return {false, prefix_block(*setup_->requests, *job.request, settings_->block_size, index), 0};
}

/// Blocks at its front that are here; at least one token is left to compute.
std::uint32_t SlowReplica::cached(const Job& job) const {
  if (!settings_->prefix_caching) return 0;
  std::uint32_t most = (job.length() - 1) / settings_->block_size;
  if (job.restarts == 0) most = std::min(most, job.named_blocks);
  std::uint32_t hits = 0;
  while (hits < most && pool_.find(key_of(job, hits)) != Blocks::none) ++hits;
  return hits;
}

/// Blocks go from the tail to the head. findable: what was computed can be found by the request itself.
void SlowReplica::let_go(Job& job, bool findable) {
  if (findable && settings_->prefix_caching) {
    for (std::uint32_t i = job.named_blocks; i < job.computed / settings_->block_size; ++i) {
      if (!pool_.is_named(job.blocks[i])) pool_.name(job.blocks[i], key_of(job, i));
    }
  }
  for (auto block = job.blocks.rbegin(); block != job.blocks.rend(); ++block) pool_.release(*block);
  job.blocks.clear();
  job.named = 0;
}

void SlowReplica::admit() {
  const std::uint64_t left = std::min(budget_, prompt_budget_);
  if (stuck_at_ && left >= *stuck_at_) return;
  const bool room = running_.size() + gone_.size() < settings_->max_running;
  if (oracle_->asked(id(Question::order)) && waiting_.size() > 1 && room && left > 0) reorder();
  while (!waiting_.empty() && running_.size() + gone_.size() < settings_->max_running && budget_ > 0) {
    if (!start_first()) return;
  }
  explain(budget_ == 0 ? "the token budget" : "a place in the step");
}

void SlowReplica::reorder() {
  std::vector<std::uint32_t> choice;
  for (const Job& job : waiting_) choice.push_back(job.number);
  const std::size_t count =
      std::min<std::size_t>(waiting_.size(), settings_->max_running - running_.size() - gone_.size());
  const std::optional<std::vector<std::size_t>> first = oracle_->order(choice, count);
  if (!first) return;
  std::vector<Job> ordered;
  std::vector<bool> taken(waiting_.size());
  for (const std::size_t place : *first) {
    ordered.push_back(waiting_[place]);
    taken[place] = true;
  }
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (!taken[i]) ordered.push_back(waiting_[i]);
  }
  waiting_ = std::move(ordered);
  stuck_at_.reset();
}

bool SlowReplica::start_first() {
  Job& job = waiting_.front();
  const bool orca = settings_->scheduler == Scheduler::orca;
  const std::uint32_t hits = job.brought > 0 ? 0 : cached(job);
  const std::uint32_t from = job.brought > 0 ? job.brought : hits * settings_->block_size;
  std::uint64_t tokens = 1 + settings_->drafts;
  if (job.brought == 0) {
    tokens = job.length() - from;
    if (!orca && settings_->long_prefill > 0) tokens = std::min<std::uint64_t>(tokens, settings_->long_prefill);
    const bool alone = std::none_of(running_.begin(), running_.end(), [](const Job& j) { return j.given > 0; });
    const bool too_long = tokens > budget_ && (orca ? !alone : !settings_->chunked);
    if (too_long) explain("the token budget");
    if (too_long) return false;
    if (!orca) tokens = std::min(tokens, prompt_budget_);
  }
  if (!orca) tokens = std::min(tokens, budget_);
  if (tokens == 0) {
    explain("the token budget");
    return false;
  }

  std::uint64_t lying = 0;  // hits that nobody uses count as free until they are taken
  for (std::uint32_t i = 0; i < hits; ++i) lying += pool_.is_free(pool_.find(key_of(job, i))) ? 1 : 0;
  const bool whole_prompt = orca || settings_->scheduler == Scheduler::sarathi;
  std::uint64_t blocks = blocks_for(from + tokens);
  if (whole_prompt) blocks = std::max<std::uint64_t>(blocks, blocks_for(job.length()));
  std::uint64_t needed = blocks;
  if (settings_->whole_sequence) needed = std::max<std::uint64_t>(needed, blocks_for(job.length()));
  const auto kept = static_cast<std::uint64_t>(settings_->watermark * pool_.capacity());
  if (needed - hits + lying + kept > pool_.free()) {
    const bool may_find_more = settings_->prefix_caching && job.named_blocks > 0;
    if (!may_find_more) stuck_at_ = std::min(budget_, prompt_budget_);
    if (may_find_more) stuck_at_.reset();
    explain("KV blocks");
    return false;
  }

  running_.push_back(std::move(job));
  waiting_.erase(waiting_.begin());
  Job& started = running_.back();
  for (std::uint32_t i = 0; i < hits; ++i) {
    started.blocks.push_back(pool_.find(key_of(started, i)));
    pool_.hold(started.blocks.back());
  }
  started.computed = from;
  started.decodes = started.brought > 0;
  if (settings_->prefix_caching && started.brought == 0) {
    looked_up_ += started.length();
    found_ += from;
  }
  started.brought = 0;
  started.runs = true;
  enter(started, started.decodes ? "decode" : started.restarts > 0 ? "recompute" : "prefill", now_);
  give(started, static_cast<std::uint32_t>(tokens), blocks);
  return true;
}

void SlowReplica::launch() {
  shape_ = {};
  double kv = 0;
  double past = 0;
  for (const Job& job : running_) {
    if (job.given == 0) continue;
    if (job.decodes) {
      shape_.decode_kv_min = shape_.decodes == 0 ? job.computed : std::min(shape_.decode_kv_min, job.computed);
      shape_.decode_kv_max = std::max(shape_.decode_kv_max, job.computed);
      ++shape_.decodes;
      ++shape_.sampled;
      shape_.decode_tokens += job.given;
      kv += job.computed;
    } else {
      ++shape_.prefills;
      shape_.prefill_tokens += job.given;
      past += static_cast<double>(job.given) * job.computed;
      if (job.computed + job.given == job.length()) ++shape_.sampled;
    }
  }
  if (shape_.decodes > 0) shape_.decode_kv_mean = kv / shape_.decodes;
  if (shape_.prefill_tokens > 0) shape_.prefill_past = past / shape_.prefill_tokens;
  device_time_ = settings_->step_time->seconds(shape_);
  step_time_ = device_time_ + settings_->host_overhead;
  step_end_ = now_ + step_time_;
  stepping_ = true;
}

SlowReplica::Ended SlowReplica::finish(Books& books) {
  stepping_ = false;
  const auto used = static_cast<double>(pool_.used());
  books.block_seconds += used * step_time_;
  books.peak = std::max(books.peak, used / pool_.capacity());
  // Idle watts are counted by the time that the replica is there.
  books.joules +=
      settings_->step_time->joules(shape_, device_time_) - settings_->step_time->idle_watts() * device_time_;
  books.preemptions += preemptions_;
  books.looked_up += looked_up_;
  books.found += found_;
  Ended ended;
  std::vector<Job> stay;
  for (Job& job : running_) {
    if (job.given > 0) token(job, job.given, books);
    job.given = 0;
    if (job.made >= job.request->output) {
      enter(job, "", step_end_);
      ended.done.push_back(std::move(job));
    } else if (group_->role == Role::prefill && job.decodes) {
      job.runs = false;
      ended.to_move.push_back(job.number);
      leaving_.push_back(std::move(job));
    } else {
      stay.push_back(std::move(job));
    }
  }
  running_ = std::move(stay);
  scheduled_ahead_ = settings_->async_scheduling;
  if (scheduled_ahead_) {
    gone_ = ended.done;
    return ended;
  }
  for (Job& job : ended.done) {
    let_go(job, false);
    stuck_at_.reset();
  }
  return ended;
}

/// What the step did for a request.
void SlowReplica::token(Job& job, std::uint32_t tokens, Books& books) {
  books.computed += tokens;
  std::uint32_t gained = 1;
  if (!job.decodes) {
    const std::uint32_t end = job.computed + tokens;
    if (job.ever_computed > job.computed) {
      const std::uint32_t again = std::min(job.ever_computed, end) - job.computed;
      books.recomputed += again;
      job.again += again;
    }
    job.computed = end;
    if (end < job.length()) return;
    job.decodes = true;
    enter(job, group_->role == Role::prefill ? "transfer" : "decode", step_end_);
  } else {
    if (tokens > 1) gained = std::min(1 + accepted(job), job.request->output - job.made);
    job.computed += gained;
  }
  job.made += gained;
  if (job.first < 0) {
    job.first = step_end_;
  } else {
    books.gap(step_end_ - job.last);
  }
  job.last = step_end_;
}

/// Drafts that hold, up to the first that does not: the same whenever this token is computed.
std::uint32_t SlowReplica::accepted(const Job& job) const {
  Random draws(setup_->seed, "accepted drafts", (std::uint64_t{job.number} << 32) | job.made);
  for (std::uint32_t draft = 0; draft + 1 < job.given; ++draft) {
    if (!draws.chance(settings_->acceptance)) return draft;
  }
  return job.given - 1;
}

const Job& SlowReplica::leaving(std::uint32_t number) const {
  return *std::find_if(leaving_.begin(), leaving_.end(), [&](const Job& job) { return job.number == number; });
}

Job SlowReplica::take_leaving(std::uint32_t number) {
  const auto place =
      std::find_if(leaving_.begin(), leaving_.end(), [&](const Job& job) { return job.number == number; });
  Job job = std::move(*place);
  leaving_.erase(place);
  let_go(job, false);
  stuck_at_.reset();
  job.brought = job.computed;
  job.ever_computed = std::max(job.ever_computed, job.computed);
  job.computed = 0;
  job.decodes = false;
  return job;
}

/// All that was here, by arrival, to begin anew.
std::vector<Job> SlowReplica::fail() {
  std::vector<Job> lost = waiting_;
  lost.insert(lost.end(), later_.begin(), later_.end());
  for (const std::vector<Job>* jobs : {&running_, &leaving_}) {
    for (Job job : *jobs) {
      ++job.restarts;
      lost.push_back(std::move(job));
    }
  }
  for (Job& job : lost) {
    job.ever_computed = std::max({job.ever_computed, job.computed, job.brought});
    job.computed = job.brought = job.given = 0;
    job.runs = job.decodes = false;
    job.named = 0;
    job.blocks.clear();
  }
  std::sort(lost.begin(), lost.end(), [](const Job& a, const Job& b) { return a.number < b.number; });
  *this = SlowReplica(*setup_, *group_, *oracle_, place_);
  return lost;
}

}  // namespace syswright::llm_serving::replay
