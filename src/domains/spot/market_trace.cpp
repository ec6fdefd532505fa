#include "domains/spot/market_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace syswright::spot {
namespace {

namespace fs = std::filesystem;

/// Values as they stand in a file.
struct Raw {
  std::string file;
  std::vector<std::int64_t> values;
  std::vector<double> prices;
  double on_demand_price = 0;
  std::optional<double> gap_seconds;
  std::int64_t first_tick = 0;
};

[[noreturn]] void refuse(const std::string& file, const std::string& problem) {
  throw InputError(SourceLocation{file}, problem);
}

class Reader {
 public:
  Reader(std::string path, const MarketReadOptions& options) : path_(std::move(path)), options_(options) {}

  MarketTrace read() {
    trace_.name = fs::path(path_).filename().string();
    if (trace_.name.empty()) trace_.name = fs::path(path_).parent_path().filename().string();
    trace_.format = options_.format.empty() ? detect() : options_.format;
    if (trace_.format == "folder") {
      read_folder();
    } else if (trace_.format == "json") {
      add_whole(fs::path(path_).stem().string(), read_json(path_));
    } else if (trace_.format == "csv") {
      read_csv();
    } else if (trace_.format == "text") {
      add_whole(fs::path(path_).stem().string(), read_text());
    } else {
      const std::vector<std::string> names{"folder", "json", "csv", "text"};
      throw InputError(fmt::format("unknown format '{}' of availability{} (there are: {})", trace_.format,
                                   did_you_mean(trace_.format, names), join(names)));
    }
    finish();
    return std::move(trace_);
  }

 private:
  std::string detect() const {
    if (fs::is_directory(path_)) return "folder";
    const std::string extension = fs::path(path_).extension().string();
    if (extension == ".json" || extension == ".csv") return extension.substr(1);
    return "text";
  }

