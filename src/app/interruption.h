#pragma once

#include <stop_token>
#include <thread>

namespace syswright::app {

/// Turns the first SIGINT or SIGTERM into a request to stop; a second one ends the process at once with exit code 130.
/// One at a time in a process: signals are global. Children that are started get the default handling back.
class Interruption {
 public:
  /// Throws SystemError if the signals cannot be caught.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::thread watcher_;
};

}  // namespace syswright::app
