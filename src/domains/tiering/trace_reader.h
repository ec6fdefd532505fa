#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domains/tiering/run.h"

namespace syswright::tiering {

/// Accesses of a recorded program, in order.
struct AccessTrace {
  struct Access {
    std::uint64_t address;
    bool store;
  };
  std::string name;
  std::string format;
  std::vector<Access> accesses;
  std::uint64_t skipped = 0;  ///< lines without a data access: instructions, samples without an address
};

/// Reads accesses, compressed by zstd or not.
///   lackey  of `valgrind --tool=lackey --trace-mem=yes PROGRAM`, standard error: " L 1ffe,8", " S …", " M …" (a load
///           and a store), addresses in hexadecimal. Instructions ("I  …") and lines of valgrind's own ("==…") are
///           passed over. An access that crosses lines of 64 bytes counts for each.
///   perf    of `perf mem record PROGRAM` and then `perf script -F event,addr`: "cpu/mem-loads,ldlat=30/P: 7f…". Each
///           line is one sample; those with the address 0 are passed over.
/// format: empty: by the first lines. Throws InputError that names file and line, or SystemError.
AccessTrace read_access_trace(const std::string& path, const std::string& format = "");
/// The same from memory, not compressed. path: for messages.
AccessTrace parse_access_trace(std::string_view content, const std::string& path, const std::string& format = "");

/// The trace in ticks of `accesses`; 0: as many as make it last `ticks` ticks. Pages are numbered as they are first
/// touched. A trace of all accesses goes through a cache of a 64th of its pages; samples were taken behind one. Throws
/// InputError where the trace is too short.
PageRun run_of_trace(const AccessTrace& trace, std::uint32_t ticks, std::uint64_t accesses);

}  // namespace syswright::tiering