  static std::vector<fs::path> sorted(const fs::path& folder, bool folders) {
    std::vector<fs::path> found;
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
      if (folders ? entry.is_directory() : entry.path().extension() == ".json") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  void read_folder() {
    const fs::path root = path_;
    const bool parts = fs::is_directory(root / "parents") || fs::is_directory(root / "windows");
    for (const fs::path& file : sorted(parts ? root / "parents" : root, false)) {
      add_whole(file.stem().string(), read_json(file.string()));
    }
    for (const fs::path& folder : sorted(root / "windows", true)) {
      for (const fs::path& file : sorted(folder, false)) {
        add_window(folder.filename().string(), file.stem().string(), read_json(file.string()));
      }
    }
    if (places_.empty()) {
      refuse(path_,
             "there are no JSON files in this folder; expected SERIES.json, or parents/SERIES.json and "
             "windows/SERIES/NAME.json");
    }
  }

  static Raw read_json(const std::string& file) {
    const std::string text = read_file(file);
    Raw raw{.file = file};
    try {
      const nlohmann::json json = nlohmann::json::parse(text);
      for (const auto& value : json.at("data")) {
        raw.values.push_back(value.is_boolean() ? static_cast<std::int64_t>(value.get<bool>())
                                                : value.get<std::int64_t>());
      }
      if (const auto prices = json.find("prices"); prices != json.end()) {
        raw.prices = prices->get<std::vector<double>>();
      }
      if (const auto metadata = json.find("metadata"); metadata != json.end()) {
        if (metadata->contains("gap_seconds")) raw.gap_seconds = metadata->at("gap_seconds").get<double>();
        if (metadata->contains("start_time") && metadata->at("start_time").is_number_integer()) {
          raw.first_tick = metadata->at("start_time").get<std::int64_t>();
        }
        if (metadata->contains("price_info")) {
          raw.on_demand_price = metadata->at("price_info").value("on_demand_price", 0.0);
        }
      }
    } catch (const nlohmann::json::exception& error) {
      refuse(file, fmt::format("this is not availability as JSON, {{\"metadata\": {{\"gap_seconds\": 600}}, \"data\": "
                               "[0, 1]}}: {}",
                               error.what()));
    }
    return raw;
  }

  Raw read_text() const {
    const std::string text = read_file(path_);
    Raw raw{.file = path_};
    SourceLocation place{path_, 1, 0};
    bool comment = false;
    for (const char c : text) {
      ++place.column;
      if (c == '\n') {
        comment = false;
        ++place.line;
        place.column = 0;
      } else if (comment || c == ' ' || c == '\t' || c == ',' || c == '\r') {
        continue;
      } else if (c == '#') {
        comment = true;
      } else if (c == '0' || c == '1') {
        raw.values.push_back(c - '0');
      } else {
        throw InputError(place, fmt::format("'{}' is neither 0 nor 1; availability as text has nothing else, but "
                                            "blanks, commas and comments (#)",
                                            c));
      }
    }
    return raw;
  }

  void read_csv() {
    const std::string text = read_file(path_);
    std::vector<std::string> header;
    SourceLocation place{path_, 0, 0};
    for (std::size_t start = 0; start < text.size();) {
      std::size_t end = std::min(text.find('\n', start), text.size());
      std::string_view line(text.data() + start, end - start);
      start = end + 1;
      ++place.line;
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
      if (line.empty() || line.front() == '#') continue;
      std::vector<std::string> fields = split_list(line, fmt::format("{}:{}", path_, place.line));
      if (header.empty()) {
        header = std::move(fields);
        check_header(header);
        continue;
      }
      if (fields.size() != header.size()) {
        throw InputError(place, fmt::format("{} fields, where the header has {}", fields.size(), header.size()));
      }
      add_row(header, fields, place);
    }
    if (places_.empty()) refuse(path_, "there are no windows in this file");
  }

  void check_header(const std::vector<std::string>& header) {
    const auto has = [&](const char* name) { return std::find(header.begin(), header.end(), name) != header.end(); };
    const bool bits = has("unavailable_bits") || has("available_bits");
    if (!has("zone_instance") || !has("window") || !has("start_tick") || !bits) {
      throw InputError(SourceLocation{path_, 1, 1},
                       "the header of windows is zone_instance,window,start_tick,end_tick,unavailable_bits (or "
                       "available_bits)");
    }
    header_polarity_ = has("unavailable_bits") ? Polarity::unavailable : Polarity::available;
  }

  void add_row(const std::vector<std::string>& header, const std::vector<std::string>& fields,
               const SourceLocation& place) {
    std::string series;
    std::string window;
    Raw raw{.file = fmt::format("{}:{}", path_, place.line)};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (header[i] == "zone_instance") series = fields[i];
      if (header[i] == "window") window = fields[i];
      if (header[i] == "start_tick") raw.first_tick = static_cast<std::int64_t>(parse_count(fields[i], raw.file));
      if (!header[i].ends_with("available_bits")) continue;
      for (const char c : fields[i]) {
        if (c != '0' && c != '1') throw InputError(place, fmt::format("'{}' among the bits is neither 0 nor 1", c));
        raw.values.push_back(c - '0');
      }
    }
    add_window(series, window, std::move(raw));
  }

  bool counts(const Raw& raw) const {
    return std::any_of(raw.values.begin(), raw.values.end(), [](std::int64_t value) { return value > 1; });
  }

  Polarity default_polarity() const {
    if (trace_.format == "csv") return header_polarity_;
    return trace_.format == "text" ? Polarity::available : Polarity::unavailable;
  }

  SeriesPtr series_of(const std::string& name, Raw raw) {
    if (raw.values.empty()) refuse(raw.file, "there is no availability in it");
    auto series = std::make_shared<Series>();
    series->name = name;
    series->first_tick = raw.first_tick;
    take_gap(raw);
    Polarity polarity = options_.polarity == Polarity::automatic ? default_polarity() : options_.polarity;
    if (counts(raw)) {
      if (options_.polarity == Polarity::unavailable) {
        refuse(raw.file, "values above 1 count instances that could be had, so that 'polarity' is available");
      }
      polarity = Polarity::available;
      counted_ = true;
    }
    polarity_ = polarity;
    for (const std::int64_t value : raw.values) {
      if (value < 0) refuse(raw.file, fmt::format("the value {} is below 0", value));
      series->available.push_back((value > 0) == (polarity == Polarity::available) ? 1 : 0);
    }
    if (options_.trace_prices) {
      if (raw.prices.size() != raw.values.size()) {
        refuse(raw.file, fmt::format("{} prices for {} ticks; 'prices' trace needs one each", raw.prices.size(),
                                     raw.values.size()));
      }
      series->spot_prices = std::move(raw.prices);
      series->on_demand_price = raw.on_demand_price;
    }
    return series;
  }

