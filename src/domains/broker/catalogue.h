#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::broker {

/// An instance type that can be rented in a region, on demand or spot.
struct Offer {
  std::uint32_t region = 0;
  std::string instance;      ///< "p3.2xlarge"
  std::string accelerators;  ///< "V100:1"; empty: none
  double price = 0;          ///< dollars an hour
  bool spot = false;
};

/// What is for rent, and what moving data costs.
struct Catalogue {
  std::vector<std::string> regions;  ///< "aws:us-east-1"
  std::vector<Offer> offers;
  std::vector<double> egress;  ///< [from][to] dollars a GB; 0 within a region; NaN where no price is known
  double gbps = 10;            ///< Gbit/s between two regions; within one data is where it is needed

  double egress_price(std::uint32_t from, std::uint32_t to) const { return egress[from * regions.size() + to]; }
  double transfer_hours(std::uint32_t from, std::uint32_t to, double gb) const {
    return from == to ? 0 : gb * 8 / gbps / 3600;
  }
  /// "aws:us-east-1/p3.2xlarge/spot".
  std::string offer_name(std::size_t offer) const;
};

/// Reads a catalogue from csv whose header names its columns, in any order; others are ignored:
///   cloud (may be absent: then `cloud`), region, instance (or InstanceType), accelerators (or AcceleratorName and
///   AcceleratorCount), price, spot_price (or SpotPrice; both may be empty: not for rent in that way).
/// Rows of one instance type in one region, such as those of several zones, count as one at the lowest price. There is
/// no egress price yet. Throws InputError with file, line and remedy.
Catalogue read_catalogue(std::string_view csv, const std::string& path, const std::string& cloud);

/// Reads egress prices for the regions of a catalogue from csv with the header src,dest,cost (regions with their cloud,
/// as cloudcast has it) or from_region,to_region,price_usd_per_gb (regions of AWS). Regions that the catalogue lacks
/// are added: data may lie there. Throws InputError with file, line and remedy.
void read_egress(std::string_view csv, const std::string& path, Catalogue& catalogue);

/// A catalogue of 18 regions of three clouds and 16 instance types: modelled after list prices, with spot at 25 to 60%
/// of them and egress by rule (within a cloud by distance, out of it at the internet's price). Not a copy of any.
const Catalogue& built_in_catalogue();

}  // namespace syswright::broker
