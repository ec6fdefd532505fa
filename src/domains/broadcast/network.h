#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace syswright::broadcast {

using Region = std::uint16_t;

/// A row of the tables, as read.
struct LinkRow {
  std::string from;
  std::string to;
  double price = 0;            ///< dollars per GB (10^9 bytes)
  double bits_per_second = 0;  ///< of one pair of machines
};

/// Regions and the directed links between them. Immutable.
class Network {
 public:
  /// Links in the order of the rows: regions are numbered as they first appear, and neighbours keep that order.
  /// Throws InputError for a link from a region to itself or given twice, a negative price, a rate that is not
  /// positive, a name without "provider:", and over 4096 regions.
  Network(std::string name, std::vector<LinkRow> rows);

  const std::string& name() const { return name_; }
  const std::vector<LinkRow>& rows() const { return rows_; }
  std::size_t size() const { return regions_.size(); }
  const std::string& region(Region region) const { return regions_[region]; }
  const std::vector<std::string>& regions() const { return regions_; }
  /// "aws" of "aws:us-east-1", as an index into providers().
  std::size_t provider(Region region) const { return provider_[region]; }
  const std::vector<std::string>& providers() const { return providers_; }
  /// Throws InputError that names the nearest region; `what` says who asks.
  Region find(std::string_view name, std::string_view what) const;

  /// Dollars per GB; infinite where there is no link.
  double price(Region from, Region to) const { return price_[from * size() + to]; }
  /// [regions][regions], the same.
  const std::vector<double>& prices() const { return price_; }
  /// Gbit/s of one pair of machines; 0 where there is no link.
  double gbps(Region from, Region to) const { return gbps_[from * size() + to]; }
  /// Where links from a region lead, in the order of the rows.
  const std::vector<Region>& neighbours(Region from) const { return neighbours_[from]; }
  const Digest& digest() const { return digest_; }

 private:
  Region intern(const std::string& region);

  std::string name_;
  std::vector<LinkRow> rows_;
  std::vector<std::string> regions_;
  std::vector<std::string> providers_;
  std::vector<std::size_t> provider_;
  std::vector<double> price_;
  std::vector<double> gbps_;
  std::vector<std::vector<Region>> neighbours_;
  Digest digest_;
};

using NetworkPtr = std::shared_ptr<const Network>;

}  // namespace syswright::broadcast
