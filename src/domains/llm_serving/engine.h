#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/block_pool.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// A request on its way through the cluster. Policies must not look at `output`.
struct Sequence {
  std::uint32_t request = 0;  ///< into Requests::list
  std::uint32_t prompt = 0;
  std::uint32_t output = 0;
  std::uint32_t predicted = 0;
  std::uint32_t named_blocks = 0;  ///< full blocks of the whole sequence that may have equals elsewhere
  std::int32_t priority = 0;
  double arrival = 0;
  double released = -1;     ///< from the router, for the first time; negative: not yet
  double queued = 0;        ///< since when it waits where it is
  double started = 0;       ///< to run, for the last time
  double first_token = -1;  ///< negative: not yet
  double last_token = 0;
  std::uint32_t generated = 0;
  std::uint32_t restarts = 0;
  std::uint32_t high = 0;  ///< most tokens that were ever computed
  std::uint64_t recomputed = 0;
  std::uint32_t remote = 0;  ///< tokens whose KV cache came over a link and waits to be taken in

  // On a replica. Where `grouped`, computed and generated are as of Engine's counter at `joined`.
  std::uint32_t computed = 0;  ///< tokens in the KV cache
  std::uint32_t blocks = 0;    ///< held; not kept up where `grouped`
  std::uint32_t keyed = 0;     ///< blocks at the front that were given their keys
  bool running = false;
  bool prefilled = false;  ///< decodes
  bool grouped = false;
  std::uint32_t stamp = 0;             ///< of this stay in the group
  std::uint64_t turn = 0;              ///< rises with each admission on this replica
  std::int64_t joined = 0;             ///< the counter's value
  std::uint64_t scheduled_step = 0;    ///< the last step that it was given tokens in
  std::uint32_t scheduled_tokens = 0;  ///< in that step

  std::uint32_t tokens() const { return prompt + generated; }
};

/// Full blocks of a request's whole sequence that may have equals elsewhere, on a replica of these settings.
std::uint32_t named_blocks_of(const Requests& requests, const Request& request, const ReplicaSettings& settings);

/// What a step brought. The lists are reused.
struct StepOutcome {
  std::vector<Sequence> completed;
  std::vector<std::uint32_t> first_tokens;  ///< slots of sequences, still here, whose first token came
  std::vector<std::uint32_t> prefilled;     ///< slots that wait for their transfer (Role::prefill)
  void clear() {
    completed.clear();
    first_tokens.clear();
    prefilled.clear();
  }
};

/// One replica, step by step: vLLM V1's scheduler and its variants.
///
/// A step is made by begin(), which may pause to ask, and ends with finish() at step_end(). Running requests first, in
/// the order of their admission; where blocks lack, a victim is preempted (its blocks are freed, all of it is computed
/// again later) and goes to the front of the waiting queue. Then waiting requests, unless one was preempted in this
/// step, up to the first that does not fit.
///
/// Decodes that advanced in the step before form a group, of which only sums are kept: a step of the group costs O(1)
/// and O(log n) for each request that ends; requests in their prefill are walked one by one. Only where tokens or
/// blocks are short do all running requests get walked, in order. Which sequence gets which free block makes no
/// difference.
///
/// With asynchronous scheduling a step is still made here when the one before it ends, but with what was known when
/// that one began: requests that came since are not seen yet, and those that ended keep their places and blocks. Where
/// nothing can be scheduled so, the scheduler waits for the end of the step, and schedules with all that is known.
///
/// A value: a copy is a fork. Settings and requests are borrowed.
/// Sources: vLLM V1 scheduler (0.9 to 0.19); Yu et al., "Orca", OSDI 2022; Agrawal et al., "Sarathi-Serve", OSDI 2024,
/// the last two as Vidur models them (Agrawal et al., MLSys 2024).
class Engine {
 public:
  /// Why begin() or an answer came back: the step runs (or there is nothing to run), or a question waits.
  enum class Pause : std::uint8_t { done, order, victim, chunk };

  Engine() = default;
  /// asked: questions that are paused for; the others are answered by the defaults.
  Engine(const ReplicaSettings& settings, Role role, const Requests& requests, std::uint64_t seed, QuestionSet asked);

  /// Before anything came.
  void set_asked(QuestionSet asked) { asked_ = asked; }
  /// Behind those that wait, or where its priority puts it.
  void enqueue(Sequence sequence, double now);

