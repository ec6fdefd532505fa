#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "domains/spot/market_trace.h"

namespace syswright::spot {
namespace {

/// Price from a tick on.
using Steps = std::map<std::int64_t, double>;

/// By series; "" for all.
std::map<std::string, Steps> read_steps(const std::string& path) {
  const std::string text = read_file(path);
  std::map<std::string, Steps> steps;
  bool named = false;
  bool header = true;
  SourceLocation place{path, 0, 0};
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line(text.data() + start, end - start);
    start = end + 1;
    ++place.line;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::string where = fmt::format("{}:{}", path, place.line);
    if (header) {
      named = line == "series,tick,spot_price";
      if (!named && line != "tick,spot_price") {
        throw InputError(place, "the header of prices is tick,spot_price or series,tick,spot_price");
      }
      header = false;
      continue;
    }
    const std::vector<std::string> fields = split_list(line, where);
    if (fields.size() != (named ? 3u : 2u)) {
      throw InputError(place, fmt::format("{} fields, where the header has {}", fields.size(), named ? 3 : 2));
    }
    const std::size_t first = named ? 1 : 0;
    const double price = parse_number(fields[first + 1], where);
    if (!(price >= 0)) throw InputError(place, fmt::format("{} is not a price", price));
    steps[named ? fields[0] : ""][static_cast<std::int64_t>(parse_count(fields[first], where))] = price;
  }
  if (steps.empty()) throw InputError(SourceLocation{path}, "there are no prices in this file");
  return steps;
}

SeriesPtr priced(const Series& series, const Steps& steps) {
  auto made = std::make_shared<Series>(series);
  made->spot_prices.clear();
  for (std::size_t i = 0; i < series.available.size(); ++i) {
    auto next = steps.upper_bound(series.first_tick + static_cast<std::int64_t>(i));
    if (next != steps.begin()) --next;
    made->spot_prices.push_back(next->second);
  }
  return made;
}

}  // namespace

void add_prices(MarketTrace& trace, const std::string& path) {
  const std::map<std::string, Steps> steps = read_steps(path);
  for (Place& place : trace.places) {
    auto found = steps.find(place.name);
    if (found == steps.end()) found = steps.find("");
    if (found == steps.end()) {
      throw InputError(SourceLocation{path}, fmt::format("there is no price for the series '{}'", place.name));
    }
    if (place.whole != nullptr) place.whole = priced(*place.whole, found->second);
    for (Place::Window& window : place.windows) window.series = priced(*window.series, found->second);
  }
}

}  // namespace syswright::spot
