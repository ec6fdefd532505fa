#include "trace/recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "trace/input.h"

extern char** environ;

namespace syswright::trace {
namespace {

constexpr const char* traced_calls =
    "trace=open,openat,openat2,creat,close,dup,dup2,dup3,fcntl,fork,vfork,clone,clone3,execve,read,readv,pread64,"
    "preadv,preadv2,lseek,mmap,sendfile,copy_file_range,splice";

bool is_program(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && access(path.c_str(), X_OK) == 0;
}

/// The file that a shell would run; empty if there is none.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return is_program(name) ? name : "";
  const char* folders = std::getenv("PATH");
  std::istringstream parts(folders == nullptr ? "/usr/bin:/bin" : folders);
  for (std::string folder; std::getline(parts, folder, ':');) {
    const std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (is_program(path)) return path;
  }
  return "";
}

FileFacts facts_of(const std::string& path) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) != 0) return {};
  return {true, S_ISREG(facts.st_mode), static_cast<std::uint64_t>(facts.st_size)};
}

/// A named pipe in a folder of its own, removed at the end: strace writes to it, so that hours of output need no disk.
class NamedPipe {
 public:
  NamedPipe() : folder_((std::filesystem::temp_directory_path() / "syswright-record-XXXXXX").string()) {
    if (mkdtemp(folder_.data()) == nullptr) throw SystemError(fmt::format("cannot create '{}'", folder_), errno);
    path_ = folder_ + "/strace";
    if (mkfifo(path_.c_str(), 0600) != 0) throw SystemError(fmt::format("cannot create '{}'", path_), errno);
  }
  ~NamedPipe() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

/// Starts a program with default signal handling. Returns its process number.
pid_t start_program(const std::string& program, const std::vector<std::string>& arguments, bool output_to_error) {
  std::vector<char*> raw;
  for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output_to_error) posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t process = 0;
  const int error = posix_spawn(&process, program.c_str(), &actions, &attributes, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw SystemError(fmt::format("cannot run '{}'", program), error);
  return process;
}

/// Cuts what arrives into lines.
class LineSplitter {
 public:
  explicit LineSplitter(FileReads& reads) : reads_(reads) {}

  bool begun() const { return begun_; }

  void add(std::string_view piece) {
    begun_ = true;
    for (std::size_t end; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
      if (rest_.empty()) {
        reads_.add_line(piece.substr(0, end));
      } else {
        rest_ += piece.substr(0, end);
        reads_.add_line(rest_);
        rest_.clear();
      }
    }
    rest_ += piece;
  }

 private:
  FileReads& reads_;
  std::string rest_;
  bool begun_ = false;  ///< something arrived
};

/// Reads what is in the pipe now. False at its end, which is also what it says before a writer has opened it.
bool drain(int pipe, LineSplitter& lines) {
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t count = read(pipe, buffer.data(), buffer.size());
    if (count > 0) {
      lines.add({buffer.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      return false;
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      throw SystemError("cannot read strace's output", errno);
    }
  }
}

/// Every process below `root`, as /proc tells it now.
std::vector<pid_t> descendants_of(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const pid_t process = std::atoi(entry.path().filename().c_str());
    std::ifstream file(entry.path() / "stat");
    std::string text;
    if (process <= 0 || !std::getline(file, text)) continue;
    // "pid (name) state parent …": the name may hold anything.
    const std::size_t name_end = text.rfind(") ");
    if (name_end != std::string::npos) children.emplace(std::atoi(text.c_str() + name_end + 4), process);
  }
  std::vector<pid_t> found{root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

/// Ends strace and what it traces: asks at first, and after a second makes them.
class Ending {
 public:
  explicit Ending(pid_t strace) : strace_(strace) {}

  /// Called again and again until strace has ended: it may notice a signal only when something happens in what it
  /// traces, and may wait for ever for a process that a fork has suspended.
  void press() {
    const auto now = std::chrono::steady_clock::now();
    if (!begun_) begun_ = now;
    traced_ = descendants_of(strace_);
    kill(strace_, SIGTERM);
    if (now - *begun_ < std::chrono::seconds(1)) return;
    for (const pid_t process : traced_) kill(process, SIGKILL);
    if (now - *begun_ > std::chrono::seconds(2)) kill(strace_, SIGKILL);
  }

  /// Called when strace has ended: it ends the command's first process only, and lets go of the others.
  void finish() const {
    for (const pid_t process : traced_) kill(process, SIGKILL);
  }

 private:
  pid_t strace_;
  std::vector<pid_t> traced_;  ///< as last seen
  std::optional<std::chrono::steady_clock::time_point> begun_;
};

/// Feeds the pipe's lines to `lines` until the process has ended; returns its status as waitpid gives it.
int follow(pid_t process, int pipe, LineSplitter& lines, const std::stop_token& stop) {
  Ending ending(process);
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended < 0 && errno != EINTR) throw SystemError("cannot wait for strace", errno);
    const bool open = drain(pipe, lines);
    if (ended == process) {
      ending.finish();
      return status;
    }
    // Before its first line, strace tries its tracing on children of its own, which would be left behind stopped.
    if (lines.begun() && stop.stop_requested()) ending.press();
    pollfd wanted{pipe, POLLIN, 0};
    // Before the writer has come, or after it has gone, poll would return at once.
    if (open) {
      poll(&wanted, 1, 100);
    } else {
      poll(nullptr, 0, 2);
    }
  }
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

Recording record_command(const RecordOptions& options) {
  if (options.command.empty()) throw InputError("no command to record; give one behind '--'");
  const std::string strace = find_program("strace");
  if (strace.empty()) throw Error("recording needs strace, which is not installed; 'apt-get install strace' adds it");
  const std::string program = find_program(options.command.front());
  if (program.empty()) {
    throw InputError(fmt::format("cannot record '{}': there is no such program", options.command.front()));
  }

  const NamedPipe fifo;
  const Descriptor pipe(open(fifo.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (pipe.number() < 0) throw SystemError(fmt::format("cannot open '{}'", fifo.path()), errno);
  // Interruptible: with a file to write to, strace otherwise ignores the signal that follow() sends.
  std::vector<std::string> arguments = {
      "strace", "-f",          "-y", "-ttt",       "-q", "-s",        "0", "--seccomp-bpf", "--interruptible=waiting",
      "-e",     "signal=none", "-e", traced_calls, "-o", fifo.path(), "--"};
  arguments.insert(arguments.end(), options.command.begin(), options.command.end());

  FileReads reads({options.maps, facts_of});
  LineSplitter lines(reads);
  const pid_t process = start_program(strace, arguments, options.output_to_error);
  const int status = follow(process, pipe.number(), lines, options.stop);
  if (reads.calls() == 0 && !options.stop.stop_requested()) {
    throw Error(
        fmt::format("strace could not trace '{}' (its message is above): tracing needs ptrace, which some "
                    "containers forbid (allow CAP_SYS_PTRACE)",
                    options.command.front()));
  }
  Recording recording;
  recording.files = reads.files();
  recording.bytes = reads.bytes();
  recording.exit_code = exit_code_of(status);
  recording.trace = reads.take_trace();
  return recording;
}

}  // namespace syswright::trace
