#pragma once

#include <string>
#include <vector>

#include "domains/broadcast/network.h"
#include "domains/broadcast/transfer.h"

namespace syswright::broadcast {

/// What a folder holds: cost.csv, throughput.csv and, where there are any, transfers as config/*.json.
struct Tables {
  NetworkPtr network;
  std::vector<Transfer> transfers;    ///< by file name
  std::vector<std::string> warnings;  ///< links that only one of the tables has
};

/// Reads the layout of the public CloudCast benchmark.
///
/// cost.csv        src,dest,cost                                USD per GB
/// throughput.csv  src_region,dst_region,throughput_sent, …    bits per second; further columns are passed over
/// config/*.json   source_node, dest_nodes, data_vol (GB), num_partitions, ingress_limit, egress_limit (Gbit/s a
/// machine) Links stand in the order of throughput.csv. Throws InputError with file and line; SystemError for a file
/// that cannot be read.
Tables read_tables(const std::string& folder);

/// One transfer in the layout above; `name` is what it is to be called.
Transfer parse_transfer(const std::string& text, const std::string& name, const std::string& path,
                        const Network& network);

}  // namespace syswright::broadcast
