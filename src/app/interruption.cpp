#include "app/interruption.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "base/error.h"

namespace syswright::app {
namespace {

// A handler can reach nothing but globals, and may only do what is async-signal-safe: it writes a byte into a pipe, and
// a thread that reads the pipe asks for the stop.
std::array<int, 2> pipe_ends{-1, -1};
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr char interrupted = 'i';
constexpr char finished = 'f';
constexpr int exit_code = 130;

void handle(int) {
  const int saved_errno = errno;
  if (signals_seen.fetch_add(1) > 0) ::_exit(exit_code);
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &interrupted, 1);
  errno = saved_errno;
}

void install(int signal_number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  if (::sigaction(signal_number, &action, nullptr) != 0) throw SystemError("cannot catch signals", errno);
}

}  // namespace

Interruption::Interruption() {
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw SystemError("cannot make a pipe", errno);
  watcher_ = std::thread([this] {
    char byte = 0;
    while (::read(pipe_ends[0], &byte, 1) < 0 && errno == EINTR) {
    }
    if (byte == interrupted) source_.request_stop();
  });
  install(SIGINT, handle);
  install(SIGTERM, handle);
}

Interruption::~Interruption() {
  install(SIGINT, SIG_DFL);
  install(SIGTERM, SIG_DFL);
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &finished, 1);
  watcher_.join();
  for (const int end : pipe_ends) ::close(end);
  signals_seen = 0;
}

}  // namespace syswright::app
