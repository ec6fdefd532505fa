#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/error.h"

namespace syswright {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

void write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Makes a rename in the folder durable. Some file systems cannot: then there is nothing more to do.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

/// A name that no other writer uses: process and a counter within it.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  return fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
}

/// `path` names the file in messages, as the user gave it.
void fill_and_rename(const std::string& temporary, const std::string& target, const std::string& path,
                     std::string_view content) {
  // Left over by a killed process that had the same number.
  ::unlink(temporary.c_str());
  Descriptor descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (descriptor.number() < 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
  struct stat replaced{};
  if (::stat(target.c_str(), &replaced) == 0) ::fchmod(descriptor.number(), replaced.st_mode & 07777);
  write_all(descriptor.number(), content, path);
  if (::fsync(descriptor.number()) != 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
  // Some file systems report a full disk only here.
  if (::close(descriptor.release()) != 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    throw SystemError(fmt::format("cannot write '{}'", path), errno);
}

/// A pipe or a device cannot be replaced.
void write_in_place(const std::string& path, std::string_view content) {
  const Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (descriptor.number() < 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
  write_all(descriptor.number(), content, path);
}

}  // namespace

std::string read_file(const std::string& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0) throw SystemError(fmt::format("cannot open '{}'", path), errno);
  std::string content;
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t got = ::read(descriptor.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError(fmt::format("cannot read '{}'", path), errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void write_file_atomically(const std::string& path, std::string_view content) {
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  if (exists && std::filesystem::is_directory(path, ignored))
    throw SystemError(fmt::format("cannot write '{}'", path), EISDIR);
  if (exists && !std::filesystem::is_regular_file(path, ignored)) return write_in_place(path, content);
  const std::string target = exists ? std::filesystem::canonical(path).string() : path;
  const std::string temporary = temporary_name(target);
  try {
    fill_and_rename(temporary, target, path, content);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(std::filesystem::absolute(target).parent_path());
}

}  // namespace syswright