  // A step.
  Pause begin(double now);
  Pause answer_order(std::span<const std::uint32_t> taken);  ///< places in waiting(), best first
  Pause answer_victim(std::uint32_t place);                  ///< in running()
  Pause answer_chunk(double tokens);
  bool stepping() const { return stepping_; }
  double step_end() const { return step_end_; }
  void finish(Accounts& accounts, StepOutcome& outcome);

  /// How many of waiting() an order can matter for.
  std::size_t startable() const;
  std::uint32_t default_victim() const;  ///< place in running()

  /// A sequence whose transfer is over leaves, and its blocks.
  Sequence take_prefilled(std::uint32_t slot);
  /// Everything is lost: what was here, by arrival, to be computed again elsewhere. A running step has not happened.
  std::vector<Sequence> fail();

  // What there is to see. Sequences are as of the last finished step.
  bool idle() const { return in_flight() == 0; }
  const std::deque<std::uint32_t>& waiting() const { return waiting_; }  ///< slots; those that the scheduler sees
  std::size_t waiting_count() const { return waiting_.size() + unseen_.size(); }
  const std::vector<std::uint32_t>& running() const { return running_; }  ///< slots, by admission
  const Sequence& at(std::uint32_t slot) const { return sequences_[slot]; }
  std::uint32_t computed(const Sequence& sequence) const { return sequence.computed + advance_of(sequence); }
  std::uint32_t generated(const Sequence& sequence) const { return sequence.generated + advance_of(sequence); }
  std::uint32_t held_blocks(const Sequence& sequence) const;
  std::uint32_t reclaimable_blocks(std::uint32_t slot) const;  ///< that no other sequence uses
  bool needs_block(const Sequence& sequence) const;            ///< for its next token
  bool scheduled_now(const Sequence& sequence) const { return !stepping_ && sequence.scheduled_step == step_; }
  /// Blocks at the front of a sequence that are in the cache here. O(blocks) expected; 0 without prefix caching.
  std::uint32_t cached_blocks(const Sequence& sequence) const;
  std::size_t in_flight() const { return waiting_count() + running_.size() + leaving_slots_.size(); }
  std::size_t prefilling() const;
  std::uint64_t waiting_prompt_tokens() const { return waiting_prompts_; }
  std::uint64_t waiting_tokens() const { return waiting_tokens_; }
  std::uint64_t prefill_left() const;  ///< waiting_tokens() and what is left of the prefills that run
  std::uint64_t kv_tokens() const;
  double predicted_left() const;                                     ///< O(in_flight)
  double last_step_time() const { return last_step_time_; }          ///< of the latest step, the running one included
  double finished_step_time() const { return finished_step_time_; }  ///< of the latest that is over; 0: none
  double oldest_wait(double now) const;
  std::uint64_t preemptions() const { return preemptions_; }
  std::uint32_t preempted_now() const { return pending_preemptions_; }  ///< in the step that is made, or runs
  const BlockPool& pool() const { return pool_; }
  const ReplicaSettings& settings() const { return *settings_; }
  const StepShape& shape() const { return shape_; }  ///< of the step that runs, or ran last
  std::uint64_t steps() const { return steps_; }

  /// What is wrong with the books (blocks held against blocks used, sums against their parts); empty if nothing is.
  /// Between steps. O(blocks + requests).
  std::string fault() const;

 private:
  enum class Stage : std::uint8_t { prompts, chunk, running, walk, waiting };
  struct Timed {
    std::int64_t key;
    std::uint32_t slot;
    std::uint32_t stamp;
  };

  bool asks(Question question) const { return (asked_ & question_bit(question)) != 0; }
  std::uint32_t advance_of(const Sequence& sequence) const {
    return sequence.grouped ? static_cast<std::uint32_t>(counter_ - sequence.joined) : 0;
  }
  std::uint32_t blocks_for(std::uint64_t tokens) const {
    return static_cast<std::uint32_t>((tokens + settings_->block_size - 1) / settings_->block_size);
  }

  // A step (engine.cpp, engine_finish.cpp).
  void start_step();
  Pause run_stages();
  bool run_quickly();
  void name_quickly();
  void start_walk();
  Pause walk();
  void settle_walk();
  Pause admit_waiting();
  bool admit(std::uint32_t slot);
  void launch();
  std::uint32_t wanted_tokens(const Sequence& sequence) const;
  void schedule(Sequence& sequence, std::uint32_t tokens);
  void preempt(std::uint32_t slot);
  void queue(std::uint32_t slot);
  void requeue(std::uint32_t slot);
  void catch_up();
  bool has_place() const { return running_.size() + lingering_.size() < settings_->max_running; }
  std::uint32_t accepted_drafts(const Sequence& sequence, std::uint32_t drafts) const;
  bool finish_individual(std::uint32_t slot, double now, Accounts& accounts, StepOutcome& outcome);
  void leave(std::uint32_t slot);
  std::uint32_t free_slot();

