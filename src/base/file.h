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

}  // namespace syswright
