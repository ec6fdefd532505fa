#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "domain/stepping.h"
#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/engine.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// One replica's place in the cluster.
struct Replica {
  enum class State : std::uint8_t { off, starting, ready, draining, failed };
  State state = State::off;
  std::uint32_t group = 0;
  Engine engine;
  double ready_at = 0;         ///< where starting or failed
  double ready_since = 0;      ///< where ready or draining
  double fails_at = 0;         ///< infinite: never
  double link_free = 0;        ///< when its link has sent all that was given to it
  double counted_since = 0;    ///< costs up to here are in the accounts
  std::uint32_t incoming = 0;  ///< transfers on their way here
  std::size_t in_flight() const { return engine.in_flight() + incoming; }
  Random failures{0, "replica failures"};

  bool up() const { return state == State::ready || state == State::draining; }
};

/// A KV cache between two replicas.
struct Transfer {
  double arrives = 0;
  std::uint32_t from = 0;
  std::uint32_t slot = 0;  ///< on `from`, which holds its blocks until then
  std::uint32_t to = 0;
};

/// The mechanism (domain/stepping.h): a router with a queue for each model, and replicas. Everything at one instant
/// happens in this order: failures, ends of steps, replicas that come up, transfers, arrivals (each by number); then
/// questions: `scale` by group, `route` for sequences whose prefill is done, then for each model `order`, `route`,
/// `admit` of the head of its queue until one is held or the queue is empty; then steps begin, by number of the
/// replica, with `chunk`, `victim`, `order`.
///
/// Event of a question: number of the request that arrived last. Candidates: numbers of replicas or requests, rising
/// for replicas, in their order for requests. Subject: admit the request, scale the group, chunk the replica.
///
/// Not asked: `route` where there is one replica to choose from; `order` where one request waits, and on a replica
/// where the head of the queue did not fit and no block was released nor request came since; `victim` where one runs;
/// `admit` where nothing is in flight on the replicas of the model: the head is then released, so that every run ends.
/// Nor any question that is not in the set: for a program these are the decisions that it leaves open, for a native
/// policy those that it was made without.
class Cluster {
 public:
  /// Not given: for a program, the decisions that it has rules for; for a native policy, all but `chunk`.
  explicit Cluster(SetupPtr setup);
  Cluster(SetupPtr setup, QuestionSet asked);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// route: the replica with the fewest requests in flight, the first of several; admit: release; order: as they stand;
  /// victim: the engine's rule; scale: as many as there are; chunk: what the budget leaves.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  Evaluation result() const;
  Evaluation failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

  // For native policies, which must not look at outputs.
  const Setup& setup() const { return *setup_; }
  double now() const { return now_; }
  const std::vector<Replica>& replicas() const { return replicas_; }
  const Engine& engine(std::size_t replica) const { return replicas_[replica].engine; }
  const std::deque<Sequence>& queue(std::size_t model) const { return queues_[model]; }
  const Accounts& accounts() const { return accounts_; }
  /// The replica that a question is about: admit, order (npos at the router), victim, chunk.
  static constexpr std::uint32_t npos = ~std::uint32_t{0};
  std::uint32_t asked_replica() const { return asked_replica_; }
  /// The request that a question is about: route, admit.
  const Sequence& asked_sequence() const;
  std::uint32_t ready_count(std::size_t group) const;
  std::uint32_t wanted_count(std::size_t group) const;  ///< ready, starting and failed

  /// What is wrong with the books of any replica, or with the number of requests; empty if nothing is.
  std::string fault() const;

 private:
  /// Throws Error where there is a fault.
  void check_books() const;
  enum class Stage : std::uint8_t { events, scale, moves, dispatch, steps, ended };
  enum class Substage : std::uint8_t { order, route, admit };
  /// What happened since `scale` was asked last.
  struct Window {
    double arrivals = 0;
    double arrival_tokens = 0;
    double completions = 0;
    double output_tokens = 0;
    double in_limits = 0;
    double ttft = 0;
    double first_tokens = 0;
    double busy = 0;
  };
  struct Move {
    std::uint32_t from;
    std::uint32_t slot;
  };

  bool asks(Question question) const { return (asked_ & question_bit(question)) != 0; }
  const ReplicaGroup& group_of(std::uint32_t replica) const { return setup_->cluster.groups[replicas_[replica].group]; }
  void learn(const ProgramState& state);

