#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/spot/job.h"

/// Small made-up markets, files of them, and where the real ones lie.
namespace syswright::spot {

/// Spells of 1 to 12 ticks, as 0 and 1.
inline std::string sample_bits(std::uint64_t seed, std::size_t ticks) {
  Random random(seed, "sample market");
  std::string bits;
  while (bits.size() < ticks) bits.append(1 + random.below(12), bits.empty() || bits.back() == '0' ? '1' : '0');
  return bits.substr(0, ticks);
}

/// Every twentieth tick another price.
inline std::string sample_prices(std::size_t ticks) {
  std::string text = "tick,spot_price\n";
  for (std::size_t i = 0; i < ticks; i += 20) text += fmt::format("{},{}\n", i, 0.5 + 0.1 * (i / 20 % 7));
  return text;
}

inline SeriesPtr series_of(const std::string& bits) {
  auto series = std::make_shared<Series>();
  series->name = "made up";
  for (const char c : bits) series->available.push_back(c == '1' ? 1 : 0);
  return series;
}

/// One job on these bits; 1 means available. Times in minutes.
inline Setup one_job(const std::string& bits, int tick, int job, int deadline, int overhead, Net net = Net::gamble) {
  constexpr Milliseconds minute = 60'000;
  Setup setup;
  setup.setting = {tick * minute, job * minute, deadline * minute, overhead * minute, net};
  setup.instances = {{series_of(bits), 0, "job"}};
  setup.label = setup.name = "one job";
  return setup;
}

/// A file in a temporary folder that goes with it.
class SampleFile {
 public:
  SampleFile(const std::string& content, const std::string& name)
      : folder_(std::filesystem::temp_directory_path() /
                ("syswright_spot_" + std::to_string(mix64(reinterpret_cast<std::uintptr_t>(this))))) {
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / name).string();
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~SampleFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SampleFile(const SampleFile&) = delete;
  SampleFile& operator=(const SampleFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::filesystem::path folder_;
  std::string path_;
};

/// Path below the folder that SYSWRIGHT_DATA names; nothing where it is not set.
inline std::optional<std::string> data_file(const std::string& name) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  if (folder == nullptr || *folder == 0) return std::nullopt;
  return std::string(folder) + "/cloud/" + name;
}

}  // namespace syswright::spot
