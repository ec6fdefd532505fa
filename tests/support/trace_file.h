#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "trace/cache_trace.h"

namespace syswright::support {

/// A trace of cache requests as a file in a temporary folder that goes with it. The name's extension is the format.
class TraceFile {
 public:
  TraceFile(const trace::CacheTrace& trace, const std::string& name)
      : folder_(std::filesystem::temp_directory_path() /
                ("syswright_trace_" + std::to_string(mix64(reinterpret_cast<std::uintptr_t>(this))))) {
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / name).string();
    trace::write_cache_trace(trace, path_, trace::cache_trace_format_of(path_));
  }
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace syswright::support