  void take_gap(const Raw& raw) {
    if (!raw.gap_seconds) return;
    const double milliseconds = std::round(*raw.gap_seconds * 1000);
    if (!(milliseconds >= 1 && milliseconds < 1e12)) {
      refuse(raw.file, fmt::format("gap_seconds {} is not a length of a tick", *raw.gap_seconds));
    }
    const auto gap = static_cast<Milliseconds>(milliseconds);
    if (gap_ && *gap_ != gap) {
      refuse(raw.file,
             fmt::format("ticks of {} s, and of {} s in other files: all must agree", gap / 1000.0, *gap_ / 1000.0));
    }
    gap_ = gap;
  }

  void add_whole(const std::string& name, Raw raw) {
    Place& place = places_[name];
    place.name = name;
    raw.first_tick = 0;  // what a whole series says of its start is a date, not a place in a longer one
    place.whole = series_of(name, std::move(raw));
  }
  void add_window(const std::string& name, const std::string& window, Raw raw) {
    Place& place = places_[name];
    place.name = name;
    place.windows.push_back({window, series_of(name, std::move(raw))});
  }

  void finish() {
    for (auto& [name, place] : places_) {
      std::sort(place.windows.begin(), place.windows.end(),
                [](const Place::Window& a, const Place::Window& b) { return a.name < b.name; });
      trace_.places.push_back(std::move(place));
    }
    if (gap_) trace_.tick = *gap_;
    if (options_.tick != 0) {
      if (gap_ && *gap_ != options_.tick) {
        trace_.warnings.push_back(fmt::format("the trace says that a tick is {}, 'tick' says {}: taken as that",
                                              format_duration(*gap_ / 1000.0),
                                              format_duration(options_.tick / 1000.0)));
      }
      trace_.tick = options_.tick;
    }
    trace_.polarity = counted_                           ? "counts of instances that could be had"
                      : polarity_ == Polarity::available ? "1 means available"
                                                         : "1 means unavailable";
    const double share = trace_.availability();
    if (share < 0.35) {
      trace_.warnings.push_back(
          fmt::format("spot is available in only {:.0f}% of all ticks ({}); if that is upside down, say --polarity {}",
                      100 * share, trace_.polarity, polarity_ == Polarity::available ? "unavailable" : "available"));
    }
  }

  std::string path_;
  MarketReadOptions options_;
  MarketTrace trace_;
  std::map<std::string, Place> places_;
  std::optional<Milliseconds> gap_;
  Polarity header_polarity_ = Polarity::unavailable;
  Polarity polarity_ = Polarity::unavailable;
  bool counted_ = false;
};

}  // namespace

std::int64_t Place::ticks() const {
  std::int64_t end = whole == nullptr ? 0 : static_cast<std::int64_t>(whole->available.size());
  if (whole != nullptr) return end;
  for (const Window& window : windows) {
    end = std::max(end, window.series->first_tick + static_cast<std::int64_t>(window.series->available.size()));
  }
  return end;
}

double MarketTrace::availability() const {
  std::size_t ticks = 0;
  std::size_t available = 0;
  const auto count = [&](const Series& series) {
    ticks += series.available.size();
    available += static_cast<std::size_t>(std::count(series.available.begin(), series.available.end(), 1));
  };
  for (const Place& place : places) {
    if (place.whole != nullptr) {
      count(*place.whole);
    } else {
      for (const Place::Window& window : place.windows) count(*window.series);
    }
  }
  return ticks == 0 ? 0 : static_cast<double>(available) / static_cast<double>(ticks);
}

MarketTrace read_market_trace(const std::string& path, const MarketReadOptions& options) {
  return Reader(path, options).read();
}

}  // namespace syswright::spot
