#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"

/// What accesses and migrations cost. Everything is whole picoseconds, so that no sum is rounded.
namespace syswright::tiering {

using Picoseconds = std::uint64_t;

/// A memory device: how long an access takes when nothing else is going on, and how long the device is busy with a
/// line of 64 bytes.
struct Device {
  Picoseconds read_latency = 0;
  Picoseconds write_latency = 0;
  Picoseconds read_line = 0;
  Picoseconds write_line = 0;
};

struct Hardware {
  std::string name;
  std::string doc;     ///< one line
  std::string source;  ///< of the numbers
  Device fast;
  Device slow;
};

/// `cxl`: DDR5 and an ASIC on CXL 1.1. `nvm`: DDR4 and Optane DC.
const std::vector<Hardware>& hardware();
/// Throws InputError that names the nearest one.
const Hardware& find_hardware(const std::string& name);

/// What happens in a tick: accesses by device and kind, pages that change places, pages whose accessed bit is read.
struct Traffic {
  std::uint64_t fast_reads = 0;
  std::uint64_t fast_writes = 0;
  std::uint64_t slow_reads = 0;
  std::uint64_t slow_writes = 0;
  std::uint64_t swaps = 0;  ///< a page goes up, another one down
  std::uint64_t scanned = 0;
};

struct Costs {
  Hardware hardware;
  std::uint64_t parallelism = 64;  ///< accesses that are under way at a time, of all threads together
  Picoseconds move = 200'000;      ///< for which a page that changes its place stops the program: unmapping, shootdown
  Picoseconds scan = 10'000;       ///< and one whose accessed bit is read and cleared
};

/// Time of a tick, times the parallelism: that number is whole. The longest of three: latencies, `parallelism` at a
/// time; the fast device's work; the slow one's. A swap reads and writes a page of lines on either device. Stops of the
/// program come on top. No queues are modelled below the point at which a device is busy all the time.
std::uint64_t scaled_time(const Costs& costs, const Traffic& traffic);
/// The part of it in which the program is stopped.
std::uint64_t scaled_stop(const Costs& costs, const Traffic& traffic);
/// From a scaled time to seconds.
double seconds(const Costs& costs, std::uint64_t scaled);

void add_to(DigestBuilder& builder, const Costs& costs);

}  // namespace syswright::tiering
