#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "trace/cache_trace.h"
#include "trace/file_reads.h"

namespace syswright::trace {

struct RecordOptions {
  std::vector<std::string> command;  ///< program and arguments; the program is looked up as a shell does
  MapCounting maps = MapCounting::data;
  bool output_to_error = false;  ///< the command's standard output goes to standard error
  std::stop_token stop;          ///< ends the command (SIGTERM) and keeps what was recorded until then
};

struct Recording {
  CacheTrace trace;         ///< empty if the command read no file
  int exit_code = 0;        ///< of the command; 128 + signal if one killed it
  std::uint64_t files = 0;  ///< that were read
  std::uint64_t bytes = 0;  ///< that were read, repeated reads counted
};

/// Runs a command under strace and records the file blocks that it and its children read (see FileReads). Its streams
/// are the caller's, unless output_to_error says otherwise. Returns when the command and all that it started have
/// ended.
///
/// Reads that go by other ways are not seen: io_uring, the kernel's own loading of the programs, and what a mapping
/// really touches (it counts as one read of its range). The command runs slower: each file call costs some microseconds
/// more, other calls nothing where the kernel can filter.
/// Throws InputError if the program is not found, and Error if strace is not installed or may not trace.
Recording record_command(const RecordOptions& options);

}  // namespace syswright::trace
