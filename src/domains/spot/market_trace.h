#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/spot/job.h"
#include "domains/spot/options.h"

namespace syswright::spot {

/// One place and kind of instance as a trace has it: whole, in windows that were cut from it, or both.
struct Place {
  std::string name;
  SeriesPtr whole;  ///< nullptr if only windows are there
  struct Window {
    std::string name;
    SeriesPtr series;
  };
  std::vector<Window> windows;  ///< sorted by name, as text

  /// Ticks, of the whole or as far as windows reach.
  std::int64_t ticks() const;
  /// The part of the name before the first '_': "us-west-2a" of "us-west-2a_v100_1".
  std::string zone() const { return name.substr(0, name.find('_')); }
};

/// Recorded availability.
struct MarketTrace {
  std::string name;
  std::string format;
  std::string polarity;  ///< what a 1 was read as: "1 means unavailable"
  Milliseconds tick = 600'000;
  std::vector<Place> places;  ///< sorted by name
  std::vector<std::string> warnings;

  /// Share of ticks with spot, over whole series, or windows where these are all there is.
  double availability() const;
};

struct MarketReadOptions {
  std::string format;  ///< folder, json, csv or text; empty: by what `path` is
  Polarity polarity = Polarity::automatic;
  Milliseconds tick = 0;      ///< 0: as the trace says, else ten minutes
  bool trace_prices = false;  ///< take the prices that JSON files hold
};

/// Reads recorded availability.
///   folder  of JSON files, one a series; or with parents/SERIES.json, windows/SERIES/NAME.json, or both
///   json    one of these: {"metadata": {"gap_seconds": 600}, "data": [0, 1, …], "prices": […]}
///   csv     windows: zone_instance,window,start_tick,end_tick,unavailable_bits (or available_bits), a header first
///   text    0 and 1, with or without blanks, commas and line ends between them; # begins a comment
/// A 1 means unavailable in JSON, available in text, and what the header says in csv, unless `polarity` is given;
/// counts above 1 are numbers of instances that could be had. Warns where spot is so scarce that a trace may be read
/// upside down. Throws InputError that names file and place, or SystemError.
MarketTrace read_market_trace(const std::string& path, const MarketReadOptions& options = {});

/// A workload for those who have none: six series in three zones, of 1,800 ticks of ten minutes, in which spells with
/// and without spot have long tails and quiet days alternate with contested ones. Deterministic for a seed.
MarketTrace generate_market(std::uint64_t seed);

/// Spot prices from a CSV file: tick,spot_price, or series,tick,spot_price, a header first; dollars an hour, in force
/// until the next row of the series. Before the first row its price is in force. Throws InputError for a file that
/// cannot be read so, or that has no price for a series.
void add_prices(MarketTrace& trace, const std::string& path);

}  // namespace syswright::spot
