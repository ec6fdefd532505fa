#include "optimize/family.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace syswright::optimize {
namespace {

std::string read_small(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(file);
  return text;
}

/// Children are listed by the thread that started them.
void add_children(pid_t process, std::vector<pid_t>& to) {
  const std::string folder = "/proc/" + std::to_string(process) + "/task";
  std::error_code gone;
  for (std::filesystem::directory_iterator entry(folder, gone), end; !gone && entry != end; entry.increment(gone)) {
    const std::string list = read_small(entry->path().string() + "/children");
    const char* at = list.c_str();
    for (;;) {
      char* behind = nullptr;
      const long child = std::strtol(at, &behind, 10);
      if (behind == at) break;
      to.push_back(static_cast<pid_t>(child));
      at = behind;
    }
  }
}

/// False for a process that has ended and is only waited for.
bool add_use(pid_t process, FamilyUse& use) {
  static const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::string stat = read_small("/proc/" + std::to_string(process) + "/stat");
  const std::size_t behind_name = stat.rfind(')');
  if (behind_name == std::string::npos) return false;
  char state = 0;
  unsigned long user = 0;
  unsigned long system = 0;
  long children_user = 0;
  long children_system = 0;
  long pages = 0;
  if (std::sscanf(stat.c_str() + behind_name + 1,
                  " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %*d %*d %*u %*u %ld", &state,
                  &user, &system, &children_user, &children_system, &pages) != 6) {
    return false;
  }
  use.cpu_seconds +=
      (static_cast<double>(user + system) + static_cast<double>(children_user + children_system)) / ticks;
  if (pages > 0) use.resident_bytes += static_cast<std::uint64_t>(pages) * page;
  return state != 'Z' && state != 'X';
}

/// The group too, where the process leads one.
void kill_with_group(pid_t process) {
  if (process <= 1) return;  // -1 would be everybody
  ::kill(-process, SIGKILL);
  ::kill(process, SIGKILL);
}

}  // namespace

FamilyUse look_at_family(pid_t process, unsigned passed_over, std::size_t most) {
  FamilyUse use;
  std::vector<pid_t> queue;
  add_children(process, queue);
  for (; passed_over > 0; --passed_over) {
    std::vector<pid_t> next;
    for (const pid_t parent : queue) add_children(parent, next);
    queue = std::move(next);
  }
  for (std::size_t i = 0; i < queue.size() && use.members.size() < most; ++i) {
    if (add_use(queue[i], use)) use.members.push_back(queue[i]);
    add_children(queue[i], queue);
  }
  return use;
}

double end_family(pid_t process) {
  struct rusage use{};
  std::vector<pid_t> heads;
  add_children(process, heads);
  // Before anything is looked for: the first process of a namespace takes all others with it, and the kernel lets no
  // fork escape a signal to a whole group. A family that multiplies is not to be chased one by one.
  for (const pid_t head : heads) kill_with_group(head);
  for (;;) {
    const pid_t ended = ::wait4(process, nullptr, WNOHANG, &use);
    if (ended == process || (ended < 0 && errno == ECHILD)) break;
    for (const pid_t member : look_at_family(process, 0, ~std::size_t{0}).members) kill_with_group(member);
    const timespec pause{.tv_sec = 0, .tv_nsec = 500'000};
    ::nanosleep(&pause, nullptr);
  }
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

}  // namespace syswright::optimize
