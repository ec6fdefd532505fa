#include "optimize/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace syswright::optimize {
namespace {

std::vector<Instance> files_of(const std::string& path) {
  std::vector<Instance> instances;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.starts_with('.')) continue;
    instances.push_back({.name = name, .argument = std::filesystem::absolute(entry.path()).string()});
  }
  std::sort(instances.begin(), instances.end(), [](const Instance& a, const Instance& b) { return a.name < b.name; });
  return instances;
}

std::vector<Instance> lines_of(const std::string& path, const std::string& what) {
  const std::string text = read_file(path);
  std::vector<Instance> instances;
  std::set<std::string> seen;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    if (!seen.insert(line).second) {
      throw InputError({path, number, 0}, fmt::format("{}: the instance '{}' stands here twice", what, line));
    }
    instances.push_back({.name = line, .argument = line});
  }
  return instances;
}

}  // namespace

std::vector<Instance> read_instances(const std::string& path, const std::string& what) {
  const bool folder = std::filesystem::is_directory(path);
  std::vector<Instance> instances = folder ? files_of(path) : lines_of(path, what);
  if (instances.empty()) {
    throw InputError(
        fmt::format("{}: '{}' holds no instance: it is a folder with a file for each, or a file with a line "
                    "for each",
                    what, path));
  }
  return instances;
}

std::vector<Instance> take_out(std::vector<Instance>& instances, std::size_t count, std::uint64_t seed,
                               const std::string& purpose) {
  std::vector<std::size_t> order(instances.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed, purpose);
  random.shuffle(std::span(order));
  const std::set<std::size_t> out(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<Instance> taken;
  std::vector<Instance> kept;
  for (std::size_t i = 0; i < instances.size(); ++i) (out.contains(i) ? taken : kept).push_back(instances[i]);
  instances = std::move(kept);
  return taken;
}

}  // namespace syswright::optimize
