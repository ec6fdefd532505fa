#include "trace/file_reads.h"

#include <fmt/format.h>

#include <algorithm>

namespace syswright::trace {
namespace {

/// Longest range that one call may be believed to have read where the file's size is not known.
constexpr std::uint64_t longest_read = std::uint64_t{1} << 31;
constexpr std::uint64_t blocks_per_file = std::uint64_t{1} << 32;

bool may_be_regular(std::string_view path) {
  if (!path.starts_with('/')) return false;  // socket:[…], pipe:[…], anon_inode:…
  if (path.starts_with("/dev/shm/")) return true;
  for (std::string_view special : {"/proc/", "/sys/", "/dev/", "/memfd:"}) {
    if (path.starts_with(special)) return false;
  }
  return true;
}

std::uint64_t unsigned_argument(const SystemCall& call, std::size_t argument) {
  if (argument >= call.arguments.size()) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, parse_call_number(call.arguments[argument]).value_or(0)));
}

bool has_argument(const SystemCall& call, std::size_t argument, std::string_view flag) {
  return argument < call.arguments.size() && call.arguments[argument].find(flag) != std::string_view::npos;
}

}  // namespace

/// An open file description: what a descriptor and its duplicates share.
struct FileReads::OpenFile {
  std::string path;
  std::uint64_t position = 0;
};

struct FileReads::Process {
  using Descriptors = std::unordered_map<int, std::shared_ptr<OpenFile>>;
  std::shared_ptr<Descriptors> descriptors = std::make_shared<Descriptors>();  // threads of a process share them
};

FileReads::FileReads(FileReadOptions options) : options_(std::move(options)) {
  trace_.name = "recorded";
  trace_.format = "recorded";
}

FileReads::~FileReads() = default;

const FileReads::Calls& FileReads::handlers() {
  static const Calls calls = {
      {"open", &FileReads::on_open},          {"openat", &FileReads::on_open},
      {"openat2", &FileReads::on_open},       {"creat", &FileReads::on_open},
      {"close", &FileReads::on_close},        {"dup", &FileReads::on_duplicate},
      {"dup2", &FileReads::on_duplicate},     {"dup3", &FileReads::on_duplicate},
      {"fcntl", &FileReads::on_duplicate},    {"fork", &FileReads::on_fork},
      {"vfork", &FileReads::on_fork},         {"clone", &FileReads::on_fork},
      {"clone3", &FileReads::on_fork},        {"read", &FileReads::on_read},
      {"readv", &FileReads::on_read},         {"pread64", &FileReads::on_read_at},
      {"preadv", &FileReads::on_read_at},     {"preadv2", &FileReads::on_read_at},
      {"lseek", &FileReads::on_seek},         {"mmap", &FileReads::on_map},
      {"sendfile", &FileReads::on_send_file}, {"copy_file_range", &FileReads::on_copy_range},
      {"splice", &FileReads::on_copy_range},
  };
  return calls;
}

void FileReads::add_line(std::string_view line) {
  const StraceLines::Kind kind = lines_.read(line, call_);
  if (kind == StraceLines::Kind::bad) {
    ++bad_lines_;
    return;
  }
  if (start_ < 0) start_ = call_.time;
  if (kind == StraceLines::Kind::exited) {
    processes_.erase(call_.process);
    return;
  }
  const bool known_process = processes_.count(call_.process) > 0;
  if (kind == StraceLines::Kind::started) {
    const auto handler = handlers().find(call_.name);
    if (handler != handlers().end() && handler->second == &FileReads::on_fork) forking_.push_back(call_.process);
  }
  if (!known_process) process(call_.process);
  if (kind != StraceLines::Kind::call) return;
  ++calls_;
  const auto handler = handlers().find(call_.name);
  if (handler != handlers().end()) (this->*handler->second)(call_);
}

/// A process that is new here is the child of one that is inside a fork: the child often runs before the parent's call
/// is printed as ended. Which parent is a guess if several are forking, put right when the call ends.
FileReads::Process& FileReads::process(int number) {
  const auto known = processes_.find(number);
  if (known != processes_.end()) return known->second;
  Process child;
  if (!forking_.empty() && forking_.front() != number) {
    const Process& parent = process(forking_.front());
    child.descriptors = std::make_shared<Process::Descriptors>(*parent.descriptors);
  }
  return processes_.emplace(number, std::move(child)).first->second;
}

void FileReads::on_open(const SystemCall& call) {
  if (call.result < 0) return;
  const auto opened = parse_descriptor(call.result_text);
  if (!opened || opened->path.empty()) return;
  (*process(call.process).descriptors)[opened->number] = std::make_shared<OpenFile>(OpenFile{opened->path, 0});
}

void FileReads::on_close(const SystemCall& call) {
  if (call.arguments.empty()) return;
  const auto closed = parse_descriptor(call.arguments[0]);
  if (closed) process(call.process).descriptors->erase(closed->number);
}

void FileReads::on_duplicate(const SystemCall& call) {
  if (call.result < 0 || (call.name == "fcntl" && !has_argument(call, 1, "F_DUPFD"))) return;
  const auto file = open_file(call, 0);
  const auto copy = parse_descriptor(call.result_text);
  if (file && copy) (*process(call.process).descriptors)[copy->number] = file;
}

void FileReads::on_fork(const SystemCall& call) {
  std::erase(forking_, call.process);
  if (call.result <= 0) return;
  const bool shares = std::any_of(call.arguments.begin(), call.arguments.end(), [](std::string_view argument) {
    return argument.find("CLONE_FILES") != std::string_view::npos;
  });
  const auto number = static_cast<int>(call.result);
  const auto parent = process(call.process).descriptors;
  Process& child = process(number);
  if (shares) {
    child.descriptors = parent;
    return;
  }
  // What the child has opened meanwhile stays.
  for (const auto& [descriptor, file] : *parent) child.descriptors->try_emplace(descriptor, file);
}

