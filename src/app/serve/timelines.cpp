#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "app/serve/api.h"
#include "base/file.h"

namespace syswright::app::serve {
namespace {

/// Larger ones are for a viewer that reads files itself.
constexpr std::uintmax_t most_bytes = 64 << 20;

struct File {
  std::string name;
  std::string path;
  std::uintmax_t bytes = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
};

/// Plain files of the folder that end in .json: no links, which may lead out of it, and nothing below it.
std::vector<File> files_in(const std::string& folder) {
  std::vector<File> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    struct stat status{};
    const std::string path = entry.path().string();
    if (entry.path().extension() != ".json" || ::lstat(path.c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    files.push_back({entry.path().filename().string(), path, static_cast<std::uintmax_t>(status.st_size),
                     static_cast<std::int64_t>(status.st_mtime)});
  }
  std::ranges::sort(files, [](const File& a, const File& b) {
    return a.modified != b.modified ? a.modified > b.modified : a.name < b.name;
  });
  return files;
}

}  // namespace

Json Api::timelines_json() {
  Json list = Json::array();
  if (!setup_.timelines.empty()) {
    for (const File& file : files_in(setup_.timelines)) {
      list.push(Json::object()
                    .set("name", file.name)
                    .set("bytes", file.bytes)
                    .set("modified", file.modified)
                    .set("too_large", file.bytes > most_bytes));
    }
  }
  return Json::object()
      .set("folder", setup_.timelines.empty() ? Json() : Json(setup_.timelines))
      .set("timelines", std::move(list));
}

Response Api::timeline(const std::string& name) {
  if (!setup_.timelines.empty()) {
    // Only what the list shows: a name is looked up, never joined to a path.
    for (const File& file : files_in(setup_.timelines)) {
      if (file.name != name) continue;
      if (file.bytes > most_bytes) {
        return refusal(413, fmt::format("'{}' has more than {} MiB: open {} in a viewer of traces", name,
                                        most_bytes >> 20, file.path));
      }
      return {.body = read_file(file.path)};
    }
  }
  throw NotFound(fmt::format("there is no timeline '{}'", name));
}

}  // namespace syswright::app::serve