  // Events (cluster_events.cpp).
  bool advance(ProgramState& state);
  double next_event() const;
  void handle_due(ProgramState& state);
  void fail_replica(std::uint32_t replica);
  void end_step(std::uint32_t replica, ProgramState& state);
  void end_request(const Sequence& sequence, std::uint32_t group, ProgramState& state);
  void note_first_token(const Sequence& sequence, std::uint32_t group, ProgramState& state);
  void bring_up(std::uint32_t replica);
  void deliver(const Transfer& transfer);
  void arrive(ProgramState& state);
  bool fits(const Request& request, const ReplicaGroup& group) const;
  bool fits_somewhere(const Request& request) const;
  void set_wanted(std::uint32_t group, std::uint32_t wanted);
  void start_replica(std::uint32_t replica);
  void drain(std::uint32_t replica);
  void switch_off(std::uint32_t replica);
  void schedule_failure(std::uint32_t replica);
  void update_time(std::uint32_t replica);
  /// What a replica costs from when it was counted last.
  void count_replica(const Replica& replica, Accounts& accounts) const;

  // Questions (cluster.cpp).
  bool run_stages(Ask& ask, ProgramState& state);
  bool scale_stage(Ask& ask);
  bool moves_stage(Ask& ask);
  bool dispatch_stage(Ask& ask);
  bool dispatch_model(Ask& ask);
  bool steps_stage(Ask& ask);
  void begin_steps(std::uint32_t replica);
  void next_model();
  void release_head();
  void move_first();
  void find_candidates(const Request& request, bool prefilled);
  std::uint32_t least_in_flight() const;
  bool model_in_flight(std::uint16_t model) const;

  // Features (cluster_features.cpp).
  bool pose(Ask& ask, Question question, std::uint64_t subject);
  void pose_route(Ask& ask);
  void pose_admit(Ask& ask);
  void pose_order(Ask& ask);
  void pose_victim(Ask& ask);
  void fill_cluster(Ask& ask) const;
  void fill_request(double* at, std::size_t stride, const Sequence& sequence, std::uint32_t generated) const;
  void fill_pair(double* at, std::size_t stride, const Sequence& sequence, std::uint32_t replica) const;
  void fill_replica(double* at, std::size_t stride, std::uint32_t replica) const;
  void fill_run(double* at, std::size_t stride, const Engine& engine, std::size_t place) const;
  void fill_group(double* at, std::uint32_t group) const;
  /// Calls value(fact) for each fact of a section that is read.
  template <typename Fact, typename Value>
  void fill_section(Section section, double* at, std::size_t stride, std::size_t facts, Value value) const;

  SetupPtr setup_;
  QuestionSet asked_ = 0;
  bool asked_known_ = false;
  bool learned_ = false;
  bool reporting_ = false;
  std::uint64_t reads_[question_count] = {};  ///< features that are read, a bit each

  double now_ = 0;
  std::size_t next_request_ = 0;
  double last_arrival_ = 0;
  std::size_t open_ = 0;  ///< requests that arrived and are not over
  bool stuck_ = false;
  std::vector<Replica> replicas_;
  std::vector<double> next_time_;             ///< [replicas] of its next event; infinite: none
  std::vector<std::deque<Sequence>> queues_;  ///< [models]
  std::vector<std::uint64_t> queue_tokens_;   ///< [models] of prompts
  std::vector<Transfer> transfers_;           ///< by arrival, then as they were sent
  std::deque<Move> moves_;                    ///< prefilled sequences without a destination
  double next_scaling_ = 0;                   ///< infinite: never
  std::vector<Window> windows_;               ///< [groups]
  Accounts accounts_;

  Stage stage_ = Stage::events;
  Substage substage_ = Substage::order;
  std::uint32_t stage_at_ = 0;  ///< group, or model
  bool ordered_ = false;
  bool scaling_due_ = false;
  bool dispatch_due_ = false;
  std::vector<std::uint32_t> due_;
  std::vector<std::uint32_t> to_step_;  ///< replicas that may begin a step
  std::size_t step_at_ = 0;
  bool step_begun_ = false;
  Engine::Pause pause_ = Engine::Pause::done;
  Question question_ = Question::route;
  std::uint32_t asked_replica_ = npos;
  std::uint32_t chosen_ = npos;
  std::vector<std::uint32_t> candidates_;
  StepOutcome outcome_;
};

}  // namespace syswright::llm_serving
