#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace syswright::optimize {

/// What a command and everything that it starts may use together. Every limit ends the whole of it.
struct ChildLimits {
  double wall_seconds = 60;
  double cpu_seconds = 60;                ///< of all its processes together
  std::uint64_t memory_bytes = 2u << 30;  ///< address space of each process, and resident memory of all together
  std::uint64_t output_bytes = 1 << 20;   ///< of standard output and standard error together
  std::uint64_t file_bytes = 256 << 20;   ///< of each file that it writes
  unsigned processes = 64;                ///< at one time
};

/// What the kernel lets an ordinary user shut off.
struct Isolation {
  bool network = false;    ///< an empty network namespace: not even the loopback interface is up
  bool processes = false;  ///< a process namespace: nothing that was started can outlive it or see others
  std::string refused;     ///< why not, in words, where one of them is not granted
};

/// Tries it, once per call, in a process of its own.
Isolation probe_isolation();

enum class ChildEnd { exited, signalled, wall_time, cpu_time, memory, output, processes, stopped, not_started };

struct ChildResult {
  ChildEnd end = ChildEnd::not_started;
  int code = 0;     ///< exit code or signal, where it ended by itself
  std::string out;  ///< at most output_bytes
  std::string err;
  double wall_seconds = 0;
  double cpu_seconds = 0;  ///< of all processes, as far as the kernel says
};

struct ChildCommand {
  std::string command;                   ///< for /bin/sh -c
  std::string folder;                    ///< where it starts
  std::vector<std::string> environment;  ///< "NAME=value": all there is
};

/// Runs a command and waits for it, with nothing on standard input. However it ends, none of its processes is left when
/// this returns. Several threads may run one each.
///
/// The limits are kept twice. The kernel keeps those that it knows for each process (setrlimit: CPU time, address
/// space, file size, core dumps). A watch over all descendants, some fifty times a second, keeps sums: CPU time,
/// resident memory, number of processes; and the clock and the pipes always. Between two looks a command can overstep a
/// sum, by what it can do in 20 ms.
///
/// Not kept away: reading and writing files that this user may read and write.
///
/// Throws SystemError if no process or pipe can be made.
ChildResult run_child(const ChildCommand& command, const ChildLimits& limits, const Isolation& isolation,
                      const std::stop_token& stop = {});

/// "took more than 2 s of CPU time", "ended with exit code 3", …: empty for exit code 0.
std::string describe_end(const ChildResult& result, const ChildLimits& limits);

}  // namespace syswright::optimize