/// The open file behind a descriptor argument; nullptr if it is no file. One whose opening was not seen (inherited from
/// before the recording, or received from another process) is taken to stand at its beginning.
std::shared_ptr<FileReads::OpenFile> FileReads::open_file(const SystemCall& call, std::size_t argument) {
  if (argument >= call.arguments.size()) return nullptr;
  const auto printed = parse_descriptor(call.arguments[argument]);
  if (!printed || !may_be_regular(printed->path)) return nullptr;
  std::shared_ptr<OpenFile>& known = (*process(call.process).descriptors)[printed->number];
  if (!known || known->path != printed->path) {
    ++unknown_positions_;
    known = std::make_shared<OpenFile>(OpenFile{printed->path, 0});
  }
  return known;
}

void FileReads::on_read(const SystemCall& call) {
  const auto file = open_file(call, 0);
  if (!file || call.result <= 0) return;
  const auto length = static_cast<std::uint64_t>(call.result);
  add_read(call.time, *file, file->position, length);
  file->position += length;
}

void FileReads::on_read_at(const SystemCall& call) {
  constexpr std::size_t offset = 3;
  // preadv2 with offset -1 reads from the file's position.
  if (call.name == "preadv2" && has_argument(call, offset, "-1")) return on_read(call);
  const auto file = open_file(call, 0);
  if (file && call.result > 0) {
    add_read(call.time, *file, unsigned_argument(call, offset), static_cast<std::uint64_t>(call.result));
  }
}

void FileReads::on_seek(const SystemCall& call) {
  if (call.result < 0) return;
  if (const auto file = open_file(call, 0)) file->position = static_cast<std::uint64_t>(call.result);
}

void FileReads::on_map(const SystemCall& call) {
  // mmap(address, length, protection, flags, descriptor, offset)
  if (options_.maps == MapCounting::none || call.result == -1 || call.arguments.size() < 6) return;
  if (has_argument(call, 2, "PROT_NONE") || has_argument(call, 3, "MAP_ANONYMOUS")) return;
  if (options_.maps == MapCounting::data && has_argument(call, 3, "MAP_DENYWRITE")) return;
  const auto file = open_file(call, 4);
  if (!file) return;
  const std::uint64_t offset = unsigned_argument(call, 5);
  std::uint64_t length = unsigned_argument(call, 1);
  const FileFacts facts = options_.facts ? options_.facts(file->path) : FileFacts{};
  if (facts.exists) length = std::min(length, facts.size > offset ? facts.size - offset : 0);
  if (length > 0) add_read(call.time, *file, offset, length);
}

void FileReads::on_send_file(const SystemCall& call) { copy_from(call, 1, 2); }

void FileReads::on_copy_range(const SystemCall& call) { copy_from(call, 0, 1); }

/// A copy inside the kernel reads its source: from the offset that an argument points to ("[4096] => [8192]"), or from
/// the file's position if that is NULL.
void FileReads::copy_from(const SystemCall& call, std::size_t source, std::size_t offset) {
  if (call.result <= 0 || offset >= call.arguments.size()) return;
  const auto file = open_file(call, source);
  if (!file) return;
  const auto length = static_cast<std::uint64_t>(call.result);
  std::string_view from = call.arguments[offset];
  if (from.starts_with('[')) {
    from.remove_prefix(1);
    const std::int64_t start = parse_call_number(from).value_or(0);
    add_read(call.time, *file, static_cast<std::uint64_t>(std::max<std::int64_t>(0, start)), length);
  } else {
    add_read(call.time, *file, file->position, length);
    file->position += length;
  }
}

/// -1 for what is not a regular file.
std::int64_t FileReads::file_number(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) return known->second;
  if (passed_over_.count(path) > 0) return -1;
  const FileFacts facts = options_.facts ? options_.facts(path) : FileFacts{};
  if (facts.exists && !facts.regular) {
    passed_over_[path] = true;
    return -1;
  }
  const auto number = static_cast<std::uint32_t>(files_.size());
  files_.emplace(path, number);
  return number;
}

void FileReads::add_read(double time, const OpenFile& file, std::uint64_t offset, std::uint64_t length) {
  const std::int64_t number = file_number(file.path);
  if (number < 0) return;
  length = std::min(length, longest_read);
  bytes_ += length;
  const std::uint64_t first = offset / recorded_block_bytes;
  const std::uint64_t last = (offset + length - 1) / recorded_block_bytes;
  const double since_start = std::max(time - start_, trace_.times.empty() ? 0.0 : trace_.times.back());
  for (std::uint64_t block = first; block <= last && block < blocks_per_file; ++block) {
    trace_.keys.push_back(static_cast<std::uint64_t>(number) * blocks_per_file + block);
    trace_.sizes.push_back(recorded_block_bytes);
    trace_.times.push_back(since_start);
  }
}

CacheTrace FileReads::take_trace() {
  if (bad_lines_ > 0) {
    trace_.warnings.push_back(fmt::format("{} lines of strace's output were not understood", bad_lines_));
  }
  if (unknown_positions_ > 0) {
    trace_.warnings.push_back(
        fmt::format("{} descriptors were not seen to be opened: taken to stand at the beginning "
                    "of their files",
                    unknown_positions_));
  }
  return std::move(trace_);
}

}  // namespace syswright::trace
