#include "domains/multi_region/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "trace/availability.h"

namespace syswright::multi_region {
namespace {

namespace fs = std::filesystem;
using trace::AvailabilitySeries;

constexpr const char* layouts = "expected REGION/full.json and REGION/0.json, 1.json, …, or REGION.json";

bool is_number(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Series by region, by window; the whole one is named "full".
using Files = std::map<std::string, std::map<std::string, fs::path>>;

Files list_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    throw InputError(SourceLocation{path}, fmt::format("this is no folder; {}", layouts));
  }
  Files files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_directory()) {
      if (entry.path().extension() == ".json") files[entry.path().stem().string()]["full"] = entry.path();
      continue;
    }
    for (const auto& file : fs::directory_iterator(entry.path())) {
      const std::string stem = file.path().stem().string();
      if (file.path().extension() != ".json" || (stem != "full" && !is_number(stem))) continue;
      files[entry.path().filename().string()][stem] = file.path();
    }
  }
  if (files.empty()) throw InputError(SourceLocation{path}, fmt::format("there is no availability here; {}", layouts));
  return files;
}

class Reader {
 public:
  Reader(const std::string& path, const MultiRegionOptions& options) : path_(path), options_(options) {}

  RegionTrace read() {
    const Files files = list_files(path_);
    trace_.name = fs::path(path_).filename().string();
    if (trace_.name.empty()) trace_.name = fs::path(path_).parent_path().filename().string();
    trace_.format = options_.windows_only ? "folder of windows" : "folder";
    name_regions(files);
    for (const std::string& window : windows_of(files)) add_episode(files, window);
    trace_.tick = gap_.value_or(600'000);
    return std::move(trace_);
  }

 private:
  /// "us-east4-a" of "us-east4-a_h100_16", unless two names begin so.
  void name_regions(const Files& files) {
    std::map<std::string, int> zones;
    for (const auto& [folder, ignored] : files) ++zones[folder.substr(0, folder.find('_'))];
    for (const auto& [folder, ignored] : files) {
      const std::string zone = folder.substr(0, folder.find('_'));
      const std::string area = area_of(zone);
      trace_.regions.push_back({zones[zone] > 1 ? folder : zone, area, continent_of(area), 0});
    }
  }

  /// Those that all regions have, in the order of their numbers.
  std::vector<std::string> windows_of(const Files& files) const {
    if (!options_.windows_only) {
      for (const auto& [folder, windows] : files) {
        if (windows.contains("full")) continue;
        throw InputError(SourceLocation{path_},
                         fmt::format("'{}' has no full.json; give it, or say cut windows", folder));
      }
      return {"full"};
    }
    std::vector<std::string> shared;
    for (const auto& [name, file] : files.begin()->second) {
      const bool everywhere = std::all_of(files.begin(), files.end(),
                                          [&name = name](const auto& region) { return region.second.contains(name); });
      if (everywhere && is_number(name)) shared.push_back(name);
    }
    std::sort(shared.begin(), shared.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    if (shared.empty()) {
      throw InputError(SourceLocation{path_}, "no numbered window is there for every region; say cut whole");
    }
    return shared;
  }

  void add_episode(const Files& files, const std::string& window) {
    auto recording = std::make_shared<Recording>();
    Episode episode;
    episode.name = window == "full" ? trace_.name : "window " + window;
    episode.ticks = std::numeric_limits<std::size_t>::max();
    std::size_t place = 0;
    for (const auto& [folder, windows] : files) {
      const std::string file = windows.at(window).string();
      const AvailabilitySeries series = trace::parse_availability_json(read_file(file), file);
      take_gap(series, file);
      recording->available.push_back(states_of(series, file));
      recording->spot_prices.push_back(spot_prices_of(series, file));
      trace_.regions[place++].on_demand_price = on_demand_price_of(series, file);
      episode.ticks = std::min(episode.ticks, series.values.size());
      if (series.unmeasured) episode.unmeasured = *series.unmeasured;
    }
    episode.recording = std::move(recording);
    trace_.episodes.push_back(std::move(episode));
  }

  std::vector<std::uint8_t> states_of(const AvailabilitySeries& series, const std::string& file) const {
    std::vector<std::uint8_t> states;
    for (const std::int64_t value : series.values) {
      if (value != 0 && value != 1) {
        throw InputError(SourceLocation{file},
                         fmt::format("the value {} is neither 0 nor 1; counts of instances must be "
                                     "made into 0 and 1 first",
                                     value));
      }
      states.push_back((value == 1) == (options_.polarity == Polarity::available) ? 1 : 0);
    }
    return states;
  }

  std::vector<double> spot_prices_of(const AvailabilitySeries& series, const std::string& file) const {
    if (!series.prices.empty()) {
      const bool constant = std::all_of(series.prices.begin(), series.prices.end(),
                                        [&](double price) { return price == series.prices.front(); });
      return constant ? std::vector<double>{series.prices.front()} : series.prices;
    }
    if (series.price) return {*series.price};
    if (options_.spot_price > 0) return {options_.spot_price};
    throw InputError(SourceLocation{file}, "there is no spot price in it; say spot-price");
  }

  double on_demand_price_of(const AvailabilitySeries& series, const std::string& file) const {
    if (series.on_demand_price) return *series.on_demand_price;
    if (options_.on_demand_price > 0) return options_.on_demand_price;
    throw InputError(SourceLocation{file}, "there is no on-demand price in it; say on-demand-price");
  }

  void take_gap(const AvailabilitySeries& series, const std::string& file) {
    if (!series.gap_seconds) return;
    const auto gap = static_cast<Milliseconds>(std::llround(*series.gap_seconds * 1000));
    if (gap <= 0) throw InputError(SourceLocation{file}, "gap_seconds is not a length of a tick");
    if (gap_ && *gap_ != gap) {
      throw InputError(SourceLocation{file}, fmt::format("ticks of {} s, and of {} s in other files: all must agree",
                                                         gap / 1000.0, *gap_ / 1000.0));
    }
    gap_ = gap;
  }

  std::string path_;
  const MultiRegionOptions& options_;
  RegionTrace trace_;
  std::optional<Milliseconds> gap_;
};

}  // namespace

double RegionTrace::availability() const {
  std::size_t ticks = 0;
  std::size_t found = 0;
  for (const Episode& episode : episodes) {
    for (const auto& series : episode.recording->available) {
      ticks += series.size();
      found += static_cast<std::size_t>(std::count(series.begin(), series.end(), 1));
    }
  }
  return ticks == 0 ? 0 : static_cast<double>(found) / static_cast<double>(ticks);
}

RegionTrace read_region_trace(const std::string& path, const MultiRegionOptions& options) {
  return Reader(path, options).read();
}

}  // namespace syswright::multi_region
