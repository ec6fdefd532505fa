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

int open_for_writing(const std::string& file, int flags, const std::string& path) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) throw SystemError(fmt::format("cannot write '{}'", path), errno);
  return descriptor;
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

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(path) {
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  if (exists && std::filesystem::is_directory(path, ignored))
    throw SystemError(fmt::format("cannot write '{}'", path), EISDIR);
  if (exists && !std::filesystem::is_regular_file(path, ignored)) {
    descriptor_ = open_for_writing(path, 0, path);
    return;
  }
  if (exists) target_ = std::filesystem::canonical(path).string();
  const std::string temporary = temporary_name(target_);
  // Left over by a killed process that had the same number.
  ::unlink(temporary.c_str());
  descriptor_ = open_for_writing(temporary, O_CREAT | O_EXCL, path);
  temporary_ = temporary;
  struct stat replaced{};
  if (exists && ::stat(target_.c_str(), &replaced) == 0) ::fchmod(descriptor_, replaced.st_mode & 07777);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!in_place()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view piece) { write_all(descriptor_, piece, path_); }

void AtomicFile::commit() {
  if (!in_place() && ::fsync(descriptor_) != 0) throw SystemError(fmt::format("cannot write '{}'", path_), errno);
  // Some file systems report a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0) throw SystemError(fmt::format("cannot write '{}'", path_), errno);
  if (in_place()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    throw SystemError(fmt::format("cannot write '{}'", path_), errno);
  temporary_.clear();
  sync_folder(std::filesystem::absolute(target_).parent_path());
}

void write_file_atomically(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace syswright
