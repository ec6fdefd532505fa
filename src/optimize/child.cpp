#include "optimize/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "optimize/family.h"

namespace syswright::optimize {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// The reading end does not block.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SystemError("cannot make a pipe", errno);
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return pipe;
}

// ---- in the child: between fork and exec only what is async-signal-safe may be called, since other threads of the
// parent may have held any lock

/// All that the child needs, made before it is.
struct Preparation {
  const char* command;
  const char* folder;
  char* const* environment;
  std::array<int, 3> standard;
  int status;
  bool network;
  bool processes;
  rlim_t cpu;
  rlim_t memory;
  rlim_t file;
  rlim_t most_processes;  // RLIM_INFINITY: not set
  std::array<char, 64> user_map;
  std::array<char, 64> group_map;
};

constexpr int status_descriptor = 3;

/// The three standard ones, the status, and no other: pipes of commands that other threads run are not held open.
void arrange_descriptors(const Preparation& with) {
  constexpr int above = 10;
  std::array<int, 4> moved{};
  for (std::size_t i = 0; i < 3; ++i) moved[i] = ::fcntl(with.standard[i], F_DUPFD, above);
  moved[3] = ::fcntl(with.status, F_DUPFD, above);
  for (std::size_t i = 0; i < moved.size(); ++i) ::dup2(moved[i], static_cast<int>(i));
  ::syscall(SYS_close_range, 4u, ~0u, 0u);
}

void set_limit(int what, rlim_t soft, rlim_t hard) {
  const rlimit limit{.rlim_cur = soft, .rlim_max = hard};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

bool write_small(const char* path, const char* text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t length = static_cast<ssize_t>(std::strlen(text));
  const bool written = ::write(file, text, static_cast<std::size_t>(length)) == length;
  ::close(file);
  return written;
}

/// errno of what was refused; 0: granted. The user keeps its number: files that it writes are its own.
int enter_namespaces(const Preparation& with) {
  int flags = CLONE_NEWUSER;
  if (with.network) flags |= CLONE_NEWNET | CLONE_NEWIPC;
  if (with.processes) flags |= CLONE_NEWPID;
  if (::unshare(flags) != 0) return errno;
  write_small("/proc/self/setgroups", "deny");
  if (!write_small("/proc/self/uid_map", with.user_map.data())) return errno;
  if (!write_small("/proc/self/gid_map", with.group_map.data())) return errno;
  return 0;
}

[[noreturn]] void start_shell(const Preparation& with) {
  ::close(status_descriptor);
  ::setpgid(0, 0);  // to be ended in one stroke
  for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(with.folder) != 0) ::_exit(127);
  set_limit(RLIMIT_CORE, 0, 0);
  set_limit(RLIMIT_FSIZE, with.file, with.file);
  set_limit(RLIMIT_CPU, with.cpu, with.cpu + 1);
  set_limit(RLIMIT_AS, with.memory, with.memory);
  if (with.most_processes != RLIM_INFINITY) set_limit(RLIMIT_NPROC, with.most_processes, with.most_processes);
  const char* arguments[] = {"sh", "-c", with.command, nullptr};
  ::execve("/bin/sh", const_cast<char* const*>(arguments), with.environment);
  ::_exit(127);
}

/// Waits for the shell and for whatever else becomes its child, tells the parent how the shell ended, and ends when no
/// child is left.
[[noreturn]] void mind(const Preparation& with) {
  const pid_t shell = ::fork();
  if (shell == 0) start_shell(with);
  int status = 0;
  if (shell < 0) {
    status = -errno;
    [[maybe_unused]] const ssize_t written = ::write(status_descriptor, &status, sizeof(status));
    ::_exit(1);
  }
  for (;;) {
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended < 0 && errno == ECHILD) ::_exit(0);
    if (ended != shell) continue;
    [[maybe_unused]] const ssize_t written = ::write(status_descriptor, &status, sizeof(status));
    if (with.processes) ::_exit(0);  // the kernel ends what is left in the namespace
  }
}

