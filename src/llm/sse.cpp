#include "llm/sse.h"

namespace syswright::llm {

bool EventReader::feed(std::string_view piece) {
  for (const char c : piece) {
    if (done_) return false;
    const bool second_half = c == '\n' && after_return_;  // of a line end "\r\n"
    after_return_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r') {
      end_line();
    } else {
      line_ += c;
    }
  }
  return !done_;
}

void EventReader::end_line() {
  if (line_.empty()) {
    if (has_data_) done_ = !on_data_(data_);
    data_.clear();
    has_data_ = false;
    return;
  }
  constexpr std::string_view field = "data:";
  if (line_.starts_with(field)) {
    if (has_data_) data_ += '\n';
    data_.append(line_, line_.size() > field.size() && line_[field.size()] == ' ' ? field.size() + 1 : field.size());
    has_data_ = true;
  }
  line_.clear();
}

}  // namespace syswright::llm
