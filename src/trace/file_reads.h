#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trace/cache_trace.h"
#include "trace/strace_lines.h"

namespace syswright::trace {

/// Which file mappings (mmap) count as reads of the range that they map.
enum class MapCounting {
  none,
  data,  ///< those that are not made by the program loader, which maps whole libraries and touches little of them
  all,
};

/// What is known of a file by its path.
struct FileFacts {
  bool exists = false;
  bool regular = false;
  std::uint64_t size = 0;  ///< bytes
};

struct FileReadOptions {
  MapCounting maps = MapCounting::data;
  /// Asked once for each path, and again for each mapping, whose end it bounds. A file that is gone counts as regular.
  std::function<FileFacts(const std::string& path)> facts;
};

/// Bytes of a block: requests are for blocks of this size.
inline constexpr std::uint64_t recorded_block_bytes = 4096;

/// Turns what strace prints (strace -f -ttt -y) into a trace of the file blocks that the processes read.
///
/// Follows descriptors through open, dup, fork and close, and file positions through read and lseek, so that every read
/// is placed in its file. A request is one block of 4096 bytes: key = number of the file * 2^32 + number of the block,
/// files being numbered in the order in which they are first read; size 4096; time in seconds since the first line.
/// A file is what its path names: hard links count apart, and a file written anew under the same path does not.
/// Only regular files count; /proc, /sys and /dev do not (but /dev/shm does).
class FileReads {
 public:
  explicit FileReads(FileReadOptions options);
  ~FileReads();

  /// Lines that cannot be read are counted.
  void add_line(std::string_view line);

  std::uint64_t calls() const { return calls_; }
  std::uint64_t files() const { return files_.size(); }
  /// Bytes that calls returned, or that mappings cover; a block that is read twice counts twice.
  std::uint64_t bytes() const { return bytes_; }
  /// The requests so far, with warnings; the recorder is empty afterwards.
  CacheTrace take_trace();

 private:
  struct OpenFile;
  struct Process;
  using Calls = std::unordered_map<std::string_view, void (FileReads::*)(const SystemCall&)>;
  static const Calls& handlers();

  void on_open(const SystemCall& call);
  void on_close(const SystemCall& call);
  void on_duplicate(const SystemCall& call);
  void on_fork(const SystemCall& call);
  void on_read(const SystemCall& call);
  void on_read_at(const SystemCall& call);
  void on_seek(const SystemCall& call);
  void on_map(const SystemCall& call);
  void on_send_file(const SystemCall& call);
  void on_copy_range(const SystemCall& call);

  void copy_from(const SystemCall& call, std::size_t source, std::size_t offset);
  Process& process(int number);
  std::shared_ptr<OpenFile> open_file(const SystemCall& call, std::size_t argument);
  void add_read(double time, const OpenFile& file, std::uint64_t offset, std::uint64_t length);
  std::int64_t file_number(const std::string& path);

  FileReadOptions options_;
  StraceLines lines_;
  SystemCall call_;
  std::unordered_map<int, Process> processes_;
  std::vector<int> forking_;  // processes inside a fork whose child is not known yet
  std::unordered_map<std::string, std::uint32_t> files_;
  std::unordered_map<std::string, bool> passed_over_;  // paths that are no regular files
  CacheTrace trace_;
  double start_ = -1;
  std::uint64_t calls_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t bad_lines_ = 0;
  std::uint64_t unknown_positions_ = 0;
};

}  // namespace syswright::trace
