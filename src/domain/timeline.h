#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"

/// Timelines: what happened when in a run, for people to look at. A scenario draws on a Timeline while it evaluates
/// (EvaluationOptions::timeline) if Domain::draws_timelines() says so; drawing changes nothing in its results. Nothing
/// is kept: what is drawn goes on at once, so that a run of any length fits into memory.
namespace syswright {

/// Where a run draws. Times are seconds of the run, from 0; they must be finite, and need not come in order.
class Timeline {
 public:
  /// A line of the picture: "us-east4-a" of the group "job 3".
  using Row = std::uint32_t;
  /// What is shown of a span or a mark that somebody points at.
  struct Argument {
    std::string_view name;
    std::variant<double, std::string_view> value;
  };
  using Arguments = std::initializer_list<Argument>;

  virtual ~Timeline() = default;
  /// Adds a row below those that its group has. Groups stand in the order of their first rows. O(groups).
  virtual Row add_row(std::string_view group, std::string_view name) = 0;
  /// From `start` to `end`, which is not earlier. Spans of one row may lie within each other (draw the outer one first
  /// where both start together), and must not overlap otherwise: what runs side by side takes rows of its own.
  virtual void span(Row row, std::string_view name, double start, double end, Arguments arguments = {}) = 0;
  /// At one moment.
  virtual void mark(Row row, std::string_view name, double at, Arguments arguments = {}) = 0;
  /// A curve takes this value at `at` and keeps it until its next one: a queue's length, memory in use. The row holds
  /// this curve and nothing else.
  virtual void level(Row row, double at, double value) = 0;
};

/// Joins ticks of equal state to spans, so that a state that lasts is one span. Times in seconds, in order.
class StateRow {
 public:
  StateRow(Timeline& timeline, Timeline::Row row) : timeline_(&timeline), row_(row) {}
  /// From now on. The same state goes on; an empty one is a gap.
  void enter(std::string_view state, double at);
  /// The end of the run.
  void finish(double at) { enter("", at); }

 private:
  Timeline* timeline_;
  Timeline::Row row_;
  std::string state_;
  double since_ = 0;
};

/// Writes timelines in the trace event format, as JSON, which ui.perfetto.dev and chrome://tracing open. A group is a
/// process there, a row a thread, a level a counter. Microseconds, to the nanosecond. Text that is not UTF-8 gets
/// U+FFFD for each byte that is not. The same calls give the same bytes; about 120 bytes a span.
/// Source: "Trace Event Format", the Chromium project.
///
///   ChromeTrace trace("run.json");
///   scenario->evaluate(policy, {.timeline = &trace});
///   trace.commit();
class ChromeTrace final : public Timeline {
 public:
  /// Nothing is at `path` until commit(). Throws SystemError where it cannot be written.
  explicit ChromeTrace(const std::string& path);

  /// Rows that are added from now on are of another run: their groups are new ones, with `name` before theirs.
  void begin_run(std::string_view name);
  Row add_row(std::string_view group, std::string_view name) override;
  void span(Row row, std::string_view name, double start, double end, Arguments arguments = {}) override;
  void mark(Row row, std::string_view name, double at, Arguments arguments = {}) override;
  void level(Row row, double at, double value) override;
  /// Once, at the end. Throws SystemError.
  void commit();

  std::uint64_t spans() const { return spans_; }

 private:
  struct Place {
    std::uint32_t group;
    std::uint32_t line;  ///< of its group, from 1
    std::string name;
  };
  struct Group {
    std::string name;
    std::uint32_t lines = 0;
  };
  std::uint32_t group_of(std::string_view name);
  /// `{"ph":"X","pid":1,"tid":2`: an event, left open.
  void begin_event(char phase, std::uint32_t group, std::uint32_t line);
  void name_row(const char* what, std::uint32_t group, std::uint32_t line, std::string_view name);
  void put_time(const char* field, double seconds);
  void end_event(Arguments arguments);
  void put_quoted(std::string_view text);

  AtomicFile file_;
  std::string buffer_;
  bool first_ = true;
  std::string run_;
  std::size_t run_groups_ = 0;  ///< groups of earlier runs
  std::vector<Group> groups_;
  std::vector<Place> rows_;
  std::uint64_t spans_ = 0;
};

}  // namespace syswright
