#include "domain/timeline.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <iterator>

#include "base/json_text.h"

namespace syswright {
namespace {

constexpr std::size_t flush_at = 1 << 16;

}  // namespace

void StateRow::enter(std::string_view state, double at) {
  if (state == state_) return;
  if (!state_.empty()) timeline_->span(row_, state_, since_, at);
  state_ = state;
  since_ = at;
}

ChromeTrace::ChromeTrace(const std::string& path) : file_(path) {
  buffer_ = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
}

void ChromeTrace::begin_run(std::string_view name) {
  run_ = name;
  run_groups_ = groups_.size();
}

std::uint32_t ChromeTrace::group_of(std::string_view name) {
  for (std::size_t i = run_groups_; i < groups_.size(); ++i) {
    if (groups_[i].name == name) return static_cast<std::uint32_t>(i);
  }
  const auto group = static_cast<std::uint32_t>(groups_.size());
  groups_.push_back({std::string(name), 0});
  name_row("process_name", group, 0, run_.empty() ? std::string(name) : fmt::format("{}: {}", run_, name));
  begin_event('M', group, 0);
  buffer_ += fmt::format(",\"name\":\"process_sort_index\",\"args\":{{\"sort_index\":{}}}}}", group);
  return group;
}

Timeline::Row ChromeTrace::add_row(std::string_view group, std::string_view name) {
  const std::uint32_t place = group_of(group);
  const std::uint32_t line = ++groups_[place].lines;
  name_row("thread_name", place, line, name);
  begin_event('M', place, line);
  buffer_ += fmt::format(",\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{}}}}}", line);
  rows_.push_back({place, line, std::string(name)});
  return static_cast<Row>(rows_.size() - 1);
}

void ChromeTrace::span(Row row, std::string_view name, double start, double end, Arguments arguments) {
  assert(start <= end);
  const Place& place = rows_[row];
  begin_event('X', place.group, place.line);
  put_time("ts", start);
  put_time("dur", end - start);
  buffer_ += ",\"name\":";
  put_quoted(name);
  end_event(arguments);
  ++spans_;
}

void ChromeTrace::mark(Row row, std::string_view name, double at, Arguments arguments) {
  const Place& place = rows_[row];
  begin_event('i', place.group, place.line);
  put_time("ts", at);
  buffer_ += ",\"s\":\"t\",\"name\":";
  put_quoted(name);
  end_event(arguments);
}

void ChromeTrace::level(Row row, double at, double value) {
  const Place& place = rows_[row];
  begin_event('C', place.group, place.line);
  put_time("ts", at);
  buffer_ += ",\"name\":";
  put_quoted(place.name);
  end_event({{"value", value}});
}

void ChromeTrace::commit() {
  buffer_ += "\n]}\n";
  file_.write(buffer_);
  file_.commit();
}

void ChromeTrace::begin_event(char phase, std::uint32_t group, std::uint32_t line) {
  if (buffer_.size() >= flush_at) {
    file_.write(buffer_);
    buffer_.clear();
  }
  buffer_ += first_ ? "\n" : ",\n";
  first_ = false;
  // Process 0 is the idle process of the viewers, and is not shown.
  fmt::format_to(std::back_inserter(buffer_), "{{\"ph\":\"{}\",\"pid\":{},\"tid\":{}", phase, group + 1, line);
}

void ChromeTrace::name_row(const char* what, std::uint32_t group, std::uint32_t line, std::string_view name) {
  begin_event('M', group, line);
  fmt::format_to(std::back_inserter(buffer_), ",\"name\":\"{}\",\"args\":{{\"name\":", what);
  put_quoted(name);
  buffer_ += "}}";
}

void ChromeTrace::put_time(const char* field, double seconds) {
  assert(std::isfinite(seconds));
  fmt::format_to(std::back_inserter(buffer_), ",\"{}\":{:.3f}", field, seconds * 1e6);
}

/// JSON has no infinity and no NaN: they become null.
void ChromeTrace::end_event(Arguments arguments) {
  if (arguments.size() > 0) {
    const char* before = ",\"args\":{";
    for (const Argument& argument : arguments) {
      buffer_ += before;
      put_quoted(argument.name);
      buffer_ += ':';
      if (const auto* text = std::get_if<std::string_view>(&argument.value)) {
        put_quoted(*text);
      } else if (const double value = std::get<double>(argument.value); std::isfinite(value)) {
        fmt::format_to(std::back_inserter(buffer_), "{}", value);
      } else {
        buffer_ += "null";
      }
      before = ",";
    }
    buffer_ += '}';
  }
  buffer_ += '}';
}

void ChromeTrace::put_quoted(std::string_view text) { append_json_string(buffer_, text); }

}  // namespace syswright
