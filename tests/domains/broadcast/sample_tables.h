#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "domains/broadcast/plan.h"

namespace syswright::broadcast {

/// A complete random network of `regions` regions, of providers p and q in turn: prices in whole cents, rates of 1 to 8
/// Gbit/s.
inline NetworkPtr random_network(std::uint64_t seed, std::size_t regions) {
  Random random(seed, "broadcast test network");
  std::vector<LinkRow> rows;
  const auto name = [](std::size_t i) { return fmt::format("{}:r{}", i % 2 == 0 ? "p" : "q", i); };
  for (std::size_t from = 0; from < regions; ++from) {
    for (std::size_t to = 0; to < regions; ++to) {
      if (from == to) continue;
      rows.push_back({name(from), name(to), static_cast<double>(1 + random.below(9)) / 100, random.uniform(1e9, 8e9)});
    }
  }
  return std::make_shared<const Network>("random", std::move(rows));
}

/// From region 0 to the next `destinations` regions, with limits that bind.
inline Transfer small_transfer(std::size_t destinations, std::size_t partitions) {
  Transfer transfer;
  transfer.name = "small";
  for (std::size_t i = 1; i <= destinations; ++i) transfer.destinations.push_back(static_cast<Region>(i));
  transfer.volume_gb = 30;
  transfer.partitions = partitions;
  transfer.limits = {{"p", 6, 4}, {"q", 9, 5}};
  return transfer;
}

/// A folder in the layout of the public benchmark, gone with the object.
class SampleFolder {
 public:
  SampleFolder() : path_(std::filesystem::temp_directory_path() / fmt::format("broadcast-{}-{}", getpid(), number_++)) {
    std::filesystem::create_directories(path_ / "config");
    const NetworkPtr network = random_network(3, 12);
    std::string cost = "src,dest,cost\n";
    std::string throughput = "src_region,src_tier,dst_region,throughput_sent,success\n";
    for (const LinkRow& row : network->rows()) {
      cost.insert(14, fmt::format("{},{},{}\n", row.from, row.to, row.price));  // in another order
      throughput += fmt::format("{},PREMIUM,{},{},True\n", row.from, row.to, row.bits_per_second);
    }
    write("cost.csv", cost);
    write("throughput.csv", throughput);
    for (const int source : {0, 5}) {
      write(fmt::format("config/from_{}.json", source),
            fmt::format(R"({{"source_node": "{}", "dest_nodes": ["p:r2", "q:r3", "p:r8"], "data_vol": 60,
 "num_partitions": 4, "ingress_limit": {{"p": 9, "q": 9}}, "egress_limit": {{"p": 5, "q": 6}}}})",
                        network->region(static_cast<Region>(source))));
    }
  }
  ~SampleFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SampleFolder(const SampleFolder&) = delete;
  SampleFolder& operator=(const SampleFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { write_file_atomically(file(name), text); }

 private:
  static inline int number_ = 0;
  std::filesystem::path path_;
};

}  // namespace syswright::broadcast
