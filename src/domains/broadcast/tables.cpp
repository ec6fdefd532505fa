#include "domains/broadcast/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace syswright::broadcast {
namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

struct Row {
  std::string from;
  std::string to;
  double value = 0;
  std::size_t line = 0;
};

/// Three columns of a file with a heading, found by name.
std::vector<Row> read_columns(const std::string& path, const std::string& from, const std::string& to,
                              const std::string& value) {
  const std::string text = read_file(path);
  std::vector<Row> rows;
  std::vector<std::size_t> places;
  std::size_t cells_wanted = 0;
  std::size_t line_number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line(text.data() + start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    start = end + 1;
    ++line_number;
    if (line.empty()) continue;
    const std::vector<std::string_view> cells = split(line);
    if (places.empty()) {
      for (const std::string& name : {from, to, value}) {
        const auto found = std::find(cells.begin(), cells.end(), name);
        if (found == cells.end()) {
          throw InputError({path, 1, 0}, fmt::format("the heading has no column '{}'; it must name {}, {} and {}", name,
                                                     from, to, value));
        }
        places.push_back(static_cast<std::size_t>(found - cells.begin()));
      }
      cells_wanted = *std::max_element(places.begin(), places.end()) + 1;
      continue;
    }
    if (cells.size() < cells_wanted) {
      throw InputError({path, line_number, 0},
                       fmt::format("{} cells where the heading promises at least {}", cells.size(), cells_wanted));
    }
    Row row{std::string(cells[places[0]]), std::string(cells[places[1]]), 0, line_number};
    try {
      row.value = parse_number(cells[places[2]], value);
    } catch (const InputError& error) {
      throw InputError({path, line_number, 0}, error.what());
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) throw InputError({path, 1, 0}, "there are no links in it");
  return rows;
}

using Json = nlohmann::json;

const Json& member(const Json& json, const std::string& name, const std::string& path) {
  const auto found = json.find(name);
  if (found == json.end()) throw InputError({path, 0, 0}, fmt::format("'{}' is missing", name));
  return *found;
}

double number(const Json& json, const std::string& name, const std::string& path) {
  if (!json.is_number()) throw InputError({path, 0, 0}, fmt::format("'{}' must be a number", name));
  return json.get<double>();
}

std::string text_of(const Json& json, const std::string& name, const std::string& path) {
  if (!json.is_string()) throw InputError({path, 0, 0}, fmt::format("'{}' must be the name of a region", name));
  return json.get<std::string>();
}

Limits& limits_of(std::vector<Limits>& all, const std::string& provider) {
  for (Limits& limits : all) {
    if (limits.provider == provider) return limits;
  }
  return all.emplace_back(Limits{provider, 1e9, 1e9});
}

}  // namespace

Transfer parse_transfer(const std::string& text, const std::string& name, const std::string& path,
                        const Network& network) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    throw InputError({path, 0, 0},
                     "a transfer is a JSON object with source_node, dest_nodes, data_vol, num_partitions");
  }
  Transfer transfer;
  transfer.name = name;
  transfer.source = network.find(text_of(member(json, "source_node", path), "source_node", path), path);
  const Json& destinations = member(json, "dest_nodes", path);
  if (!destinations.is_array()) throw InputError({path, 0, 0}, "'dest_nodes' must be a list of regions");
  for (const Json& one : destinations) {
    transfer.destinations.push_back(network.find(text_of(one, "dest_nodes", path), path));
  }
  transfer.volume_gb = number(member(json, "data_vol", path), "data_vol", path);
  const double partitions = number(member(json, "num_partitions", path), "num_partitions", path);
  if (!(partitions >= 1 && partitions <= Transfer::most_partitions) ||
      partitions != static_cast<std::size_t>(partitions)) {
    throw InputError({path, 0, 0},
                     fmt::format("'num_partitions' must be a whole number from 1 to {}", Transfer::most_partitions));
  }
  transfer.partitions = static_cast<std::size_t>(partitions);
  transfer.limits = usual_limits();
  for (const auto& [key, field] :
       {std::pair{"ingress_limit", &Limits::ingress_gbps}, std::pair{"egress_limit", &Limits::egress_gbps}}) {
    const auto found = json.find(key);
    if (found == json.end()) continue;
    if (!found->is_object()) throw InputError({path, 0, 0}, fmt::format("'{}' must give Gbit/s by provider", key));
    for (const auto& [provider, limit] : found->items())
      limits_of(transfer.limits, provider).*field = number(limit, key, path);
  }
  check(transfer, network);
  return transfer;
}

Tables read_tables(const std::string& folder) {
  const std::filesystem::path root(folder);
  if (!std::filesystem::is_directory(root)) {
    throw InputError(
        {folder, 0, 0},
        "is no folder; give one that holds cost.csv, throughput.csv and config/*.json, as CloudCast's does");
  }
  const std::vector<Row> prices = read_columns((root / "cost.csv").string(), "src", "dest", "cost");
  const std::vector<Row> rates =
      read_columns((root / "throughput.csv").string(), "src_region", "dst_region", "throughput_sent");
  std::map<std::pair<std::string, std::string>, double> price;
  for (const Row& row : prices) price[{row.from, row.to}] = row.value;
  Tables tables;
  std::vector<LinkRow> rows;
  for (const Row& row : rates) {
    if (row.from == row.to) continue;
    const auto found = price.find({row.from, row.to});
    if (found == price.end()) continue;
    rows.push_back({row.from, row.to, found->second, row.value});
  }
  if (rows.size() < rates.size()) {
    tables.warnings.push_back(
        fmt::format("{} of {} links of throughput.csv have no price, or lead nowhere, and are left out",
                    rates.size() - rows.size(), rates.size()));
  }
  if (rows.size() < price.size()) {
    tables.warnings.push_back(fmt::format("{} of {} links of cost.csv have no throughput and are left out",
                                          price.size() - rows.size(), price.size()));
  }
  const std::string name = root.has_filename() ? root.filename().string() : root.parent_path().filename().string();
  tables.network = std::make_shared<const Network>(name, std::move(rows));
  std::vector<std::filesystem::path> files;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(root / "config", absent)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    tables.transfers.push_back(
        parse_transfer(read_file(file.string()), file.stem().string(), file.string(), *tables.network));
  }
  return tables;
}

}  // namespace syswright::broadcast
