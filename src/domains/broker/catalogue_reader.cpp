#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "domains/broker/catalogue.h"

namespace syswright::broker {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Rows of a csv file with a header; cells without blanks and quotes around them.
class Rows {
 public:
  Rows(std::string_view csv, const std::string& path) : rest_(csv), path_(path) {
    if (!next()) refuse("the file is empty; the first line must name the columns");
    header_ = cells_;
  }

  bool next() {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty()) continue;
      cut(line);
      if (!header_.empty() && cells_.size() != header_.size()) {
        refuse(fmt::format("the row has {} cells, the header {}", cells_.size(), header_.size()));
      }
      return true;
    }
    return false;
  }

  /// Of the first of these names that the header has.
  std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      const auto at = std::find(header_.begin(), header_.end(), name);
      if (at != header_.end()) return static_cast<std::size_t>(at - header_.begin());
    }
    return std::nullopt;
  }
  std::size_t need(std::initializer_list<std::string_view> names) const {
    if (const auto found = find(names)) return *found;
    refuse(fmt::format("the header has no column '{}'; it has: {}", *names.begin(), join(header_)));
  }
  const std::string& cell(std::size_t column) const { return cells_[column]; }
  std::string cell(std::optional<std::size_t> column) const { return column ? cells_[*column] : std::string(); }

  /// Not negative; nothing where the cell is empty.
  std::optional<double> price(std::optional<std::size_t> column, std::string_view what) const {
    const std::string text = cell(column);
    if (text.empty() || text == "nan") return std::nullopt;
    double value = 0;
    try {
      value = parse_number(text, what);
    } catch (const InputError& error) {
      refuse(error.what());
    }
    if (value < 0) refuse(fmt::format("{} '{}' is negative", what, text));
    return value;
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(SourceLocation{path_, line_, 0}, problem);
  }

 private:
  void cut(std::string_view line) {
    cells_.clear();
    std::string cell;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells_.push_back(std::exchange(cell, {}));
      } else if (c != ' ' || !cell.empty()) {
        cell += c;
      }
    }
    cells_.push_back(std::move(cell));
    for (std::string& one : cells_) one.erase(one.find_last_not_of(' ') + 1);
  }

  std::string_view rest_;
  std::string path_;
  std::size_t line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string> cells_;
};

std::string with_cloud(const std::string& region, std::string_view cloud) {
  return region.find(':') == std::string::npos ? fmt::format("{}:{}", cloud, region) : region;
}

class CatalogueReader {
 public:
  explicit CatalogueReader(Rows rows) : rows_(std::move(rows)) {}

  Catalogue read(const std::string& cloud) {
    const auto cloud_column = rows_.find({"cloud", "Cloud"});
    const std::size_t region = rows_.need({"region", "Region"});
    const std::size_t instance = rows_.need({"instance", "InstanceType"});
    const auto name = rows_.find({"accelerators", "AcceleratorName"});
    const auto count = rows_.find({"AcceleratorCount"});
    const std::size_t price = rows_.need({"price", "Price"});
    const auto spot = rows_.find({"spot_price", "SpotPrice"});
    while (rows_.next()) {
      if (rows_.cell(region).empty()) rows_.refuse("the region is empty");
      if (rows_.cell(instance).empty()) continue;  // a bare accelerator, as some catalogues list them
      const std::string of = cloud_column ? rows_.cell(*cloud_column) : cloud;
      if (of.empty()) rows_.refuse("no column 'cloud'; name the file after its cloud, such as aws.csv");
      std::string accelerators = rows_.cell(name);
      if (const std::string number = rows_.cell(count); !accelerators.empty() && !number.empty()) {
        accelerators += ":" + number.substr(0, number.find('.'));
      }
      const std::uint32_t at = region_index(with_cloud(rows_.cell(region), of));
      const auto on_demand = rows_.price(price, "price");
      const auto preemptible = rows_.price(spot, "spot_price");
      if (on_demand) add({at, rows_.cell(instance), accelerators, *on_demand, false});
      if (preemptible) add({at, rows_.cell(instance), accelerators, *preemptible, true});
    }
    if (catalogue_.offers.empty()) rows_.refuse("there is no offer below the header");
    const std::size_t regions = catalogue_.regions.size();
    catalogue_.egress.assign(regions * regions, unknown);
    for (std::size_t i = 0; i < regions; ++i) catalogue_.egress[i * regions + i] = 0;
    return std::move(catalogue_);
  }

 private:
  std::uint32_t region_index(const std::string& name) {
    const auto [at, added] = regions_.try_emplace(name, static_cast<std::uint32_t>(catalogue_.regions.size()));
    if (added) catalogue_.regions.push_back(name);
    return at->second;
  }
  void add(Offer offer) {
    const auto [at, added] =
        offers_.try_emplace({fmt::format("{}/{}", offer.region, offer.instance), offer.spot}, catalogue_.offers.size());
    if (added) {
      catalogue_.offers.push_back(std::move(offer));
    } else {
      double& price = catalogue_.offers[at->second].price;
      price = std::min(price, offer.price);
    }
  }

  Rows rows_;
  Catalogue catalogue_;
  std::map<std::string, std::uint32_t> regions_;
  std::map<std::pair<std::string, bool>, std::size_t> offers_;
};

}  // namespace

Catalogue read_catalogue(std::string_view csv, const std::string& path, const std::string& cloud) {
  return CatalogueReader(Rows(csv, path)).read(cloud);
}

void read_egress(std::string_view csv, const std::string& path, Catalogue& catalogue) {
  Rows rows(csv, path);
  const std::size_t from = rows.need({"src", "from_region"});
  const std::size_t to = rows.need({"dest", "to_region"});
  const std::size_t price = rows.need({"cost", "price_usd_per_gb"});
  std::map<std::string, std::uint32_t> numbers;
  for (const std::string& region : catalogue.regions) {
    numbers.emplace(region, static_cast<std::uint32_t>(numbers.size()));
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> prices;
  const auto number = [&](const std::string& cell) {
    const std::string name = with_cloud(cell, "aws");
    const auto [at, added] = numbers.try_emplace(name, static_cast<std::uint32_t>(catalogue.regions.size()));
    if (added) catalogue.regions.push_back(name);
    return at->second;
  };
  while (rows.next()) {
    const auto value = rows.price(price, "the price");
    if (!value) rows.refuse("the price is empty");
    if (!prices.emplace(std::pair{number(rows.cell(from)), number(rows.cell(to))}, *value).second) {
      rows.refuse(fmt::format("a second price from {} to {}", rows.cell(from), rows.cell(to)));
    }
  }
  const std::size_t regions = catalogue.regions.size();
  catalogue.egress.assign(regions * regions, unknown);
  for (const auto& [pair, value] : prices) catalogue.egress[pair.first * regions + pair.second] = value;
  for (std::size_t i = 0; i < regions; ++i) catalogue.egress[i * regions + i] = 0;
}

}  // namespace syswright::broker