[[noreturn]] void be_the_child(const Preparation& with) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::setsid();
  arrange_descriptors(with);
  if (with.network || with.processes) {
    const int refused = enter_namespaces(with);
    if (refused != 0) {
      const int status = -refused;
      [[maybe_unused]] const ssize_t written = ::write(status_descriptor, &status, sizeof(status));
      ::_exit(1);
    }
  }
  if (!with.processes) mind(with);
  const pid_t first = ::fork();
  if (first == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    mind(with);
  }
  while (::waitpid(-1, nullptr, 0) >= 0 || errno == EINTR) {
  }
  ::_exit(0);
}

// ---- in the parent

bool kernel_is_at_least(int wanted_major, int wanted_minor) {
  utsname name{};
  int major = 0;
  int minor = 0;
  if (::uname(&name) != 0 || std::sscanf(name.release, "%d.%d", &major, &minor) != 2) return false;
  return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
}

/// Reads what is there. False at the end, or when `most` would be passed.
bool drain(Descriptor& from, std::string& to, std::uint64_t& left, bool& passed) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t count = ::read(from.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    const auto size = static_cast<std::uint64_t>(count);
    to.append(buffer.data(), std::min(size, left));
    if (size > left) {
      passed = true;
      left = 0;
      return false;
    }
    left -= size;
  }
}

/// One running command, seen from the parent.
class Watch {
 public:
  /// minders: generations of ours between the child and the command's own processes.
  Watch(pid_t child, unsigned minders, const ChildLimits& limits, std::array<Descriptor, 3> pipes)
      : child_(child), minders_(minders), limits_(limits), pipes_(std::move(pipes)), left_(limits.output_bytes) {}

  ChildResult follow(const std::stop_token& stop) {
    while (!ended_) {
      wait_a_moment();
      read_pipes();
      if (!ended_) look(stop);
    }
    const double waited_for = end_family(child_);
    result_.cpu_seconds = std::max(result_.cpu_seconds, waited_for);
    read_pipes();  // what it wrote last
    result_.wall_seconds = elapsed();
    return std::move(result_);
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  void wait_a_moment() {
    std::array<pollfd, 3> polls{};
    for (std::size_t i = 0; i < 3; ++i) polls[i] = {.fd = pipes_[i].number(), .events = POLLIN, .revents = 0};
    constexpr int tick_milliseconds = 20;
    ::poll(polls.data(), polls.size(), tick_milliseconds);
  }

  void end(ChildEnd how) {
    if (ended_ && result_.end != ChildEnd::exited) return;
    ended_ = true;
    result_.end = how;
  }

  void read_pipes() {
    bool passed = false;
    if (pipes_[0].number() >= 0 && !drain(pipes_[0], result_.out, left_, passed)) pipes_[0].close();
    if (pipes_[1].number() >= 0 && !drain(pipes_[1], result_.err, left_, passed)) pipes_[1].close();
    if (!ended_) read_status();
    if (passed) end(ChildEnd::output);
  }

  void read_status() {
    int status = 0;
    const ssize_t count = ::read(pipes_[2].number(), &status, sizeof(status));
    if (count < 0) return;
    if (count != sizeof(status) || status < 0) {
      result_.code = count == sizeof(status) ? -status : 0;
      return end(ChildEnd::not_started);
    }
    if (WIFEXITED(status)) {
      result_.code = WEXITSTATUS(status);
      constexpr int of_a_shell = 128;  // plus the signal that ended what it ran last
      return end(result_.code == of_a_shell + SIGXCPU ? ChildEnd::cpu_time : ChildEnd::exited);
    }
    result_.code = WTERMSIG(status);
    end(result_.code == SIGXCPU ? ChildEnd::cpu_time : ChildEnd::signalled);
  }

  void look(const std::stop_token& stop) {
    if (stop.stop_requested()) return end(ChildEnd::stopped);
    if (elapsed() > limits_.wall_seconds) return end(ChildEnd::wall_time);
    const auto now = Clock::now();
    if (now - looked_ < std::chrono::milliseconds(20)) return;  // a talkative command wakes us more often
    looked_ = now;
    const FamilyUse use = look_at_family(child_, minders_, limits_.processes + 8u);
    result_.cpu_seconds = std::max(result_.cpu_seconds, use.cpu_seconds);
    if (use.members.size() > limits_.processes + 1u) return end(ChildEnd::processes);  // and the shell
    if (use.resident_bytes > limits_.memory_bytes) return end(ChildEnd::memory);
    if (use.cpu_seconds > limits_.cpu_seconds) end(ChildEnd::cpu_time);
  }

  pid_t child_;
  unsigned minders_;
  const ChildLimits& limits_;
  std::array<Descriptor, 3> pipes_;  // output, errors, status
  std::uint64_t left_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point looked_ = begin_;
  bool ended_ = false;
  ChildResult result_;
};

std::array<char, 64> map_to_itself(unsigned id) {
  std::array<char, 64> line{};
  fmt::format_to_n(line.begin(), line.size() - 1, "{} {} 1", id, id);
  return line;
}

}  // namespace

