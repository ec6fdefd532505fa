#pragma once

#include <optional>
#include <string>

namespace syswright {

/// A process, told from all others that ever ran: machine, boot, number, and when it was started.
struct ProcessIdentity {
  std::string host;
  std::string boot;  ///< differs each time that the machine starts; empty where the system does not tell
  long number = 0;
  std::string started;  ///< in ticks since boot; empty where the system does not tell
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

ProcessIdentity this_process();

/// Whether it still runs; nullopt of one on another machine. A number that another process has by now is not taken for
/// it.
std::optional<bool> still_runs(const ProcessIdentity& process);

}  // namespace syswright
