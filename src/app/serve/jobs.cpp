#include "app/serve/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/shell.h"
#include "base/error.h"

namespace syswright::app::serve {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t shown_errors = 4000;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// The last `most` bytes of a file.
std::string end_of(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const auto size = static_cast<std::size_t>(file.tellg());
  const std::size_t length = std::min(size, most);
  std::string text(length, '\0');
  file.seekg(static_cast<std::streamoff>(size - length));
  file.read(text.data(), static_cast<std::streamsize>(length));
  return text;
}

/// posix_spawn's actions and attributes, freed.
struct Spawning {
  Spawning() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~Spawning() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, const std::string& out,
            const std::string& err) {
  Spawning spawning;
  posix_spawn_file_actions_addopen(&spawning.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&spawning.actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&spawning.actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  // Connections of the server are none of its business: it would keep them, and the port, open.
  posix_spawn_file_actions_addclosefrom_np(&spawning.actions, 3);
  // A group of its own: Ctrl-C at the server's terminal reaches the server, which ends its jobs in order.
  posix_spawnattr_setflags(&spawning.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&spawning.attributes, 0);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&spawning.attributes, &all);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&spawning.attributes, &none);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawn(&process, program.c_str(), &spawning.actions, &spawning.attributes, pointers.data(), environ);
  if (error != 0) throw SystemError(fmt::format("cannot start {}", program), error);
  return process;
}

std::string new_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "syswright-serve-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw SystemError("cannot make a folder for jobs", errno);
  return pattern;
}

}  // namespace

Jobs::Jobs(std::string program) : program_(std::move(program)), folder_(new_folder()) {}

Jobs::~Jobs() {
  for (auto& [id, job] : jobs_) {
    if (job.state.running) ::kill(-job.state.process, SIGTERM);
  }
  const auto until = Clock::now() + std::chrono::seconds(3);
  for (auto& [id, job] : jobs_) {
    while (job.state.running && Clock::now() < until) {
      look(job);
      if (job.state.running) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (job.state.running) {
      ::kill(-job.state.process, SIGKILL);
      ::waitpid(job.state.process, nullptr, 0);
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::uint64_t Jobs::start(const std::string& kind, const std::string& title,
                          const std::vector<std::string>& arguments) {
  const std::lock_guard lock(mutex_);
  look_at_all();
  std::size_t running = 0;
  for (const auto& [id, job] : jobs_) running += job.state.running ? 1 : 0;
  if (running >= most_running) {
    throw InputError(fmt::format("{} jobs are running already: stop one, or wait until one ends", running));
  }
  const std::uint64_t id = next_++;
  Job job{.state = {.id = id, .kind = kind, .title = title, .command = shell_command("syswright", arguments)},
          .started = Clock::now(),
          .out = fmt::format("{}/{}.out", folder_, id),
          .err = fmt::format("{}/{}.err", folder_, id)};
  job.state.process = spawn(program_, arguments, job.out, job.err);
  jobs_.emplace(id, std::move(job));
  ++state_;
  forget_old();
  return id;
}

bool Jobs::stop(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return false;
  Job& job = found->second;
  look(job);
  if (job.state.running) ::kill(job.state.process, SIGTERM);
  job.state.stopped = true;
  ++state_;
  return true;
}

std::vector<JobState> Jobs::list() {
  const std::lock_guard lock(mutex_);
  look_at_all();
  std::vector<JobState> states;
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) states.push_back(state_of(job->second, false));
  return states;
}

std::optional<JobState> Jobs::find(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  look(found->second);
  return state_of(found->second, true);
}

std::uint64_t Jobs::state() {
  const std::lock_guard lock(mutex_);
  look_at_all();
  return state_;
}

void Jobs::look(Job& job) {
  if (!job.state.running) return;
  int status = 0;
  const pid_t ended = ::waitpid(job.state.process, &status, WNOHANG);
  if (ended != job.state.process) return;
  job.state.running = false;
  job.state.seconds = seconds_between(job.started, Clock::now());
  job.state.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ++state_;
}

void Jobs::look_at_all() {
  for (auto& [id, job] : jobs_) look(job);
}

void Jobs::forget_old() {
  while (jobs_.size() > most_kept) {
    auto oldest = jobs_.begin();
    while (oldest != jobs_.end() && oldest->second.state.running) ++oldest;
    if (oldest == jobs_.end()) return;
    std::error_code ignored;
    std::filesystem::remove(oldest->second.out, ignored);
    std::filesystem::remove(oldest->second.err, ignored);
    jobs_.erase(oldest);
  }
}

JobState Jobs::state_of(const Job& job, bool output) const {
  JobState state = job.state;
  if (state.running) state.seconds = seconds_between(job.started, Clock::now());
  state.errors = end_of(job.err, shown_errors);
  if (output && !state.running) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(job.out, error);
    if (!error && size <= most_output) state.output = end_of(job.out, most_output);
  }
  return state;
}

}  // namespace syswright::app::serve
