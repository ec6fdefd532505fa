#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/evaluation.h"
#include "domain/timeline.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// Draws the run that a decision log tells of: the auditor's replay (replay_cluster.h) is watched, so that the cluster
/// itself knows nothing of pictures. A group for the router and one for each replica; in it a row for each request that
/// is there at a time, with its phases: held or waiting (and for what), prefill, recompute, decode, transfer. Above
/// them what state the replica is in, and levels of its KV blocks and its queue. As slow as an audit.
void draw(const Setup& setup, const DecisionLog& log, Timeline& timeline);

namespace replay {

/// What a request does at a moment.
struct Phase {
  std::string_view name;  ///< empty: nothing
  std::string_view why;   ///< it waits, or lately waited
  std::uint32_t place = 0;
  std::uint32_t lane = 0;
  double since = 0;
};

/// Of a request, to be shown with its phases.
struct Shown {
  std::uint32_t number = 0;
  std::uint32_t prompt = 0;
  std::uint32_t made = 0;
  std::uint32_t restarts = 0;
};

class Drawing {
 public:
  static constexpr std::uint32_t router = 0;  ///< place; replica i is i + 1
  explicit Drawing(Timeline& timeline) : timeline_(timeline) {}

  /// The phase so far is drawn, and another begins; an empty one is the end.
  void enter(Phase& phase, const Shown& request, std::uint32_t place, std::string_view name, double now);
  void mark(const Phase& phase, std::string_view name, double now);
  void state(std::uint32_t place, std::string_view name, double now);
  void levels(std::uint32_t place, double now, double blocks, double waiting);
  void finish(double now);

 private:
  struct Place {
    std::string group;
    std::vector<Timeline::Row> rows;
    std::vector<bool> taken;
    std::optional<StateRow> state;
    Timeline::Row blocks_row = 0;
    Timeline::Row waiting_row = 0;
    double blocks = -1;
    double waiting = -1;
  };
  Place& at(std::uint32_t number);

  Timeline& timeline_;
  std::map<std::uint32_t, Place> places_;
};

}  // namespace replay
}  // namespace syswright::llm_serving
