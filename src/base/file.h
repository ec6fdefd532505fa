#pragma once

#include <string>
#include <string_view>

namespace syswright {

/// The whole content of a file, as bytes. Throws SystemError that names it.
std::string read_file(const std::string& path);

/// Writes `content` to a temporary file beside `path`, flushes it to the disk and renames it over `path`: after a crash
/// at any moment `path` holds either what it held before or all of `content`. The file gets the permissions that a
/// newly created file gets, or those of the file that it replaces. A symbolic link is followed; a pipe or a device is
/// written to directly. Throws SystemError; the temporary file is removed.
void write_file_atomically(const std::string& path, std::string_view content);

/// The same for content that comes piece by piece and need not fit into memory: nothing is at `path` until commit(),
/// and a file that is not committed leaves nothing behind.
///
///   AtomicFile file(path);
///   while (…) file.write(piece);
///   file.commit();
class AtomicFile {
 public:
  /// Throws SystemError if the folder cannot be written to.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view piece);
  /// Flushes to the disk and puts the file in its place. Once, at the end.
  void commit();

 private:
  bool in_place() const { return temporary_.empty(); }

  std::string path_;       // as the user gave it, for messages
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: a pipe or a device, which cannot be replaced
  int descriptor_ = -1;
};

}  // namespace syswright