ChildResult run_child(const ChildCommand& command, const ChildLimits& limits, const Isolation& isolation,
                      const std::stop_token& stop) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe status = make_pipe();
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing.number() < 0) throw SystemError("cannot open /dev/null", errno);
  std::vector<char*> environment;
  for (const std::string& variable : command.environment) environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);
  const bool count_processes = isolation.processes && kernel_is_at_least(5, 14);  // counted by namespace since
  const Preparation with{.command = command.command.c_str(),
                         .folder = command.folder.c_str(),
                         .environment = environment.data(),
                         .standard = {nothing.number(), out.write.number(), err.write.number()},
                         .status = status.write.number(),
                         .network = isolation.network,
                         .processes = isolation.processes,
                         .cpu = static_cast<rlim_t>(std::ceil(limits.cpu_seconds)),
                         .memory = limits.memory_bytes,
                         .file = limits.file_bytes,
                         .most_processes = count_processes ? limits.processes + 3u : RLIM_INFINITY,
                         .user_map = map_to_itself(::geteuid()),
                         .group_map = map_to_itself(::getegid())};
  const pid_t child = ::fork();
  if (child < 0) throw SystemError("cannot start a process", errno);
  if (child == 0) be_the_child(with);
  out.write.close();
  err.write.close();
  status.write.close();
  Watch watch(child, isolation.processes ? 1 : 0, limits,
              {std::move(out.read), std::move(err.read), std::move(status.read)});
  return watch.follow(stop);
}

Isolation probe_isolation() {
  const ChildLimits limits{.wall_seconds = 10, .cpu_seconds = 10};
  const auto granted = [&](const Isolation& isolation) {
    const ChildResult result = run_child({.command = ":", .folder = "/", .environment = {}}, limits, isolation);
    return std::pair(result.end == ChildEnd::exited && result.code == 0, result.code);
  };
  const Isolation both{.network = true, .processes = true, .refused = ""};
  const auto [all, error] = granted(both);
  if (all) return both;
  Isolation isolation{.network = granted({.network = true, .processes = false, .refused = ""}).first,
                      .processes = false,
                      .refused = fmt::format("the kernel refuses namespaces: {}", std::strerror(error))};
  return isolation;
}

std::string describe_end(const ChildResult& result, const ChildLimits& limits) {
  switch (result.end) {
    case ChildEnd::exited:
      return result.code == 0 ? "" : fmt::format("ended with exit code {}", result.code);
    case ChildEnd::signalled:
      return fmt::format("was ended by signal {} ({})", result.code, ::strsignal(result.code));
    case ChildEnd::wall_time:
      return fmt::format("took more than {}", format_duration(limits.wall_seconds));
    case ChildEnd::cpu_time:
      return fmt::format("took more than {} of CPU time", format_duration(limits.cpu_seconds));
    case ChildEnd::memory:
      return fmt::format("took more than {} of memory", format_bytes(limits.memory_bytes));
    case ChildEnd::output:
      return fmt::format("wrote more than {} of output", format_bytes(limits.output_bytes));
    case ChildEnd::processes:
      return fmt::format("started more than {} processes", limits.processes);
    case ChildEnd::stopped:
      return "was stopped";
    case ChildEnd::not_started:
      return result.code == 0 ? "was ended from outside"
                              : fmt::format("could not be started: {}", std::strerror(result.code));
  }
  return "";
}

}  // namespace syswright::optimize
