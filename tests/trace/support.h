#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "trace/cache_trace.h"

namespace syswright::trace {

/// A folder for one test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "syswright-trace-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw SystemError("cannot create a folder for a test", errno);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }
  std::size_t entries() const {
    const std::filesystem::directory_iterator all(path_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

 private:
  std::string path_;
};

inline CacheTrace read_text(std::string_view content, const std::string& name, const ReadOptions& options = {}) {
  return read_cache_trace_from_memory(std::as_bytes(std::span(content)), name, options);
}

/// What reading says when it refuses; empty if it does not.
inline std::string refusal(std::string_view content, const std::string& name, const ReadOptions& options = {}) {
  try {
    read_text(content, name, options);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

inline std::string compressed(std::string_view content) {
  std::string result(ZSTD_compressBound(content.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), content.data(), content.size(), 3));
  return result;
}

template <typename Record>
std::string bytes_of(const std::vector<Record>& records) {
  return {reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record)};
}

/// Path of a file under SYSWRIGHT_DATA; empty if that is not set.
inline std::string data_file(const std::string& name) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  return folder == nullptr ? "" : std::string(folder) + "/" + name;
}

}  // namespace syswright::trace
