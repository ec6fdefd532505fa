#include "domains/tiering/hardware.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "domains/tiering/run.h"

namespace syswright::tiering {
namespace {

/// Bandwidth in GB/s (10^9 bytes a second) as picoseconds a line.
constexpr Picoseconds line_at(double gigabytes) {
  return static_cast<Picoseconds>(line_bytes / gigabytes * 1000 + 0.5);
}

}  // namespace

const std::vector<Hardware>& hardware() {
  static const std::vector<Hardware> all{
      {"cxl",
       "DDR5 of one sub-cluster (97 ns, 67 GB/s) and an ASIC on CXL 1.1 (250 ns, 56.7 GB/s)",
       "Tang et al., 'Exploring Performance and Cost Optimization with ASIC-Based CXL Memory', EuroSys 2024, section 3",
       {97'000, 97'000, line_at(67), line_at(67)},
       {250'000, 250'000, line_at(56.7), line_at(56.7)}},
      {"nvm",
       "DDR4 (82 ns, 107 GB/s read, 80 GB/s written) and Optane DC (175 ns and 94 ns, 32 and 11.2 GB/s)",
       "Raybuck et al., 'HeMem', SOSP 2021, table 1",
       {82'000, 82'000, line_at(107), line_at(80)},
       {175'000, 94'000, line_at(32), line_at(11.2)}},
  };
  return all;
}

const Hardware& find_hardware(const std::string& name) {
  std::vector<std::string> names;
  for (const Hardware& one : hardware()) {
    if (one.name == name) return one;
    names.push_back(one.name);
  }
  throw InputError("hardware: '" + name + "' is not one of " + join(names) + did_you_mean(name, names));
}

std::uint64_t scaled_stop(const Costs& costs, const Traffic& traffic) {
  return costs.parallelism * (2 * traffic.swaps * costs.move + traffic.scanned * costs.scan);
}

std::uint64_t scaled_time(const Costs& costs, const Traffic& traffic) {
  const Device& fast = costs.hardware.fast;
  const Device& slow = costs.hardware.slow;
  const std::uint64_t latency = traffic.fast_reads * fast.read_latency + traffic.fast_writes * fast.write_latency +
                                traffic.slow_reads * slow.read_latency + traffic.slow_writes * slow.write_latency;
  const std::uint64_t moved = traffic.swaps * page_lines;
  const std::uint64_t fast_busy =
      (traffic.fast_reads + moved) * fast.read_line + (traffic.fast_writes + moved) * fast.write_line;
  const std::uint64_t slow_busy =
      (traffic.slow_reads + moved) * slow.read_line + (traffic.slow_writes + moved) * slow.write_line;
  return std::max({latency, costs.parallelism * fast_busy, costs.parallelism * slow_busy}) +
         scaled_stop(costs, traffic);
}

double seconds(const Costs& costs, std::uint64_t scaled) {
  return static_cast<double>(scaled) / (static_cast<double>(costs.parallelism) * 1e12);
}

void add_to(DigestBuilder& builder, const Costs& costs) {
  for (const Device& device : {costs.hardware.fast, costs.hardware.slow}) {
    builder.add(device.read_latency).add(device.write_latency).add(device.read_line).add(device.write_line);
  }
  builder.add(costs.parallelism).add(costs.move).add(costs.scan);
}

}  // namespace syswright::tiering
