#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace syswright::optimize {

/// What the descendants of a process use now, as /proc says.
struct FamilyUse {
  std::vector<pid_t> members;  ///< not the process itself
  double cpu_seconds = 0;      ///< of living members and of children that they have waited for
  std::uint64_t resident_bytes = 0;
};

/// All descendants that have not ended, parents before children; at most `most` are looked for. O(members), some
/// microseconds each. passed_over: generations that are neither members nor counted.
FamilyUse look_at_family(pid_t process, unsigned passed_over, std::size_t most);

/// Kills all descendants, again and again, until the process, which must wait for its children and end after the last
/// one, has ended; waits for it and returns the CPU seconds that it and all that were waited for have used.
double end_family(pid_t process);

}  // namespace syswright::optimize
