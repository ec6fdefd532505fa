#include "domains/broadcast/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace syswright::broadcast {
namespace {

constexpr std::size_t most_regions = 4096;

void check(const LinkRow& row, const std::string& network) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format("{}: link {} to {}: {}", network, row.from, row.to, why));
  };
  for (const std::string& region : {row.from, row.to}) {
    const std::size_t colon = region.find(':');
    if (colon == std::string::npos || colon == 0) {
      refuse(fmt::format("a region is written provider:region, such as aws:us-east-1, and not '{}'", region));
    }
  }
  if (row.from == row.to) refuse("leads nowhere; leave the row out");
  if (!(row.price >= 0) || !std::isfinite(row.price))
    refuse("the price must be a number of dollars per GB, at least 0");
  if (!(row.bits_per_second > 0) || !std::isfinite(row.bits_per_second)) {
    refuse("the throughput must be a number of bits per second over 0");
  }
}

}  // namespace

Network::Network(std::string name, std::vector<LinkRow> rows) : name_(std::move(name)), rows_(std::move(rows)) {
  std::vector<std::pair<Region, Region>> ends;
  DigestBuilder digest;
  for (const LinkRow& row : rows_) {
    check(row, name_);
    const Region from = intern(row.from);
    ends.emplace_back(from, intern(row.to));
    digest.add(row.from).add(row.to).add(row.price).add(row.bits_per_second);
  }
  digest_ = digest.finish();
  price_.assign(size() * size(), std::numeric_limits<double>::infinity());
  gbps_.assign(size() * size(), 0);
  neighbours_.resize(size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto [from, to] = ends[i];
    if (gbps(from, to) > 0) {
      throw InputError(fmt::format("{}: link {} to {} is given twice", name_, rows_[i].from, rows_[i].to));
    }
    price_[from * size() + to] = rows_[i].price;
    gbps_[from * size() + to] = rows_[i].bits_per_second / 1e9;
    neighbours_[from].push_back(to);
  }
}

Region Network::intern(const std::string& region) {
  const auto known = std::find(regions_.begin(), regions_.end(), region);
  if (known != regions_.end()) return static_cast<Region>(known - regions_.begin());
  if (size() == most_regions) {
    throw InputError(fmt::format("{} has more than {} regions, the most that are supported", name_, most_regions));
  }
  const std::string provider = region.substr(0, region.find(':'));
  const auto place = std::find(providers_.begin(), providers_.end(), provider);
  provider_.push_back(static_cast<std::size_t>(place - providers_.begin()));
  if (place == providers_.end()) providers_.push_back(provider);
  regions_.push_back(region);
  return static_cast<Region>(size() - 1);
}

Region Network::find(std::string_view name, std::string_view what) const {
  const auto known = std::find(regions_.begin(), regions_.end(), name);
  if (known != regions_.end()) return static_cast<Region>(known - regions_.begin());
  throw InputError(fmt::format("{}: there is no region '{}' in {}{}", what, name, name_, did_you_mean(name, regions_)));
}

}  // namespace syswright::broadcast
