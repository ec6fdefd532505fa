#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "domains/llm_serving/drawing.h"
#include "domains/llm_serving/replay_blocks.h"
#include "domains/llm_serving/replay_books.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving::replay {

/// A request on its way, as the auditor sees it.
struct Job {
  std::uint32_t number = 0;
  const Request* request = nullptr;
  std::uint32_t made = 0;  ///< tokens of output
  std::uint32_t restarts = 0;
  std::uint32_t ever_computed = 0;
  std::uint64_t again = 0;  ///< tokens computed once more
  double released = -1;
  double first = -1;
  double last = 0;

  // On a replica.
  std::uint32_t computed = 0;
  std::uint32_t brought = 0;  ///< KV cache that came over a link and is not taken in yet
  std::uint32_t given = 0;    ///< tokens in the step that is made, or runs
  bool runs = false;
  bool decodes = false;
  std::uint32_t named_blocks = 0;
  std::uint32_t named = 0;  ///< of these, blocks at its front that can be found
  std::vector<Blocks::Id> blocks;
  Phase phase;  ///< where the run is drawn

  std::uint32_t length() const { return request->prompt + made; }
  Shown shown() const { return {number, request->prompt, made, restarts}; }
};

/// Who answers what the log has answers to, and who watches. A missing answer is the default.
struct Oracle {
  Drawing* drawing = nullptr;  ///< nullptr: nobody watches
  std::function<bool(int question)> asked;
  std::function<std::optional<double>()> chunk;
  /// One of these requests; a place.
  std::function<std::optional<std::size_t>(const std::vector<std::uint32_t>& requests)> victim;
  /// So many of them, best first; places.
  std::function<std::optional<std::vector<std::size_t>>(const std::vector<std::uint32_t>& requests, std::size_t count)>
      order;
};

/// One replica, request by request and block by block: every running request is walked in every step, whatever happens.
/// The rules are those of setup.h and cluster.h; nothing is shared with engine.h.
class SlowReplica {
 public:
  /// place: in drawings.
  SlowReplica(const Setup& setup, const ReplicaGroup& group, const Oracle& oracle, std::uint32_t place);

  void enqueue(Job job, double now);
  void begin(double now);
  struct Ended {
    std::vector<Job> done;
    std::vector<std::uint32_t> to_move;  ///< requests whose prompt is computed here and that decode elsewhere
  };
  Ended finish(Books& books);
  Job take_leaving(std::uint32_t number);
  const Job& leaving(std::uint32_t number) const;
  std::vector<Job> fail();

  bool stepping() const { return stepping_; }
  double step_end() const { return step_end_; }
  bool idle() const { return in_flight() == 0; }
  std::size_t in_flight() const { return waiting_.size() + later_.size() + running_.size() + leaving_.size(); }
  const ReplicaGroup& group() const { return *group_; }
  std::uint32_t place() const { return place_; }

 private:
  std::uint32_t blocks_for(std::uint64_t tokens) const;
  std::uint32_t wanted(const Job& job) const;
  Key key_of(const Job& job, std::uint32_t index) const;
  std::uint32_t cached(const Job& job) const;
  void give(Job& job, std::uint32_t tokens, std::uint64_t blocks);
  void name_full(Job& job);
  void let_go(Job& job, bool findable);
  bool less_urgent(const Job& a, const Job& b) const;
  void put_back(Job job);
  void line_up(Job job);
  void look_again();
  bool any_given() const;
  void plan();
  void walk();
  std::size_t default_victim() const;
  void preempt(std::size_t place);
  void enter(Job& job, std::string_view phase, double now);
  void explain(std::string_view why);
  void admit();
  void reorder();
  bool start_first();
  void launch();
  void token(Job& job, std::uint32_t tokens, Books& books);
  std::uint32_t accepted(const Job& job) const;

  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  const Setup* setup_;
  const ReplicaGroup* group_;
  const ReplicaSettings* settings_;
  const Oracle* oracle_;
  std::uint32_t place_;
  Blocks pool_;
  std::vector<Job> waiting_;  ///< first in front
  std::vector<Job> running_;  ///< by admission
  std::vector<Job> leaving_;
  std::vector<Job> later_;  ///< came when the next step was scheduled already
  std::vector<Job> gone_;   ///< ended, which the next step's schedule does not know
  bool scheduled_ahead_ = false;
  bool stepping_ = false;
  double now_ = 0;
  double step_end_ = 0;
  double device_time_ = 0;
  double step_time_ = 0;
  StepShape shape_;
  std::uint64_t budget_ = 0;
  std::uint64_t prompt_budget_ = unlimited;
  bool preempted_ = false;
  std::uint64_t preemptions_ = 0;
  std::uint64_t looked_up_ = 0;
  std::uint64_t found_ = 0;
  /// The first that waits did not fit with so many tokens left, and nothing that could help it has happened since.
  std::optional<std::uint64_t> stuck_at_;
};

}  // namespace syswright::llm_serving::replay
