#include "base/process.h"

#include <unistd.h>

#include <array>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace syswright {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// Empty for a file that is not there.
std::string content(const std::string& path) {
  try {
    return read_file(path);
  } catch (const SystemError&) {
    return "";
  }
}

std::string boot() {
  std::string id = content("/proc/sys/kernel/random/boot_id");
  while (id.ends_with('\n')) id.pop_back();
  return id;
}

/// Field 22 of /proc/N/stat (proc(5)); empty if there is no such process, or only what is left of one that ended.
std::string start_of(long number) {
  const std::string status = content("/proc/" + std::to_string(number) + "/stat");
  const std::size_t name_end = status.rfind(')');  // a name may hold spaces and brackets
  if (name_end == std::string::npos) return "";
  std::istringstream rest(status.substr(name_end + 1));
  std::string field;
  rest >> field;
  if (field == "Z" || field == "X") return "";
  for (int number_of_field = 4; number_of_field <= 22; ++number_of_field) rest >> field;
  return rest ? field : "";
}

}  // namespace

ProcessIdentity this_process() {
  const long number = ::getpid();
  return {.host = host_name(), .boot = boot(), .number = number, .started = start_of(number)};
}

std::optional<bool> still_runs(const ProcessIdentity& process) {
  if (process.host != host_name()) return std::nullopt;
  if (process.boot != boot()) return false;
  const std::string started = start_of(process.number);
  return !started.empty() && started == process.started;
}

}  // namespace syswright