  // The group (engine_group.cpp).
  void join(std::uint32_t slot);
  void ungroup(std::uint32_t slot);
  bool valid(const Timed& entry) const;
  std::int64_t longest_base();
  std::int64_t shortest_base();
  void end_members();
  void compact(std::vector<Timed>& heap);
  std::size_t phase_of(const Sequence& sequence) const;
  void remove_from(std::vector<std::uint32_t>& by_turn, std::uint32_t slot);
  void insert_into(std::vector<std::uint32_t>& by_turn, std::uint32_t slot);

  // Blocks (engine_blocks.cpp).
  void grow(std::uint32_t slot, std::uint32_t blocks);
  void name_blocks(std::uint32_t slot, std::uint64_t tokens);
  void release_blocks(std::uint32_t slot, bool findable);
  std::uint64_t key_of(const Sequence& sequence, std::uint32_t index) const;
  void grow_group();

  const ReplicaSettings* settings_ = nullptr;
  const Requests* requests_ = nullptr;
  Role role_ = Role::mixed;
  std::uint64_t seed_ = 0;
  QuestionSet asked_ = 0;

  std::vector<Sequence> sequences_;                 ///< [slots]
  std::vector<std::vector<BlockPool::Id>> tables_;  ///< [slots] blocks, head first, where they are told apart
  std::vector<std::uint32_t> free_slots_;
  std::deque<std::uint32_t> waiting_;
  std::vector<std::uint32_t> running_;      ///< by turn
  std::vector<std::uint32_t> individuals_;  ///< running, not in the group; by turn
  std::vector<std::uint32_t> leaving_slots_;
  std::uint64_t next_turn_ = 1;
  std::uint64_t waiting_prompts_ = 0;
  std::uint64_t waiting_tokens_ = 0;
  BlockPool pool_;

  // Asynchronous scheduling, between the end of a step and the launch of the next: what that one does not know yet.
  bool ahead_ = false;
  std::vector<std::uint32_t> unseen_;     ///< slots that wait; also while a step runs
  std::vector<std::uint32_t> lingering_;  ///< slots of sequences that ended

  // The group.
  std::int64_t counter_ = 0;  ///< steps that the group made
  std::uint32_t group_size_ = 0;
  std::int64_t base_sum_ = 0;                      ///< of computed - joined
  std::vector<std::uint32_t> phase_count_;         ///< members that need a block when counter_ mod block size is it
  std::vector<std::vector<std::uint32_t>> phase_;  ///< who they are, where blocks are told apart
  std::vector<Timed> ends_;                        ///< heap: the counter at which a member ends, soonest on top
  std::vector<Timed> longest_;                     ///< heap: computed - joined, largest on top
  std::vector<Timed> shortest_;                    ///< heap: the same, smallest on top
  std::uint32_t next_stamp_ = 1;
  double group_last_ = 0;  ///< when its members' last tokens came

  // The step that is made or runs.
  std::uint64_t step_ = 0;
  Stage stage_ = Stage::chunk;
  bool stepping_ = false;
  bool preempted_ = false;
  bool group_runs_ = false;
  bool ordered_ = false;
  double now_ = 0;
  double step_end_ = 0;
  double device_time_ = 0;
  std::uint32_t budget_ = 0;
  std::uint32_t prefill_budget_ = 0;
  std::vector<std::uint32_t> plan_;  ///< individuals that got tokens
  std::vector<std::uint32_t> walk_;
  std::size_t walk_at_ = 0;
  std::uint32_t walk_tokens_ = 0;          ///< that the request there gets; 0: not settled
  std::uint32_t pending_preemptions_ = 0;  ///< of this step
  std::uint64_t looked_up_ = 0;            ///< tokens, in this step
  std::uint64_t hits_ = 0;
  StepShape shape_;

  // When the head of the queue did not fit, and nothing has changed since that could help it.
  bool blocked_ = false;
  std::uint32_t blocked_limit_ = 0;

  double last_step_time_ = 0;
  double finished_step_time_ = 0;
  std::uint64_t preemptions_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<std::uint32_t> ended_;
};

}  // namespace syswright::llm_serving
