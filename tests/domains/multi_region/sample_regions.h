#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/multi_region/rules.h"

/// Small made-up regions, folders of them, and where the real ones lie.
namespace syswright::multi_region {

inline std::vector<std::uint8_t> states_of(const std::string& bits) {
  std::vector<std::uint8_t> states;
  for (const char c : bits) states.push_back(c == '1' ? 1 : 0);
  return states;
}

/// One job in regions "us-a1-a", "us-a1-b", "us-b1-a", "us-b2-a", …: the first two share a cloud region. 1 means
/// available; a region's spot costs 6 dollars an hour and a dollar more for each before it, on demand 30. Times in
/// minutes; a move between cloud regions costs 2 dollars.
inline Setup one_job(const std::vector<std::string>& bits, int tick, int job, int deadline, int overhead) {
  constexpr Milliseconds minute = 60'000;
  Setup setup;
  setup.setting.tick = tick * minute;
  setup.setting.job = job * minute;
  setup.setting.deadline = deadline * minute;
  setup.setting.overhead = overhead * minute;
  auto recording = std::make_shared<Recording>();
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const std::string area = i < 2 ? "us-a1" : fmt::format("us-b{}", i - 1);
    setup.fleet.regions.push_back({area + (i == 1 ? "-b" : "-a"), area, "us", 30});
    recording->available.push_back(states_of(bits[i]));
    recording->spot_prices.push_back({6.0 + static_cast<double>(i)});
  }
  for (const Region& from : setup.fleet.regions) {
    for (const Region& to : setup.fleet.regions) {
      setup.fleet.egress.push_back(from.area == to.area ? 0 : 2);
      setup.fleet.transfers.push_back(0);
    }
  }
  setup.instances = {{recording, 0, "job"}};
  setup.label = setup.name = "one job";
  return setup;
}

/// Spells of 1 to `longest` ticks.
inline std::string sample_bits(std::uint64_t seed, std::size_t ticks, std::size_t longest) {
  Random random(seed, "sample region");
  std::string bits;
  while (bits.size() < ticks) {
    bits.append(1 + random.below(longest), bits.empty() || bits.back() == '0' ? '1' : '0');
  }
  return bits.substr(0, ticks);
}

/// A temporary folder that goes with it, with the files given by their paths in it.
class SampleFolder {
 public:
  explicit SampleFolder(const std::map<std::string, std::string>& files)
      : path_(std::filesystem::temp_directory_path() /
              ("syswright_regions_" + std::to_string(mix64(reinterpret_cast<std::uintptr_t>(this))))) {
    for (const auto& [name, content] : files) {
      std::filesystem::create_directories((path_ / name).parent_path());
      std::ofstream(path_ / name, std::ios::binary) << content;
    }
  }
  ~SampleFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SampleFolder(const SampleFolder&) = delete;
  SampleFolder& operator=(const SampleFolder&) = delete;
  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Availability as JSON, where a 1 means unavailable.
inline std::string sample_json(std::uint64_t seed, std::size_t ticks, double spot, double on_demand) {
  std::string data;
  for (const char c : sample_bits(seed, ticks, 14)) data += c == '1' ? "0, " : "1, ";
  data.resize(data.size() - 2);
  return fmt::format(
      R"({{"metadata": {{"gap_seconds": 600, "price_info": {{"price": {}, "on_demand_price": {}}}}}, "data": [{}]}})",
      spot, on_demand, data);
}

/// Path below the folder that SYSWRIGHT_DATA names; nothing where it is not set.
inline std::optional<std::string> data_file(const std::string& name) {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  if (folder == nullptr || *folder == 0) return std::nullopt;
  return std::string(folder) + "/cloud/" + name;
}

}  // namespace syswright::multi_region
