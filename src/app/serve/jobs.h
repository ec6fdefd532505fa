#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace syswright::app::serve {

/// Work that was started from the page.
struct JobState {
  std::uint64_t id = 0;
  std::string kind;     ///< "design", "resume", "curves", "timeline"
  std::string title;    ///< for people
  std::string command;  ///< that does the same in a shell
  pid_t process = 0;
  bool running = true;
  bool stopped = false;  ///< a stop was asked for
  int code = 0;          ///< exit code, or 128 and the signal's number; of one that ended
  double seconds = 0;    ///< since its start, or that it took
  std::string errors;    ///< the end of what it wrote to standard error
  std::string output;    ///< standard output, of one that ended; empty if it was too long
};

/// Starts syswright itself, each time in a process of its own: a crash or a full memory there ends one job, and
/// stopping is a signal. No shell is involved. Output goes to files in a folder that only this user can read and that
/// is removed at the end; so are jobs that still run (SIGTERM, then SIGKILL).
class Jobs {
 public:
  /// program: that is started.
  explicit Jobs(std::string program);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// Jobs that may run at a time, and finished ones that are remembered.
  static constexpr std::size_t most_running = 4;
  static constexpr std::size_t most_kept = 32;
  /// Of standard output; longer ones are not shown.
  static constexpr std::size_t most_output = 8 << 20;

  /// Throws InputError if too many are running, and SystemError if no process can be made.
  std::uint64_t start(const std::string& kind, const std::string& title, const std::vector<std::string>& arguments);
  /// Asks it to stop: it ends with the best so far. A second time ends it at once. False: there is no such job.
  bool stop(std::uint64_t id);
  /// The latest first, without output.
  std::vector<JobState> list();
  std::optional<JobState> find(std::uint64_t id);
  /// Another number whenever a job started or ended.
  std::uint64_t state();
  /// Where a job may leave files: removed at the end.
  const std::string& folder() const { return folder_; }

 private:
  struct Job {
    JobState state;
    std::chrono::steady_clock::time_point started;
    std::string out;
    std::string err;
  };
  void look(Job& job);
  void look_at_all();
  void forget_old();
  JobState state_of(const Job& job, bool output) const;

  std::string program_;
  std::string folder_;
  std::mutex mutex_;
  std::map<std::uint64_t, Job> jobs_;
  std::uint64_t next_ = 1;
  std::uint64_t state_ = 0;
};

}  // namespace syswright::app::serve
