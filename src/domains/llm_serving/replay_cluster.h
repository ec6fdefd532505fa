#pragma once

#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "domain/evaluation.h"
#include "domains/llm_serving/replay_books.h"
#include "domains/llm_serving/replay_replica.h"

namespace syswright::llm_serving::replay {

/// The answers of a log in their order, and what is wrong with them.
class Answers {
 public:
  using Record = DecisionLog::Record;
  explicit Answers(const DecisionLog& log);

  bool asked(int question) const { return asked_[static_cast<std::size_t>(question)]; }
  /// The answer to a question about `subject`. Where it is missing, nothing, and a complaint.
  std::optional<double> value(int question, std::uint64_t event, std::uint64_t subject);
  /// `count` of the candidates, best first; their places.
  std::optional<std::vector<std::size_t>> picks(int question, std::uint64_t event,
                                                const std::vector<std::uint32_t>& candidates, std::size_t count);
  void complain(std::string text);
  /// At the end: answers that are left, and what was complained of.
  std::vector<std::string> violations();

 private:
  const Record* next(int question, std::uint64_t event, const std::string& about);

  const std::vector<Record>& records_;
  std::size_t at_ = 0;
  std::vector<bool> asked_;
  std::vector<std::string> violations_;
  std::uint64_t unlisted_ = 0;
};

/// The cluster around slow replicas, as cluster.h states it.
class SlowCluster {
 public:
  SlowCluster(const Setup& setup, Answers& answers, Drawing* drawing = nullptr);
  SlowCluster(const SlowCluster&) = delete;
  SlowCluster& operator=(const SlowCluster&) = delete;
  /// To the end. False if requests wait that nobody will ever take.
  bool run();
  const Books& books() const { return books_; }

 private:
  enum class State { off, starting, ready, draining, failed };
  struct Place {
    State state = State::off;
    std::uint32_t group = 0;
    SlowReplica replica;
    double comes_at = 0;
    double fails_at = 0;
    double counted_to = 0;
    double link_busy_until = 0;
    std::uint32_t incoming = 0;
    Random failures;

    bool up() const { return state == State::ready || state == State::draining; }
    std::size_t in_flight() const { return replica.in_flight() + incoming; }
  };
  struct Sending {
    double arrives;
    std::uint32_t from;
    std::uint32_t request;
    std::uint32_t to;
  };
  struct Move {
    std::uint32_t from;
    std::uint32_t request;
  };

  double due_at(const Place& place) const;
  bool to_next_instant();
  void handle_replicas();
  void fail(std::uint32_t number);
  void end_step(std::uint32_t number);
  void come_up(std::uint32_t number);
  void deliver(const Sending& sending);
  void arrive();
  void scale();
  void set_wanted(std::uint32_t group, double answer);
  void move();
  void dispatch(std::uint16_t model);
  void begin_steps();

  void count(Place& place);
  void switch_off(Place& place);
  void become(Place& place, State state);
  void queue_up(Job& job);
  void draw_failure(Place& place);
  bool fits(const Request& request, const ReplicaGroup& group) const;
  std::vector<std::uint32_t> takers(const Request& request, bool decoding) const;
  std::uint32_t emptiest(const std::vector<std::uint32_t>& candidates) const;
  std::uint32_t route(const std::vector<std::uint32_t>& candidates);
  std::uint64_t event() const { return next_ == 0 ? 0 : next_ - 1; }

  const Setup& setup_;
  Answers& answers_;
  Books books_;
  Oracle oracle_;
  std::uint32_t stepping_ = 0;  ///< the replica that begins a step
  double now_ = 0;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  double scales_at_ = 0;
  bool scaling_ = false;
  bool dispatching_ = false;
  std::vector<Place> places_;
  std::vector<std::deque<Job>> queues_;
  std::vector<Sending> sendings_;
  std::deque<Move> moves_;
  std::vector<std::uint32_t> may_step_;
};

}  // namespace syswright::llm_serving::replay
