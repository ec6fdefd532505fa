#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace syswright::llm {

/// Reads a stream of server-sent events in pieces of any length: the data of each event, its lines joined. Comments and
/// other fields are passed over; an event that the stream breaks off in is not told of.
/// Source: HTML Living Standard, section 9.2.6.
class EventReader {
 public:
  /// on_data: false ends the reading; what comes later is not looked at.
  explicit EventReader(std::function<bool(const std::string& data)> on_data) : on_data_(std::move(on_data)) {}
  /// False once on_data said so.
  bool feed(std::string_view piece);

 private:
  void end_line();

  std::function<bool(const std::string&)> on_data_;
  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;
  bool done_ = false;
};

}  // namespace syswright::llm
